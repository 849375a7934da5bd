"""What goes in and out: bodies and queries read with every fault, and their description."""
