"""Steps on text: case, parts, what stands before and after, lists."""

from typing import Any

from anyascii import anyascii

from outbid.core.dialect.mapping.steps.step import Change, Step, as_text, on_text

LONGEST = 100_000
"""Characters of a text that a step makes longer."""


def _title(text: str) -> str:
    """Every word with a capital: `o'neil-smith` is `O'Neil-Smith`."""
    made, before = [], ""
    for character in text.lower():
        made.append(character if before.isalpha() else character.upper())
        before = character
    return "".join(made)


def _ascii(text: str) -> str:
    return text if text.isascii() else anyascii(text)


def _digits(text: str) -> str:
    return "".join(character for character in text if "0" <= character <= "9")


def _cut(start: int, end: int | None = None) -> Change:
    return on_text(lambda text: text[start:end])


def _last(count: int) -> Change:
    return on_text(lambda text: text[-count:] if count else "")


def _pad(width: int, filler: str = "0") -> Change:
    return on_text(lambda text: text.rjust(width, filler[:1] or " "))


def _replace(part: str, by: str = "") -> Change:
    if not part:
        raise ValueError("'replace TEXT [TEXT]': name the part that is replaced")
    return on_text(lambda text: text.replace(part, by)[:LONGEST])


def _split(separator: str) -> Change:
    if not separator:
        raise ValueError("'split TEXT': name what stands between the parts")

    def split(value: Any) -> Any:
        parts = value if isinstance(value, list) else as_text(value).split(separator)
        return [part for part in (as_text(part).strip() for part in parts) if part] or None

    return split


def _join(separator: str) -> Change:
    return lambda value: separator.join(as_text(part) for part in value) if isinstance(value, list) else value


def _before(mark: str) -> Change:
    return on_text(lambda text: text.partition(mark)[0]) if mark else on_text(str)


def _after(mark: str) -> Change:
    return on_text(lambda text: text.partition(mark)[2]) if mark else on_text(str)


TEXTS = (
    Step("upper", (), "in capitals", ("tx", "upper", "TX"), lambda: on_text(str.upper)),
    Step("lower", (), "in small letters", ("TX", "lower", "tx"), lambda: on_text(str.lower)),
    Step("title", (), "every word with a capital", ("ann o'neil", "title", "Ann O'Neil"), lambda: on_text(_title)),
    Step("trim", (), "without blanks at the ends", ("  Ann ", "trim", "Ann"), lambda: on_text(str.strip)),
    Step("ascii", (), "in letters of ASCII", ("Zoë Müßig", "ascii", "Zoe Mussig"), lambda: on_text(_ascii)),
    Step("digits", (), "the digits alone", ("+1 (512) 555-0123", "digits", "15125550123"), lambda: on_text(_digits)),
    Step(
        "first",
        ("count",),
        "so many characters from the front",
        ("78701-1234", "first 5", "78701"),
        lambda n: _cut(0, n),
    ),
    Step("last", ("count",), "so many characters from the end", ("+15125550123", "last 4", "0123"), _last),
    Step(
        "cut",
        ("count", "count?"),
        "from one place (the first is 0) to before another",
        ("5125550123", "cut 3 6", "555"),
        _cut,
    ),
    Step(
        "pad",
        ("count", "text?"),
        "filled up from the left, with zeros unless told otherwise",
        ("501", "pad 5", "00501"),
        _pad,
    ),
    Step(
        "replace",
        ("text", "text?"),
        "one part by another, wherever it stands",
        ("1980-01-31", "replace - /", "1980/01/31"),
        _replace,
    ),
    Step("before", ("text",), "what stands before a mark", ("ann@example.com", "before @", "ann"), _before),
    Step("after", ("text",), "what stands after a mark", ("ann@example.com", "after @", "example.com"), _after),
    Step(
        "prepend",
        ("text",),
        "with a text in front",
        ("5550123", "prepend +1512", "+15125550123"),
        lambda t: on_text(lambda text: t + text),
    ),
    Step(
        "append", ("text",), "with a text behind", ("12", "append %", "12%"), lambda t: on_text(lambda text: text + t)
    ),
    Step("split", ("text",), "made a list", ("a, b", "split ,", ["a", "b"]), _split),
    Step("join", ("text",), "a list made a text", (["a", "b"], "join ;", "a;b"), _join),
)
