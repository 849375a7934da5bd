"""Foreseeing: leads that came, played again under another market; what would have become of them, and of the money."""
