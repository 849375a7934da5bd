"""What the house keeps of itself: its settings, its people, and how they come in."""
