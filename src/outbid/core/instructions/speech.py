"""How a seller's requests look: where key, step and fields stand, and a document made of a lead in his spelling."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Literal

import msgspec

from outbid.core.dialect.mapping import Entry
from outbid.core.lead.value import Scalar

Format = Literal["json", "form", "query", "xml"]
Document = dict[str, Any]
HEADER = "header:"
_HOLE = re.compile(r"\{([^{}|]+)[^{}]*\}")
_DATE = re.compile(r"read_date\s+(?:'([^']*)'|\"([^\"]*)\"|([^|'\"]+))")
_PART = re.compile(r"([^.\[\]@]+)|\[(\d+)\]|(@[^.\[\]]+)")


class Speech(msgspec.Struct, frozen=True, kw_only=True):
    """How a source is spoken to, as its intake's settings say.

    format   what a request is; `own`: it must be sent to the source's own address
    key      where the key stands: empty for `Authorization: Bearer`, `header:NAME`, or a field
    signed   the header that carries a signature, instead of a key; pushed: a platform sends, and nobody writes code
    asks     the field and the word in it that make a ping; None: the end of the address, `asks_at`
    test     the field and the word that make a test; once: the field with the sender's own id of a lead
    names    from his names to ours; fields: from ours to terms of his names
    pairs    the path of a list of names and values, and what both are called
    several  the path of a list of leads
    """

    format: Format
    own: bool = False
    key: str = ""
    signed: str = ""
    pushed: bool = False
    ping_id: str = "ping_id"
    bid_ids: str = "bid_ids"
    asks: tuple[str, str] | None = None
    asks_at: str = "ping"
    test: tuple[str, str] | None = None
    once: str = ""
    names: Mapping[str, str] = {}
    fields: Mapping[str, str | Entry] = {}
    pairs: tuple[str, str, str] | None = None
    several: str = ""

    @property
    def key_field(self) -> str:
        """The field of the body in which the key stands; empty if it stands elsewhere."""
        return "" if self.signed or self.key.startswith(HEADER) else self.key

    @property
    def key_header(self) -> str:
        """The header in which the key stands, where that is not `Authorization`."""
        return self.key.removeprefix(HEADER) if self.key.startswith(HEADER) else ""


class Spelling(msgspec.Struct, frozen=True):
    """A field of ours as the seller writes it.

    path    his name of it, a path; empty: he does not send it. `more`: further names that its text is made of
    term    how it is read, where it is more than renamed
    values  from his words to ours, where they are mapped
    """

    path: str
    more: tuple[str, ...] = ()
    term: str = ""
    values: Mapping[str, Scalar] = {}

    def written(self, value: Scalar) -> Scalar:
        """A value of ours in his words, as far as the term can be turned round."""
        if self.values:
            text = str(value).strip().lower()
            return next((his for his, ours in self.values.items() if str(ours).strip().lower() == text), value)
        found = _DATE.search(self.term)
        if found is not None and isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
            year, month, day = value.split("-")
            parts = {"%Y": year, "%m": month, "%d": day, "%y": year[2:]}
            form = next(part for part in found.groups() if part is not None).strip()
            return re.sub(r"%[Ymdy]", lambda part: parts[part[0]], form)
        return value


def spellings(speech: Speech, fields: Iterable[str]) -> dict[str, Spelling]:
    """Each field of a campaign as the seller writes it."""
    his = {ours: name for name, ours in speech.names.items()}
    return {name: _spelling(speech.fields.get(name), his.get(name, name)) for name in fields}


def _spelling(said: str | Entry | None, name: str) -> Spelling:
    if said is None:
        return Spelling(name)
    term, values = (said, {}) if isinstance(said, str) else (said.value, said.map)
    if term.startswith("="):
        return Spelling("")
    holes = _HOLE.findall(term)
    if holes:
        first, *more = dict.fromkeys(hole.strip() for hole in holes)
        return Spelling(first, tuple(more), term, values)
    path, bar, _ = term.partition("|")
    steps = "" if isinstance(said, str) or said.then is None else f" | {said.then}"
    return Spelling(path.strip(), (), term + steps if bar or steps else "", values)


def document_of(speech: Speech, values: Mapping[str, Any]) -> Document:
    """A request's document: values by the seller's names, each where its path says."""
    made: Document = {}
    listed: list[Document] = []
    for path, value in values.items():
        if speech.pairs is not None and path not in (speech.key_field, speech.once, speech.ping_id):
            listed.append({speech.pairs[1]: path, speech.pairs[2]: value})
        else:
            _put(made, path, value, flat=speech.format in ("form", "query"))
    if speech.pairs is not None:
        _put(made, speech.pairs[0], listed, flat=False)
    if speech.several:
        outer: Document = {}
        _put(outer, speech.several, [made], flat=False)
        return outer
    return made


def _put(document: Document, path: str, value: Any, *, flat: bool) -> None:
    parts: list[str | int] = [
        int(place) if place else name or attribute for name, place, attribute in _PART.findall(path)
    ]
    if flat or len(parts) < 2 or isinstance(parts[0], int):
        document[path] = value
        return
    at: Any = document
    for part, following in zip(parts, [*parts[1:], None], strict=True):
        fresh: Any = value if following is None else [] if isinstance(following, int) else {}
        if isinstance(part, int):
            at.extend({} if not isinstance(fresh, str | int | float) else "" for _ in range(part + 1 - len(at)))
            at[part] = fresh if following is None or not at[part] else at[part]
            at = at[part]
        else:
            at[part] = fresh if following is None else at.get(part, fresh)
            at = at[part]
