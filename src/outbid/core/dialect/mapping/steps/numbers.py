"""Steps on numbers and on yes and no. What is no number, or neither yes nor no, becomes nothing."""

from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal, DecimalException, localcontext
from typing import Any

from outbid.core.dialect.mapping.steps.step import Change, Step, as_text

MOST = Decimal(10) ** 18
_YES = frozenset(("true", "yes", "y", "1", "on", "t"))
_NO = frozenset(("false", "no", "n", "0", "off", "f"))
_PLACES = 12


def _decimal(value: Any) -> Decimal | None:
    """A value as an exact number; `$1,234.50` is one too."""
    if isinstance(value, bool | list):
        return None
    text = as_text(value).strip().removeprefix("$").replace(",", "").replace("_", "x")
    try:
        number = Decimal(text)
    except DecimalException:
        return None
    return number if number.is_finite() and abs(number) <= MOST else None


def _plain(number: Decimal) -> int | float:
    """A number as JSON writes it."""
    return int(number) if number == number.to_integral_value() else float(number)


def _reckon(work: Callable[[Decimal], Decimal]) -> Change:
    def change(value: Any) -> Any:
        number = _decimal(value)
        if number is None:
            return None
        try:
            with localcontext(prec=40):
                made = work(number)
        except DecimalException:
            return None
        return _plain(made) if abs(made) <= MOST else None

    return change


def _over(divisor: Decimal) -> Change:
    if not divisor:
        raise ValueError("'over NUMBER': nothing can be divided by zero")
    return _reckon(lambda number: number / divisor)


def _rounded(places: int) -> Callable[[Decimal], Decimal]:
    if places > _PLACES:
        raise ValueError(f"{places} places are more than {_PLACES}")
    unit = Decimal(1).scaleb(-places)
    return lambda number: number.quantize(unit, rounding=ROUND_HALF_UP)


def _round(places: int = 0) -> Change:
    return _reckon(_rounded(places))


def _fixed(places: int) -> Change:
    """A text with just so many places."""
    to_places = _rounded(places)

    def change(value: Any) -> Any:
        number = _decimal(value)
        return None if number is None else format(to_places(number), "f")

    return change


def _truth(value: Any) -> bool | None:
    if isinstance(value, bool):
        return value
    word = as_text(value).strip().lower()
    return True if word in _YES else False if word in _NO else None


def _yes_no(yes: str, no: str) -> Change:
    def change(value: Any) -> Any:
        truth = _truth(value)
        return None if truth is None else yes if truth else no

    return change


NUMBERS = (
    Step("number", (), "as a number", ("12.50", "number", 12.5), lambda: _reckon(lambda number: number)),
    Step("text", (), "as text", (12, "text", "12"), lambda: as_text),
    Step("boolean", (), "as true or false", ("yes", "boolean", True), lambda: _truth),
    Step("yes_no", ("text", "text"), "yes and no in words", (True, "yes_no Y N", "Y"), _yes_no),
    Step("plus", ("number",), "and so much more", (12, "plus 0.5", 12.5), lambda n: _reckon(lambda number: number + n)),
    Step("minus", ("number",), "less so much", (12, "minus 2", 10), lambda n: _reckon(lambda number: number - n)),
    Step(
        "times",
        ("number",),
        "so many times",
        ("20.50", "times 100", 2050),
        lambda n: _reckon(lambda number: number * n),
    ),
    Step("over", ("number",), "divided by", (2050, "over 100", 20.5), _over),
    Step("round", ("count?",), "rounded to so many places, halves up", (20.555, "round 2", 20.56), _round),
    Step("fixed", ("count",), "a text with just so many places", (20.5, "fixed 2", "20.50"), _fixed),
)
