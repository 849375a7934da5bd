"""Words looked for in a whole text: whole ones, in any case, and only where nothing turns them round."""

import re
from collections.abc import Callable, Iterable

_DENIED = r"\b(?:not|no|non|never)[\s_-]+(?:\w+\s+)?"
"""`not accepted`, `not_accepted`, `not been accepted`."""
_SWITCHED_OFF = r"""["']?\s*[:=]\s*["']?(?:false|no|0)\b(?!\.)"""
"""`"success": false`, `success=0`."""


def finder(words: Iterable[str]) -> Callable[[str], bool]:
    """A function that tells whether one of the words (or phrases) stands in a text and is meant."""
    listed = "|".join(re.escape(word.strip()) for word in sorted(words, key=len, reverse=True))
    pattern = re.compile(
        rf"(?P<denied>{_DENIED})?(?<![^\W_])(?:{listed})(?![^\W_])(?P<off>{_SWITCHED_OFF})?", re.IGNORECASE
    )
    return lambda text: any(not hit["denied"] and not hit["off"] for hit in pattern.finditer(text))
