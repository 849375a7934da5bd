"""A command that cannot be done."""


class CommandError(Exception):
    """What went wrong and what would be right, for people; no traceback follows."""
