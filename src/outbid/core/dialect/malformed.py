"""Why a text is no JSON, where the decoder's own words would lead astray."""

import re
from typing import Final

_HALF: Final = re.compile(rb"(?<!\\)(?:\\\\)*\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])")
"""An escaped first half of a surrogate pair without the second."""


def why_not_json(body: bytes, error: Exception) -> str:
    """A sentence on what the decoder could not read."""
    if _HALF.search(body) or "surrogate" in str(error):
        return "half of a surrogate pair, such as \\ud800 alone, is no character"
    return str(error)
