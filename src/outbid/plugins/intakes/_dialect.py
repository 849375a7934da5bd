"""How a seller speaks at a source's own address: where key, step and fields stand in what he sends.

A plugin says how a body becomes a document; everything else is one for all of them.
"""

from collections.abc import Callable, Mapping
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from outbid.core.contract import Arrival, Ask, Binding, Malformed
from outbid.core.dialect.mapping import Entry, Term, as_text, compile_line
from outbid.core.dialect.reply.path import Path, compile_path
from outbid.core.heard import Deletion, Heard, Inbound, Lead, Reply, Told
from outbid.plugins.intakes._answers import Answers, compile_answers
from outbid.plugins.intakes._named import MOST_FIELDS, BidIds, PingId, flatten, ids_of, pointer, under
from outbid.plugins.intakes._proof import HEADER, Signature, bearer_of, compile_signature, place_of, without_key

MOST_LEADS = 100
"""Leads in one request."""
LONGEST_ID = 500
"""Characters of the sender's own id of a lead."""
Document = dict[str, Any]
Parse = Callable[[Inbound], Document | Malformed]
Own = Annotated[str, Meta(min_length=1, max_length=200)]
YES = ("1", "true", "yes", "y", "on", "test")


class Flag(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Something that one field says by one of several words, in capitals or not."""

    field: Annotated[Own, Meta(description="the seller's name of the field")]
    words: Annotated[tuple[str, ...], Meta(min_length=1, description="the words that say it")] = YES


class Asks(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What tells a ping from a post: a word in a field, or the end of the address."""

    field: Annotated[Own | None, Meta(description="the seller's name of the field that says it")] = None
    words: Annotated[tuple[str, ...], Meta(min_length=1, description="what it says in a ping")] = ("ping",)
    paths: Annotated[
        tuple[str, ...],
        Meta(description="ends of the address to which pings are sent, with or without what follows a point in them"),
    ] = ("ping", "pings")


class Pairs(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A list of names and values that is read as if each name were a field."""

    at: Annotated[Own, Meta(description="the path to the list")]
    name: Annotated[str, Meta(description="the key of a name")] = "name"
    value: Annotated[str, Meta(description="the key of its value, or of a list with it")] = "values"


class Forget(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A message that asks to forget a person. It is put on record as a privacy request."""

    field: Annotated[Own, Meta(description="the seller's name of the field that says it")]
    words: Annotated[tuple[str, ...], Meta(min_length=1, description="what it says then, such as `DELETED`")]
    phone: Annotated[Own | None, Meta(description="the path to the person's phone")] = None
    email: Annotated[Own | None, Meta(description="the path to the person's e-mail address")] = None
    reference: Annotated[Own | None, Meta(description="the path to the sender's own id of the person or lead")] = None


class Dialect(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a source's own address is told. Names of the seller's are paths: `ContactData.Phones[0]`, `lead@id`."""

    names: Annotated[dict[str, str], Meta(description="from the seller's field names to the campaign's")] = {}
    ping_id: PingId = "ping_id"
    bid_ids: BidIds = "bid_ids"
    key: Annotated[
        str,
        Meta(
            description="where the source's key stands: a field of body or query, such as `lp_key`, or `header:NAME`;"
            " empty: `Authorization: Bearer`"
        ),
    ] = ""
    signature: Annotated[
        Signature | None, Meta(description="a signature of the request, which is its proof instead of a key")
    ] = None
    asks: Annotated[Asks, Meta(description="what tells a ping from a post")] = Asks()
    test: Annotated[Flag | None, Meta(description="the field that says that a lead is a test and never sold")] = None
    once: Annotated[
        Own | None, Meta(description="a field with the sender's own id of a lead: what comes again is the same lead")
    ] = None
    fields: Annotated[
        dict[str, str | Entry],
        Meta(description="from the campaign's fields to [terms](mapping.md) of the seller's names"),
    ] = {}
    pairs: Annotated[Pairs | None, Meta(description="a list of names and values in the body")] = None
    several: Annotated[Own | None, Meta(description="the path to a list of leads, where a body has several")] = None
    deletion: Annotated[Forget | None, Meta(description="how a message asks to forget a person")] = None
    answers: Annotated[Answers | None, Meta(description="what he is told; absent: the answer of `/v1/leads`")] = None


class Bound(msgspec.Struct, frozen=True):
    """A dialect compiled: from a request to what it brings, and from what is told to how it is said."""

    hear: Callable[[Inbound], Heard | Malformed]
    answer: Callable[[Told], Reply | None]


def hear(inbound: Inbound, bound: Bound) -> Heard | Malformed:
    """What a request brings."""
    return bound.hear(inbound)


def answer(told: Told, bound: Bound) -> Reply | None:
    """What the seller is told, in his tongue; None: in ours."""
    return bound.answer(told)


def bind_dialect(settings: Dialect, binding: Binding, parse: Parse, query: Callable[[str], Document]) -> Bound:
    """Compile the settings. `parse` makes a document of a request, `query` one of a query. Raises ValueError."""
    said = _Speech(settings, binding)
    told = None if settings.answers is None else compile_answers(settings.answers)

    def heard(inbound: Inbound) -> Heard | Malformed:
        fault = said.signed(inbound) if said.signed is not None else None
        if said.signed is not None:
            inbound = msgspec.structs.replace(inbound, query="")  # no signature is over it
        document = fault or parse(inbound)
        return document if isinstance(document, Malformed) else said.read(inbound, document, query(inbound.query))

    place = place_of(settings.key)

    def answered(answer: Told) -> Reply | None:
        if told is None:
            return None
        missing = answer.terms.get("reason") == "key_missing"
        fix = {"fix": f"Send the source's key as {place}."} if missing else {}
        return told(msgspec.structs.replace(answer, terms=answer.terms | fix))

    return Bound(heard, answered)


class _Speech:
    """Where everything stands, as functions of a document."""

    def __init__(self, settings: Dialect, binding: Binding) -> None:
        self._settings = settings
        self.signed = None if settings.signature is None else compile_signature(settings.signature, binding.secrets)
        self._lines = tuple(compile_line(key, said, Binding({}), _named) for key, said in settings.fields.items())
        for key in settings.fields:
            if key not in binding.known:
                raise ValueError(
                    f"fields: the campaign has no field {key!r}; it has {', '.join(sorted(binding.known))}"
                )
        own = (settings.key, settings.ping_id, settings.bid_ids, settings.asks.field, settings.once)
        told = [said.field for said in (settings.test, settings.deletion) if said is not None]
        self._paths: dict[str, Path] = {
            name: _path(name) for name in (*own, *told) if name and not name.startswith(HEADER)
        }
        self._drops = frozenset(map(_flat, self._paths))
        self._several = None if settings.several is None else _path(settings.several)
        self._list = None if settings.pairs is None else _path(settings.pairs.at)
        person = settings.deletion
        self._person = {
            part: _path(path)
            for part in ("phone", "email", "reference")
            if person is not None and (path := getattr(person, part)) is not None
        }

    def read(self, inbound: Inbound, document: Document, query: Document) -> Heard | Malformed:
        """What a request brings, whatever it was made of."""
        key = self._key(inbound, document, query)
        parts = [document] if self._several is None else self._parts(document)
        if isinstance(parts, Malformed):
            return parts
        things: list[Lead | Deletion] = []
        asked = without_key(query, key)
        for part in parts:
            thing = self._thing(inbound, without_key(part, key), asked)
            if isinstance(thing, Malformed):
                return thing
            things.append(thing)
        return Heard(tuple(things), None if self.signed is not None else key)

    def _key(self, inbound: Inbound, document: Document, query: Document) -> str:
        place = self._settings.key
        if self.signed is not None and (not place or place.startswith(HEADER)):
            return ""  # no header is signed, and none may change what is read
        if not place:
            return bearer_of(inbound)
        if place.startswith(HEADER):
            return inbound.header(place.removeprefix(HEADER).lower())
        return self._word(place, document, query)

    def _parts(self, document: Document) -> list[Document] | Malformed:
        assert self._several is not None
        found = self._several(document)
        listed = found if isinstance(found, list) else [] if found is None else [found]
        if len(listed) > MOST_LEADS:
            return Malformed(
                400, "too_many_leads", f"{self._settings.several} holds {len(listed)}; at most {MOST_LEADS}"
            )
        if not listed or not all(isinstance(part, dict) for part in listed):
            detail = f"{self._settings.several} holds no list of 1 to {MOST_LEADS} leads"
            return Malformed(400, "body_not_object", detail)
        return listed

    def _thing(self, inbound: Inbound, document: Document, query: Document) -> Lead | Deletion | Malformed:
        said = self._settings
        if said.deletion is not None and self._says(said.deletion, document, query):
            return Deletion(**{part: _word_of(path(document)) for part, path in self._person.items()})
        document = self._with_pairs(document)
        fields = self._fields(document)
        if isinstance(fields, Malformed):
            return fields
        ping, chosen = (self._value(name, document, query) for name in (said.ping_id, said.bid_ids))
        arrived = under(fields, None if ping is None else as_text(ping), ids_of(chosen) if chosen is not None else ())
        asks = self._asks(inbound, document, query)
        test = said.test is not None and self._says(said.test, document, query)
        once = "" if said.once is None or asks else self._word(said.once, document, query)
        if said.once is not None and len(once) > LONGEST_ID:
            detail = f"{said.once} has {len(once)} characters; at most {LONGEST_ID}"
            return Malformed(400, "lead_id_too_long", detail, pointer(said.once))
        return Lead(Arrival(fields) if asks else arrived, asks, test, once)

    def _fields(self, document: Document) -> dict[str, Any] | Malformed:
        """The campaign's fields, made by terms, and the rest under its own names."""
        plain: dict[str, Any] = {}
        if fault := flatten(document, "", 1, plain, {}):
            return fault
        made: dict[str, Any] = {}
        spent = set(self._drops)
        ask = Ask(document, {}, lambda _: "", 0, "")
        for line in self._lines:
            value = line.term.take(ask)
            if value is not None:
                made[line.key] = value
                spent.update(map(_flat, line.term.reads))
        names = self._settings.names
        return {names.get(name, name): value for name, value in plain.items() if name not in spent} | made

    def _with_pairs(self, document: Document) -> Document:
        pairs = self._settings.pairs
        if pairs is None or self._list is None:
            return document
        found = self._list(document)
        more = pairs_of(found, pairs.name, pairs.value)
        return _without(document, pairs.at) | more

    def _asks(self, inbound: Inbound, document: Document, query: Document) -> bool:
        asks = self._settings.asks
        if asks.field is not None:
            return self._word(asks.field, document, query).lower() in {word.lower() for word in asks.words}
        last = inbound.rest.rpartition("/")[2].lower()
        return bool({last, last.partition(".")[0]} & {path.strip("/").lower() for path in asks.paths})

    def _says(self, said: Flag | Forget, document: Document, query: Document) -> bool:
        return self._word(said.field, document, query).lower() in {word.lower() for word in said.words}

    def _value(self, name: str, document: Document, query: Document) -> Any:
        path = self._paths[name]
        found = path(document)
        return path(query) if found is None else found

    def _word(self, name: str, document: Document, query: Document) -> str:
        return _word_of(self._value(name, document, query))


def pairs_of(found: Any, name: str, value: str) -> Document:
    """A list of names and values as a document; of a list of one value the value."""
    made: Document = {}
    for pair in found[:MOST_FIELDS] if isinstance(found, list) else ():
        if isinstance(pair, dict) and isinstance(key := pair.get(name), str) and value in pair:
            said = pair[value]
            made[key] = said[0] if isinstance(said, list) and len(said) == 1 else said
    return made


def _named(text: str) -> Term:
    if text.startswith("@"):
        raise ValueError(f"{text!r} is no name of a field of the seller's")
    path = _path(text)
    return Term(lambda ask: path(ask.facts), (text,))


def _path(text: str) -> Path:
    """A path; a field that is named like it, points and all, is meant as well."""
    path = compile_path(text)
    return path if "." not in text else lambda document: document[text] if text in document else path(document)


def _flat(path: str) -> str:
    """A path as what stands there is called when its document is flat."""
    return path.replace("@", ".@")


def _word_of(value: Any) -> str:
    return "" if value is None or isinstance(value, dict | list) else as_text(value).strip()


def _without(document: Mapping[str, Any], path: str) -> Document:
    """A document without what stands at a path of names."""
    first, _, rest = path.partition(".")
    inner = document.get(first)
    if not rest or not isinstance(inner, dict):
        return {name: value for name, value in document.items() if name != first}
    return {**document, first: _without(inner, rest)}
