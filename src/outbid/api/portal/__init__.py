"""The portal's files and how they are sent."""
