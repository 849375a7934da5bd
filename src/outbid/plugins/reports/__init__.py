"""Reports: one SQL file each, whose head, a comment in YAML at its beginning, declares what the portal shows.

A report needs nothing but its file. Installed packages offer more by the entry point group `outbid.reports`, whose
value is a package with such files; the house's own stand in the folder that `OUTBID_REPORTS` names.
"""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

import msgspec
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from outbid.core.fault import Fault
from outbid.core.report.head import NAME, Head, HeadFault, Report, check

GROUP = "outbid.reports"
LARGEST = 64 * 1024
_SUFFIX = ".sql"
_HEAD = re.compile(r"\s*/\*(.*?)\*/(.*)\Z", re.DOTALL)


class ReportFault(Fault):
    """A report's file that cannot be used: which, what is wrong, and what would be right."""


class Reports:
    """All reports there are, by name."""

    def __init__(self, folder: Path | None = None, installed: Iterable[str] | None = None) -> None:
        """Read them. Raises ReportFault."""
        packages = [point.value for point in entry_points(group=GROUP)] if installed is None else installed
        places: list[Traversable] = [files(__name__), *(files(import_module(name)) for name in packages)]
        if folder is not None:
            if not folder.is_dir():
                raise ReportFault(f"OUTBID_REPORTS is {folder}, and there is no such folder")
            places.append(folder)
        self._found: dict[str, Report] = {}
        for report in (report for place in places for report in _in(place)):
            if report.name in self._found:
                raise ReportFault(f"the report {report.name!r} is there more than once: rename all but one")
            self._found[report.name] = report

    def names(self) -> list[str]:
        """All names, sorted."""
        return sorted(self._found)

    def get(self, name: str) -> Report | None:
        """The report of that name."""
        return self._found.get(name)


def _in(place: Traversable) -> Iterator[Report]:
    for entry in sorted(place.iterdir(), key=lambda entry: entry.name):
        if entry.name.endswith(_SUFFIX):
            yield read(entry.name.removesuffix(_SUFFIX), _text(entry))


def _text(entry: Traversable) -> str:
    try:
        raw = entry.read_bytes()
        if len(raw) > LARGEST:
            raise ReportFault(f"{entry.name} has {len(raw):,} bytes; a report has {LARGEST:,} at most")
        return raw.decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ReportFault(f"{entry.name} cannot be read: {error}") from None


@cache
def read(name: str, text: str) -> Report:
    """A report of its file's name and text. Raises ReportFault."""
    where = f"the report {name}{_SUFFIX}"
    if not re.fullmatch(NAME, name):
        raise ReportFault(f"{where}: call it by small letters, digits and _, a letter first, 40 at most")
    parts = _HEAD.match(text)
    if parts is None:
        raise ReportFault(f"{where} begins with its head: /* title: … */, and then its query")
    query = parts[2].strip().removesuffix(";").strip()
    if not query:
        raise ReportFault(f"{where} has no query after its head")
    try:
        # YAML 1.2 without tags: what is read are plain values.
        head = msgspec.convert(YAML(typ="safe", pure=True).load(parts[1]), Head)
        check(head)
    except (YAMLError, msgspec.ValidationError, HeadFault, RecursionError) as error:
        raise ReportFault(f"{where}: its head cannot be so: {error}") from None
    return Report(name, head, query)
