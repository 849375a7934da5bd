"""A command that cannot be done."""

from outbid.core.fault import Fault


class CommandError(Fault):
    """The words of a command were wrong, or what they ask for cannot be."""
