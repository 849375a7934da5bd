"""Finds plugins: a module's file name is its registration; installed packages offer more through entry points.

An installed package declares, for instance, the entry point group `outbid.fields` with `nino = my_package.nino`.
Names in the package win over a built-in of the same name never: a clash is an error, so nothing changes silently.
"""

import pkgutil
from collections.abc import Iterable
from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from outbid.core.reasons import ALL, Reason

KINDS = ("fields", "validators", "enrichers", "methods", "deliveries", "intakes")
NEEDED: dict[str, tuple[str, ...]] = {
    "fields": ("Settings", "PERSONAL", "KIND", "PARTS", "EXAMPLE", "REASONS", "read"),
    "validators": ("Settings", "REASONS", "needs", "judge"),
    "enrichers": ("Settings", "bind", "gives", "needs", "ask"),
    "methods": ("Settings", "LIVE", "rank"),
    "deliveries": ("Settings", "bind", "pings", "repeatable", "ping", "post"),
    "intakes": ("Settings", "read"),
}

TOGETHER: dict[str, tuple[str, ...]] = {"intakes": ("bind", "METHODS", "hear", "answer")}
"""What a plugin has all of, or nothing of."""


class PluginError(LookupError):
    """A plugin that cannot be used: which, and what is missing."""


class Registry:
    """All plugins there are, loaded when first asked for."""

    def __init__(self, installed: Iterable[EntryPoint] | None = None) -> None:
        self._installed = list(_installed() if installed is None else installed)
        self._loaded: dict[tuple[str, str], Any] = {}

    def names(self, kind: str) -> list[str]:
        """The names of a kind, sorted."""
        return sorted(_built_in(kind) | {point.name for point in self._installed if point.group == f"outbid.{kind}"})

    def get(self, kind: str, name: str) -> Any:
        """The plugin's module. Raises KeyError with the names there are, PluginError if it is not whole."""
        if (kind, name) not in self._loaded:
            self._loaded[kind, name] = self._load(kind, name)
        return self._loaded[kind, name]

    def _load(self, kind: str, name: str) -> Any:
        theirs = [point for point in self._installed if point.group == f"outbid.{kind}" and point.name == name]
        ours = name in _built_in(kind)
        if len(theirs) + ours > 1:
            raise PluginError(f"{kind}/{name} is offered more than once; uninstall all but one")
        if not ours and not theirs:
            raise KeyError(f"there is no {name!r} in {kind}; there are: {', '.join(self.names(kind))}")
        module = import_module(f"outbid.plugins.{kind}.{name}") if ours else theirs[0].load()
        together = TOGETHER.get(kind, ())
        needed = NEEDED[kind] + (together if any(hasattr(module, part) for part in together) else ())
        missing = [part for part in needed if not hasattr(module, part)]
        if missing:
            raise PluginError(f"{kind}/{name} lacks {', '.join(missing)}")
        return module

    def reasons(self) -> dict[str, Reason]:
        """The reasons that plugins declare, by full code (`phone.too_short`)."""
        found: dict[str, Reason] = {}
        for kind in KINDS:
            for name in self.names(kind):
                for code, reason in getattr(self.get(kind, name), "REASONS", {}).items():
                    if code in ALL:
                        continue  # one of the exchange's own, used as it is
                    full = f"{name}.{code}"
                    found[full] = Reason(full, reason.sentence, reason.fix)
        return found


@cache
def _built_in(kind: str) -> frozenset[str]:
    package = import_module(f"outbid.plugins.{kind}")
    return frozenset(m.name for m in pkgutil.iter_modules(package.__path__) if not m.name.startswith("_"))


def _installed() -> list[EntryPoint]:
    return [point for kind in KINDS for point in entry_points(group=f"outbid.{kind}")]
