"""Which function stands for which SQL statement, and whether the statement is still the one that was modelled."""

import json
from collections.abc import Awaitable, Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

from .tables import Transaction

Result = list[dict[str, Any]] | str
"""Rows, or a command's status such as `UPDATE 1`."""
Meaning = Callable[..., Awaitable[Result]]

MODELLED = Path(__file__).with_name("modelled.json")
"""Digest of each statement, as it was when its model was written or last compared with it, by the model's phrase."""

_MODELS: dict[str, Meaning] = {}
_LOCKING: set[Meaning] = set()
_FOUND: dict[str, Meaning] = {}
MET: dict[str, str] = {}
"""Digest of each statement that was sent so far, by the model's phrase."""


class NotModelled(AssertionError):
    """The code sends a statement whose meaning the simulation does not know."""


def means(phrase: str, *, locks: bool = False) -> Callable[[Meaning], Meaning]:
    """Register the meaning of the one statement that begins with, or holds, the phrase.

    locks  it takes several rows that others want too, so that it may meet a deadlock
    """

    def register(meaning: Meaning) -> Meaning:
        _MODELS[phrase] = meaning
        if locks:
            _LOCKING.add(meaning)
        return meaning

    return register


def meaning_of(query: str) -> Meaning:
    """The function that does what a statement would do."""
    if (found := _FOUND.get(query)) is None:
        found = _FOUND[query] = _look_up(query)
    return found


def _look_up(query: str) -> Meaning:
    text = " ".join(query.split())
    fitting = [phrase for phrase in _MODELS if text.startswith(phrase)]
    fitting = fitting or [phrase for phrase in _MODELS if phrase in text]
    if len(fitting) != 1:
        raise NotModelled(
            f"{len(fitting)} models fit this statement; teach tests/simulation/database what it means: {text}"
        )
    MET[fitting[0]] = sha256(text.encode()).hexdigest()[:12]
    return _MODELS[fitting[0]]


def changed() -> dict[str, str]:
    """The statements met so far that are not the ones that were modelled: phrase → digest now."""
    known = json.loads(MODELLED.read_text()) if MODELLED.exists() else {}
    return {phrase: digest for phrase, digest in MET.items() if known.get(phrase) != digest}


def unmet() -> list[str]:
    """The models of statements that nobody sent so far."""
    return [phrase for phrase in _MODELS if phrase not in MET]


def accept() -> None:
    """Somebody compared the models with the statements: remember what these are now."""
    known = json.loads(MODELLED.read_text()) if MODELLED.exists() else {}
    kept = {phrase: digest for phrase, digest in (known | MET).items() if phrase in _MODELS}
    MODELLED.write_text(json.dumps(kept, indent=1, sort_keys=True) + "\n")


def may_deadlock(query: str) -> bool:
    """Does the statement take several rows that others want too?"""
    return meaning_of(query) in _LOCKING


async def run(transaction: Transaction, now_ms: int, query: str, args: tuple[Any, ...]) -> Result:
    """Do what a statement would do inside a transaction."""
    return await meaning_of(query)(transaction, now_ms, *args)
