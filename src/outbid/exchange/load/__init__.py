"""What a process takes on itself: as much as it can do soon."""
