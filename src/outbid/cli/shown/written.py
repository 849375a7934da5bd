"""The keys that somebody wrote into a noun: which ones nothing knows, and which ones have no value.

The checker of types alone would not do: what has no value must be judged before it is left out, or a mistyped key
(`pausd:`), or the rest of a value with a comma (`{money: 5,00}` is `money: 5` and a key `00`), goes unseen.
"""

from typing import Any

import msgspec
from msgspec import inspect

from outbid.core.market.noun import Noun
from outbid.core.market.problem import Path, part_of, setting_at, settings_of, shape_of, unknown_setting
from outbid.plugins.registry import Registry

_PLUGINS = {
    "fields": ("fields", "type"),
    "checks": ("validators", "plugin"),
    "enrichers": ("enrichers", "plugin"),
    "method": ("methods", "plugin"),
    "intake": ("intakes", "plugin"),
    "delivery": ("deliveries", "plugin"),
}
"""Where plugins stand in a noun: their kind, and the key that names the one."""
_WITHOUT_VALUE = {
    "wallet": "write wallet: {} for a buyer who is prepaid, or leave the key out for one without a limit",
}
"""What to do about a key without a value, where leaving it out means more than one would think."""


class Misfit(msgspec.Struct, frozen=True):
    """A key that cannot stand where it does: the way to it in the noun, and what would be right."""

    path: Path
    sentence: str


def settle_keys(row: Any, kind: type[Noun], plugins: Registry) -> tuple[Any, list[Misfit]]:
    """A noun as it was written, without the keys that are not set; and every key that is wrong."""
    judge = _Judge(plugins)
    return judge.settled(row, shape_of(kind), ()), judge.misfits


class _Judge:
    """Walks through what was written and its type side by side, and collects what is wrong."""

    def __init__(self, plugins: Registry) -> None:
        self._plugins = plugins
        self.misfits: list[Misfit] = []

    def settled(self, value: Any, shape: inspect.Type | None, at: Path) -> Any:
        if isinstance(value, list):
            return [self.settled(part, part_of(shape, i), (*at, i)) for i, part in enumerate(value)]
        if not isinstance(value, dict):
            return value
        if isinstance(shape, inspect.StructType):
            self._refuse_unknown(value, shape, at)
        # A plugin's own settings alone may stand without a value: they keep their default then.
        if not (isinstance(shape, inspect.StructType) and "settings" in at):
            self._refuse_empty(value, shape, at)
        return {
            key: self.settled(part, self._shape(value, shape, key, at), (*at, key))
            for key, part in value.items()
            if part is not None
        }

    def _refuse_unknown(self, value: dict[str, Any], shape: inspect.StructType, at: Path) -> None:
        known = settings_of(shape)
        for key in value:
            if key not in known:
                self.misfits.append(Misfit((*at, key), unknown_setting(key, shape)))

    def _refuse_empty(self, value: dict[str, Any], shape: inspect.Type | None, at: Path) -> None:
        known = settings_of(shape) if isinstance(shape, inspect.StructType) else list(value)
        for key, part in value.items():
            if part is None and key in known:
                advice = _WITHOUT_VALUE.get(key, "write one, or leave the key out")
                self.misfits.append(Misfit((*at, key), f"{key!r} has no value: {advice}"))

    def _shape(self, value: dict[str, Any], shape: inspect.Type | None, key: str, at: Path) -> inspect.Type | None:
        if key == "settings" and "settings" not in at and setting_at(at) in _PLUGINS:
            return self._settings(*_PLUGINS[setting_at(at)], value)
        return part_of(shape, key)

    def _settings(self, kind: str, named_by: str, value: dict[str, Any]) -> inspect.Type | None:
        """The type of a plugin's settings; None if there is no such plugin, which is told when the market is made."""
        try:
            return shape_of(self._plugins.get(kind, str(value.get(named_by))).Settings)
        except LookupError:
            return None
