"""What the launcher needs of the operating system: accounts, locks, processes."""
