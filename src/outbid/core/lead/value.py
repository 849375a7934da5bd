"""One datum of a lead: as it arrived, as we understood it, and what may be known of it without the person."""

import msgspec

Scalar = str | int | float | bool
"""What facts are made of: plain values that filters, price rules and methods may read."""


class Value(msgspec.Struct, frozen=True):
    """A field's value. The raw text is kept, a fault is a fact about it, and a rule decides what to do with it.

    raw     what arrived (a JSON scalar; lists and objects as their JSON text), None if nothing did
    value   the normalised value, or None if absent or not understood
    parts   facts derived at intake, by name (`area_code`, `age`): never enough to find the person
    fault   None, or the code of one of the field plugin's REASONS
    masked  True if the value is deliberately incomplete ((512) ***-****) yet valid
    """

    raw: Scalar | None = None
    value: Scalar | None = None
    parts: dict[str, Scalar] = {}
    fault: str | None = None
    masked: bool = False


ABSENT = Value()
