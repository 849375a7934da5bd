"""Where the market refers to secrets, and which of them are not there."""

from collections.abc import Container, Iterable, Iterator, Mapping

import msgspec

from outbid.core.dialect.reference import references, refers
from outbid.core.market.noun import Noun
from outbid.core.market.problem import Path, Problem

Numbered = Mapping[str, Mapping[str, tuple[int, Noun]]]

_encode = msgspec.json.Encoder().encode


class Place(msgspec.Struct, frozen=True):
    """Where a noun refers to a secret: `path` leads to the text inside it."""

    kind: str
    slug: str
    path: Path


def referring(nouns: Numbered) -> Iterator[tuple[str, Place]]:
    """Every reference of a market as (name, place); the name is empty where it is misspelt."""
    for kind, found in nouns.items():
        for slug, (_, noun) in found.items():
            if refers(_encode(noun).decode()):  # few do, and taking a noun apart costs more than writing it
                for path, name in references(msgspec.to_builtins(noun)):
                    yield name, Place(kind, slug, path)


def places_of(nouns: Numbered) -> dict[str, list[Place]]:
    """Where each secret is referred to."""
    found: dict[str, list[Place]] = {}
    for name, place in referring(nouns):
        found.setdefault(name, []).append(place)
    return found


def names_of(found: Iterable[tuple[str, Place]]) -> dict[tuple[str, str], frozenset[str]]:
    """What each noun, by kind and slug, refers to."""
    names: dict[tuple[str, str], frozenset[str]] = {}
    for name, place in found:
        names[place.kind, place.slug] = names.get((place.kind, place.slug), frozenset()) | {name}
    return names


def lacking(found: Iterable[tuple[str, Place]], known: Container[str]) -> list[Problem]:
    """What is wrong with references."""
    return [Problem(place.kind, place.slug, place.path, _sentence(name)) for name, place in found if name not in known]


def _sentence(name: str) -> str:
    if not name:
        return "a reference to a secret is written {secret:NAME}, with the name in lower-case letters, digits, - and _"
    return f"there is no secret {name!r}; set it: outbid secrets set {name}"
