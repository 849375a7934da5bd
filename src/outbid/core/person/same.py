"""By which of its values a lead's person is told from others, for duplicate rules of the house and of buyers."""

import re
from collections.abc import Mapping

from outbid.core.lead.value import ABSENT, Value

_HASH = re.compile(r"[0-9a-f]{64}|[0-9a-f]{40}|[0-9a-f]{32}")
# A character that no understood value holds, so that two lists of values never look the same when joined.
_BETWEEN = "\x1f"


def told_by(values: Mapping[str, Value], fields: tuple[str, ...], *, together: bool) -> dict[str, str]:
    """What tells the person, by name: each field that is known (`phone`), or all of them `together` (`phone+email`).

    The text is personal: whoever keeps it keeps a keyed hash.
    """
    texts = {name: _text(values.get(name, ABSENT)) for name in fields}
    known = {name: text for name, text in texts.items() if text is not None}
    if not together:
        return known
    return {"+".join(known): _BETWEEN.join(known.values())} if len(known) == len(texts) else {}


def _text(value: Value) -> str | None:
    """Return what tells a person: not a half-hidden value, which many share, but a hash, which is exact."""
    if value.value is None or value.fault is not None:
        return None
    text = str(value.value)
    return None if value.masked and not _HASH.fullmatch(text) else text
