"""What is wrong with a market that somebody wrote: where, and what would be right."""

import re

import msgspec

Path = tuple[str | int, ...]
_AT = re.compile(r"^(?P<sentence>.*?)(?: - at `(?P<path>\$.*)`)?$", re.DOTALL)
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
    return found["sentence"], tuple(path)
