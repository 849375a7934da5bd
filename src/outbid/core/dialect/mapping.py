"""How an outgoing value is made: a table from the buyer's keys to terms.

A term is the name of a field or fact (`zip`, `birth_date.age`; `phone.raw` is what came), `=text` for a fixed text,
or a system value: `@ref`, `@sale`, `@token`, `@price`, `@currency`, `@time`. Keys with dots build nested objects.
Which lead fields a mapping reads is known without running it (`fields_of`), so that exposure can be recorded.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from outbid.core.contract import Ask
from outbid.core.money import text_of

Term = Callable[[Ask], Any]
KEPT = 1024
"""How many tables are kept compiled: many buyers take the same one, and it is then compiled and held once."""

SYSTEM: dict[str, Callable[[Ask, int], Any]] = {
    "@ref": lambda ask, buyer: ask.refer(buyer),
    "@sale": lambda ask, _: ask.sale or None,
    "@token": lambda ask, _: ask.token,
    "@price": lambda ask, _: text_of(ask.price_micros) if ask.price_micros else None,
    "@currency": lambda ask, _: ask.currency,
    "@time": lambda ask, _: datetime.fromtimestamp(ask.at_ms / 1000, UTC).isoformat(timespec="milliseconds"),
}


def compile_term(text: str, known: Mapping[str, bool], buyer: int = 0) -> Term:
    """One term as a function. `known`: every field and fact by name, True for fields. Raises ValueError."""
    if text.startswith("="):
        fixed = text[1:]
        return lambda ask: fixed
    if text.startswith("@"):
        if text not in SYSTEM:
            raise ValueError(f"there is no system value {text!r}; there are {', '.join(SYSTEM)}")
        system = SYSTEM[text]
        return lambda ask: system(ask, buyer)
    name, _, raw = text.partition(".raw")
    if name not in known or raw:
        raise ValueError(f"the campaign has no field or fact {text!r}; it has {', '.join(sorted(known))}")
    if name != text:
        return lambda ask: ask.values[name].raw if name in ask.values else None
    return _field(name) if known[name] else lambda ask: ask.facts.get(name)


def _field(name: str) -> Term:
    def take(ask: Ask) -> Any:
        value = ask.values.get(name)
        if value is None:
            return ask.facts.get(name)
        return value.raw if value.value is None else value.value

    return take


def fields_of(table: Mapping[str, str]) -> tuple[str, ...]:
    """The fields and facts that a mapping reads, each once, in the order of the table."""
    return tuple(dict.fromkeys(term.removesuffix(".raw") for term in table.values() if term[:1] not in "=@"))


def compile_mapping(
    table: Mapping[str, str], known: Mapping[str, bool], buyer: int = 0
) -> Callable[[Ask], dict[str, Any]]:
    """The whole table as one function to a (nested) dict; keys without a value are left out. Raises ValueError.

    `buyer` is the number of the one who is spoken to.
    """
    spoken_to = buyer if "@ref" in table.values() else 0
    return _compiled(tuple(table.items()), tuple(known.items()), spoken_to)


@lru_cache(KEPT)
def _compiled(
    pairs: tuple[tuple[str, str], ...], known_pairs: tuple[tuple[str, bool], ...], buyer: int
) -> Callable[[Ask], dict[str, Any]]:
    table, known = dict(pairs), dict(known_pairs)
    for key in table:
        if any(other.startswith(f"{key}.") for other in table):
            raise ValueError(
                f"{key!r} cannot be a value and an object with keys of its own; name one of them otherwise"
            )
    rows = [(key, key.split("."), text, compile_term(text, known, buyer)) for key, text in table.items()]
    # The name of a field that can be taken without a call; most terms are such, and pings are many.
    plain = [
        (key, path if len(path) > 1 else None, text if known.get(text) else None, term)
        for key, path, text, term in rows
    ]

    def build(ask: Ask) -> dict[str, Any]:
        made: dict[str, Any] = {}
        values = ask.values
        for key, path, field, term in plain:
            if field is not None and (found := values.get(field)) is not None:
                value = found.raw if found.value is None else found.value
            else:
                value = term(ask)
            if value is None:
                continue
            if path is None:
                made[key] = value
            else:
                _put(made, path, value)
        return made

    return build


def _put(made: dict[str, Any], path: list[str], value: Any) -> None:
    for key in path[:-1]:
        made = made.setdefault(key, {})
    made[path[-1]] = value
