"""The words of commands, by subject."""
