"""What was learned of the past: how posts and pings ended, and how many leads each offer has won today."""
