"""What a campaign's plan is made of: plugins looked up, and fields and checks bound to their settings."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

import msgspec

from outbid.core.market import noun as spec
from outbid.core.market import snapshot as made
from outbid.core.market.making.terms import Fault, judge_of, normaliser_of, reader_of
from outbid.core.market.problem import Path, from_validation
from outbid.core.match.filter import Fact, FilterError

Plan = tuple[tuple[made.Field, ...], Mapping[str, Fact]]


class Plugins(Protocol):
    """Where plugins are looked up: a module of a kind by name. Raises KeyError with the names there are."""

    def get(self, kind: str, name: str) -> Any:
        """The plugin's module."""


class Planner:
    """Makes the parts of a plan from what the operator wrote."""

    def __init__(self, plugins: Plugins) -> None:
        self._plugins = plugins

    def fields(self, campaign: spec.Campaign) -> Plan:
        """The fields of a campaign, and the facts that they give. Raises Fault."""
        fields: list[made.Field] = []
        facts: dict[str, Fact] = {}
        for i, field in enumerate(campaign.fields):
            if any(field.name == other.name for other in fields):
                raise Fault(("fields", i, "name"), f"the field {field.name!r} is declared twice")
            compiled = self._field(field, ("fields", i))
            fields.append(compiled)
            if not compiled.personal:
                normalise = normaliser_of(compiled) if compiled.kind == "text" else None
                facts[field.name] = Fact(compiled.kind, normalise, self._around(field))
            facts |= {f"{field.name}.{part}": Fact(kind) for part, kind in compiled.parts.items()}
        return tuple(fields), facts

    def _field(self, field: spec.Field, path: Path) -> made.Field:
        module, settings = self.plugin("fields", field.type, field.settings, (*path, "type"), path)
        personal = module.PERSONAL if field.personal is None else field.personal
        read = reader_of(module.read, settings, field.type)
        return made.Field(field.name, field.type, personal, module.KIND, dict(module.PARTS), read)

    def _around(self, field: spec.Field) -> Callable[[str, float], tuple[str, ...] | None] | None:
        module = self._plugins.get("fields", field.type)
        around: Callable[[str, float], tuple[str, ...] | None] | None = getattr(module, "around", None)
        return around

    def check(
        self, check: spec.Check, path: Path, fields: tuple[made.Field, ...], facts: Mapping[str, Fact]
    ) -> made.Check:
        """A check of a campaign, bound to its settings. Raises Fault."""
        module, settings = self.plugin("validators", check.plugin, check.settings, (*path, "plugin"), path)
        known = {field.name for field in fields}
        bound = settings
        if hasattr(module, "bind"):
            try:
                bound = module.bind(settings, facts)
            except FilterError as fault:
                raise Fault((*path, *fault.path), fault.sentence) from None
        reads = frozenset(getattr(module, "fields_of", lambda _: ())(settings))
        for named in sorted(reads - known):
            raise Fault((*path, "settings"), f"the campaign has no field {named!r}")
        return made.Check(
            check.plugin,
            check.on_flaw,
            reads,
            lambda lead: module.needs(lead, bound),
            judge_of(module.judge, bound, check.plugin),
        )

    def plugin(self, kind: str, name: str, settings: Any, at: Path, path: Path) -> tuple[Any, Any]:
        """A plugin's module, and its settings read. Raises Fault."""
        try:
            module = self._plugins.get(kind, name)
        except LookupError as error:
            raise Fault(at, str(error.args[0])) from None
        try:
            return module, msgspec.convert(settings, module.Settings, strict=False)
        except (msgspec.ValidationError, ValueError) as error:
            sentence, inner = from_validation(error, settings, module.Settings)
            raise Fault((*path, "settings", *inner), sentence) from None
