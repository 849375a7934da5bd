"""What a step is: a name, what may follow it, and a function from one value to another."""

from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec

Change = Callable[[Any], Any]
"""From a value that is there to another one, or to None where there is none. It never raises."""


class Step(msgspec.Struct, frozen=True):
    """One step of a pipe.

    args     what must follow the name, each `text`, `count` or `number`; one with a `?` may be absent
    text     what the step does, for people
    example  a value as it comes, the step as it is written, and what comes of it
    make     from the arguments to the change
    """

    name: str
    args: tuple[str, ...]
    text: str
    example: tuple[Any, str, Any]
    make: Callable[..., Change]

    @property
    def usage(self) -> str:
        """How it is written."""
        named = (f"[{arg.removesuffix('?').upper()}]" if arg.endswith("?") else arg.upper() for arg in self.args)
        return " ".join((self.name, *named))

    def change(self, given: list[str]) -> Change:
        """The change for arguments as they were written. Raises ValueError."""
        least = sum(not arg.endswith("?") for arg in self.args)
        if not least <= len(given) <= len(self.args):
            raise ValueError(f"the step is written {self.usage!r}: {len(given)} arguments are not as many as it takes")
        taken = zip(self.args, given, strict=False)
        return self.make(*(_READ[arg.removesuffix("?")](self, text) for arg, text in taken))


def _count(step: Step, text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= 4):
        raise ValueError(f"{step.usage!r}: write a whole number from 0 to 9999, not {text!r}")
    return int(text)


def _number(step: Step, text: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal("nan")
    if not number.is_finite():
        raise ValueError(f"{step.usage!r}: write a number such as 12 or 0.5, not {text!r}")
    return number


def _text(step: Step, text: str) -> str:
    return text


_READ: dict[str, Callable[[Step, str], Any]] = {"count": _count, "number": _number, "text": _text}


def as_text(value: Any) -> str:
    """A value as text: a whole number has no point, however it is kept, and none has an exponent."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ", ".join(as_text(part) for part in value)
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else format(Decimal(str(value)), "f")
    return str(value)


def on_text(change: Callable[[str], Any]) -> Change:
    """A change of texts; of a list, each part is changed."""

    def changed(value: Any) -> Any:
        if isinstance(value, list):
            return [change(as_text(part)) for part in value]
        return change(as_text(value))

    return changed
