"""How a command is added to the words of `outbid`."""

import argparse
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    Commands: TypeAlias = argparse._SubParsersAction[argparse.ArgumentParser]
else:
    Commands = object


def word(commands: Commands, name: str, does: str, help_text: str) -> argparse.ArgumentParser:
    """A command by its name. `does`: the function that does it, as `module:function`."""
    command = commands.add_parser(name, help=help_text, description=help_text)
    command.set_defaults(does=does)
    return command
