"""Patterns that people write: RE2, whose time grows with the text alone, whatever the pattern.

Look-around, back-references and counts over 1,000 do not exist there. A text is searched as UTF-8, and `.` is one
character of it.
"""

from collections.abc import Callable

import msgspec
import re2  # type: ignore[import-untyped]

LONGEST_PATTERN = 500
"""Characters."""
_MOST_MEMORY = 1 << 20
"""Bytes that one pattern may need; a market holds thousands."""
_UNKNOWN = ("(?=", "(?!", "(?<", "\\1", "\\2", "\\3", "\\4", "\\5", "\\6", "\\7", "\\8", "\\9")


class Pattern(msgspec.Struct, frozen=True):
    """A compiled pattern.

    found_in    is it anywhere in this text?
    taken_from  what its first group caught, or without a group the whole hit, without blanks at the ends; None if
                nothing was found
    """

    found_in: Callable[[str], bool]
    taken_from: Callable[[str], str | None]


def compile_pattern(text: str, *, any_case: bool = False) -> Pattern:
    """Compile a pattern; `any_case` lets upper and lower case be one. Raises ValueError with what is wrong."""
    if not text:
        raise ValueError("a pattern has at least one character")
    if len(text) > LONGEST_PATTERN:
        raise ValueError(f"a pattern has {LONGEST_PATTERN} characters at most, this one has {len(text)}")
    options = re2.Options()
    options.log_errors = False
    options.max_mem = _MOST_MEMORY
    options.case_sensitive = not any_case
    try:
        search = re2.compile(text.encode(), options).search
    except UnicodeEncodeError:
        raise ValueError(f"{text!r} is no pattern: it holds half of a surrogate pair") from None
    except re2.error as error:
        raise ValueError(f"{text!r} is no pattern: {_told(error)}") from None

    def taken_from(seen: str) -> str | None:
        found = search(_bytes(seen))
        if found is None:
            return None
        caught: bytes | None = found.group(1 if found.re.groups else 0)
        return None if caught is None else caught.decode("utf-8", "replace").strip()

    return Pattern(lambda seen: search(_bytes(seen)) is not None, taken_from)


def _bytes(text: str) -> bytes:
    """As UTF-8; half of a surrogate pair becomes a question mark."""
    return text.encode("utf-8", "replace")


def _told(error: Exception) -> str:
    """What RE2 says, and a hint where the pattern is written for another language of patterns."""
    said = error.args[0]
    words = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    hint = "; look-around and back-references do not exist here" if any(part in words for part in _UNKNOWN) else ""
    return words + hint
