"""A market as YAML: read with every scalar as text (typed by us, so that ZIP 01001 and NO stay what they are).

No aliases, no tags, no duplicate keys; every fault is told with line and column.
"""

from collections.abc import Iterable, Mapping
from io import StringIO
from typing import Any

import msgspec
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from outbid.cli.shown.written import settle_keys
from outbid.core.market.noun import KINDS, Noun
from outbid.core.market.problem import Path, Problem, from_validation
from outbid.plugins.registry import Registry

SECTIONS = {
    "sellers": "seller",
    "groups": "group",
    "buyers": "buyer",
    "campaigns": "campaign",
    "sources": "source",
    "offers": "offer",
}
"""The sections of a market file and the kind of noun in each; keys never stand in a file."""
LARGEST_BYTES = 64 * 1024 * 1024
_COMMA = "; a value with a comma in it is written in quotes"


class Fault(msgspec.Struct, frozen=True):
    """One thing wrong in a file: 1-based line and column, what is wrong and what would be right."""

    line: int
    column: int
    sentence: str


class DocumentError(Exception):
    """A file that is no market: all faults at once."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("; ".join(f"line {f.line}: {f.sentence}" for f in faults))
        self.faults = sorted(faults, key=lambda fault: (fault.line, fault.column))


class _Positions(dict[Path, tuple[int, int]]):
    """Where each value stands: 1-based line and column. `without_colon` has the keys that are mere words."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.without_colon: set[Path] = set()
        self._lines = text.splitlines()

    def line(self, where: tuple[int, int]) -> str:
        """The text of the line of a position."""
        return self._lines[where[0] - 1] if where[0] <= len(self._lines) else ""


Positions = dict[Path, tuple[int, int]]


class Document(msgspec.Struct, frozen=True):
    """A market that was read: nouns by kind and slug, and where each value stands in the file.

    `nouns` has only the kinds whose sections stand in the file: what a file does not speak of stays as it is, and an
    empty section takes all of its kind away.
    """

    nouns: dict[str, dict[str, Noun]]
    positions: Positions
    places: dict[tuple[str, str], Path]

    def locate(self, problem: Problem) -> Fault:
        """Where in the file a problem of the market is."""
        path = (*self.places.get((problem.kind, problem.slug), ()), *problem.path)
        line, column = _nearest(self.positions, path)
        return Fault(line, column, f"{problem.kind} {problem.slug!r}: {problem.sentence}")


def read_document(text: str) -> Document:
    """Read a market file. Raises DocumentError."""
    positions = _Positions(text)
    root = _plain(_compose(text), (), positions)
    if not isinstance(root, dict):
        raise DocumentError([Fault(1, 1, f"a market has the sections {', '.join(SECTIONS)}")])
    faults: list[Fault] = []
    nouns: dict[str, dict[str, Noun]] = {
        SECTIONS[section]: {} for section, rows in root.items() if section in SECTIONS and rows is not None
    }
    places: dict[tuple[str, str], Path] = {}
    for section, rows in root.items():
        path: Path = (section,)
        if section not in SECTIONS:
            known = ", ".join(SECTIONS)
            faults.append(Fault(*_nearest(positions, path), f"there is no section {section!r}; there are {known}"))
        elif not isinstance(rows, list):
            if rows is not None:
                faults.append(Fault(*_nearest(positions, path), f"{section} is a list; begin each part with '- slug:'"))
        else:
            _read_section(SECTIONS[section], rows, path, positions, nouns, places, faults)
    if faults:
        raise DocumentError(faults)
    return Document(nouns, positions, places)


def _read_section(
    kind: str,
    rows: list[Any],
    path: Path,
    positions: _Positions,
    nouns: dict[str, dict[str, Noun]],
    places: dict[tuple[str, str], Path],
    faults: list[Fault],
) -> None:
    plugins = Registry()
    for i, row in enumerate(rows):
        at = (*path, i)
        noun = _read_noun(kind, row, at, positions, plugins, faults)
        if noun is None:
            continue
        if noun.slug in nouns[kind]:
            faults.append(Fault(*_nearest(positions, (*at, "slug")), f"the {kind} {noun.slug!r} stands twice"))
        nouns[kind][noun.slug] = noun
        places[kind, noun.slug] = at


def _read_noun(
    kind: str, row: Any, at: Path, positions: _Positions, plugins: Registry, faults: list[Fault]
) -> Noun | None:
    """One noun, or None and its faults."""
    settled, misfits = settle_keys(row, KINDS[kind], plugins)
    for misfit in misfits:
        where = (*at, *misfit.path)
        advice = _COMMA if where in positions.without_colon else ""
        faults.append(Fault(*_nearest(positions, where), f"{kind}: {misfit.sentence}{advice}"))
    if misfits:
        return None
    try:
        return msgspec.convert(settled, KINDS[kind], strict=False)
    except (msgspec.ValidationError, ValueError) as error:
        sentence, inner = from_validation(error, settled, KINDS[kind])
        faults.append(Fault(*_nearest(positions, (*at, *inner)), f"{kind}: {sentence}"))
        return None


def _compose(text: str) -> Node | None:
    if len(text) > LARGEST_BYTES:
        raise DocumentError([Fault(1, 1, "the file is larger than 64 MB")])
    try:
        return YAML(typ="safe", pure=True).compose(StringIO(text))  # type: ignore[no-any-return]
    except MarkedYAMLError as error:
        mark = error.problem_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        raise DocumentError([Fault(line, column, error.problem or "this is not YAML")]) from None
    except Exception as error:
        raise DocumentError([Fault(1, 1, f"this is not YAML: {str(error)[:200]}")]) from None


def _plain(node: Node | None, path: Path, positions: _Positions, open_nodes: tuple[int, ...] = ()) -> Any:
    """A node as dicts, lists and text. `open_nodes` finds aliases, which are refused."""
    if node is None:
        return {}
    where = (node.start_mark.line + 1, node.start_mark.column + 1)
    positions[path] = where
    if node.anchor is not None or id(node) in open_nodes:
        raise DocumentError([Fault(*where, "anchors and aliases (& and *) are not allowed; write the value out")])
    if positions.line(where)[where[1] - 1 : where[1]] == "!":
        raise DocumentError([Fault(*where, "tags (! and !!) are not allowed; write the plain value")])
    if isinstance(node, ScalarNode) and "\0" in node.value:
        raise DocumentError([Fault(*where, "a zero character cannot be stored; take it out")])
    if isinstance(node, ScalarNode):
        empty = node.value in ("", "~", "null") and node.style is None
        return None if empty else node.value
    if isinstance(node, SequenceNode):
        return [_plain(part, (*path, i), positions) for i, part in enumerate(node.value)]
    assert isinstance(node, MappingNode)
    return _mapping(node, path, positions)


def _mapping(node: MappingNode, path: Path, positions: _Positions) -> dict[str, Any]:
    """A mapping with all its keys: one without a value has None, since whether it may stand so is not known here."""
    made: dict[str, Any] = {}
    for key_node, value_node in node.value:
        where = (key_node.start_mark.line + 1, key_node.start_mark.column + 1)
        if not isinstance(key_node, ScalarNode):
            raise DocumentError([Fault(*where, "a key is plain text")])
        key = key_node.value
        if key in made:
            raise DocumentError([Fault(*where, f"the key {key!r} stands twice here")])
        made[key] = _plain(value_node, (*path, key), positions)
        positions[(*path, key)] = where
        if made[key] is None and not _has_colon(key_node, positions):
            positions.without_colon.add((*path, key))
    return made


def _has_colon(key_node: ScalarNode, positions: _Positions) -> bool:
    end = key_node.end_mark
    return positions.line((end.line + 1, end.column + 1))[end.column :].lstrip().startswith(":")


def _nearest(positions: Positions, path: Path) -> tuple[int, int]:
    """The position of a path, or of the nearest thing around it."""
    while path and path not in positions:
        path = path[:-1]
    return positions.get(path, (1, 1))


def write_document(nouns: Mapping[str, Iterable[Noun]]) -> str:
    """A market as YAML that reads back as the same."""
    plain = {
        section: [_texts(msgspec.to_builtins(noun)) for noun in nouns.get(kind, ())]
        for section, kind in SECTIONS.items()
    }
    return plain_yaml({section: rows for section, rows in plain.items() if rows})


def plain_yaml(value: Mapping[str, Any]) -> str:
    """Plain data as YAML, in their order."""
    out = StringIO()
    yaml = YAML()
    yaml.default_flow_style = False
    yaml.width = 110
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.dump(value, out)
    return out.getvalue()


def _texts(value: Any) -> Any:
    """Values as a YAML writer must see them: tuples as lists."""
    if isinstance(value, dict):
        return {key: _texts(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_texts(part) for part in value]
    return value
