"""What is wrong with a market that somebody wrote: where, and what would be right."""

import re

import msgspec

Path = tuple[str | int, ...]
_AT = re.compile(r"^(?P<sentence>.*?)(?: - at `(?P<path>\$.*)`)?$", re.DOTALL)
_PATTERNS = {
    "[a-z0-9][a-z0-9_-]{0,62}": "a slug: lower-case letters, digits, - and _, at most 63 of them",
    "[a-z][a-z0-9_]{0,62}": "a name: lower-case letters, digits and _, beginning with a letter",
    "[A-Z]{3}": "a currency: three capital letters, such as USD",
}
_KEY = re.compile(r"\.(?P<name>[^.\[\]]+)|\[(?P<position>\d+)\]")


class Problem(msgspec.Struct, frozen=True):
    """One fault. `kind` and `slug` name the noun, `path` leads to the place inside it."""

    kind: str
    slug: str
    path: Path
    sentence: str


class MarketError(Exception):
    """A market that cannot be: all problems at once."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("; ".join(f"{p.kind} {p.slug}: {p.sentence}" for p in problems))
        self.problems = problems


def from_validation(error: Exception) -> tuple[str, Path]:
    """The sentence and the path inside the checked value of a msgspec.ValidationError or any other error."""
    found = _AT.match(str(error))
    assert found is not None
    path: list[str | int] = []
    for key in _KEY.finditer(found["path"] or ""):
        path.append(key["name"] if key["name"] is not None else int(key["position"]))
    return _plainly(found["sentence"]), tuple(path)


def _plainly(sentence: str) -> str:
    """The checker's words for people."""
    if sentence.startswith("Expected `bool"):
        return f"{sentence}: write true or false"
    for pattern, words in _PATTERNS.items():
        if pattern in sentence:
            return f"write {words}"
    return sentence
