"""A campaign's enrichers made ready: bound to its fields, with every fault told where it stands."""

from collections.abc import Callable, Generator, Mapping, Sequence
from typing import Any

import msgspec
from msgspec.structs import replace

from outbid.core.contract import Binding, Learned
from outbid.core.dialect.reference import Words
from outbid.core.dialect.secrets import NO_SECRETS
from outbid.core.dialect.wire import Answer, Http
from outbid.core.market import noun as spec
from outbid.core.market import snapshot as made
from outbid.core.market.making.terms import ANY_DAY, Fault, private_target
from outbid.core.market.problem import Path

Found = Callable[[str, str, Any, Path, Path], tuple[Any, Any]]
"""(kind, plugin, settings, path of the name, path) → a plugin's module and its settings, checked. Raises Fault."""


def enrichers_of(
    campaign: spec.Campaign, fields: Sequence[made.Field], facts: Mapping[str, Any], find: Found, secrets: Words
) -> tuple[made.Enricher, ...]:
    """All enrichers of a campaign, in the order in which they are asked. Raises Fault."""
    known = dict.fromkeys(facts, False) | {field.name: True for field in fields}
    ready: list[made.Enricher] = []
    for i, enricher in enumerate(campaign.enrichers):
        path: Path = ("enrichers", i)
        compiled = _enricher(enricher, path, Binding(known, secrets=secrets, facts=facts), find)
        _check_place(compiled, ready, path)
        _check_fields(compiled, {field.name: field for field in fields}, path)
        ready.append(replace(compiled, round=_round(compiled, ready)))
    return tuple(sorted(ready, key=lambda enricher: enricher.round))


def _round(enricher: made.Enricher, before: Sequence[made.Enricher]) -> int:
    """Whoever reads what another gives that stands before him is asked after that one."""
    read = {name.partition(".")[0] for name in (*enricher.needs, *enricher.reads)}
    return max((other.round + 1 for other in before if not read.isdisjoint(other.gives)), default=0)


def _enricher(enricher: spec.Enricher, path: Path, binding: Binding, find: Found) -> made.Enricher:
    module, settings = find("enrichers", enricher.plugin, enricher.settings, (*path, "plugin"), path)
    # Its references differ from every buyer's, and from other enrichers'.
    binding = replace(binding, exceptions=_exceptions(enricher, path), buyer=-1 - int(path[1]))
    try:
        bound = module.bind(settings, binding)
    except ValueError as error:
        raise Fault((*path, "settings"), str(error)) from None
    return made.Enricher(
        name=enricher.name or enricher.plugin,
        plugin=enricher.plugin,
        deadline_ms=enricher.deadline_ms,
        cache_ms=enricher.cache_s * 1000,
        overwrite=enricher.overwrite,
        gives=tuple(module.gives(bound)),
        needs=tuple(module.needs(bound)),
        reads=tuple(module.reads(bound) if hasattr(module, "reads") else binding.known),
        fallback=enricher.fallback,
        ask=lambda ask: module.ask(ask, bound),
        secrets=module.secrets(bound) if hasattr(module, "secrets") else NO_SECRETS,
        settings=msgspec.json.encode((enricher.plugin, enricher.settings)),
        local=getattr(module, "LOCAL", False),
    )


def mute(enricher: made.Enricher) -> made.Enricher:
    """An enricher that lacks a secret: it asks nobody, and says why."""

    def ask(_: Any) -> Generator[Http, Answer, Learned]:
        yield from ()
        return Learned(reason="secret_missing")

    return replace(enricher, ask=ask)


def _exceptions(enricher: spec.Enricher, path: Path) -> frozenset[tuple[str, int]]:
    try:
        return frozenset(private_target(text, i) for i, text in enumerate(enricher.private_targets))
    except Fault as fault:
        raise Fault((*path, *fault.path), fault.sentence) from None


def _check_place(enricher: made.Enricher, others: Sequence[made.Enricher], path: Path) -> None:
    """Each has a name and fields of its own: of two answers to one question, neither could be told to be right."""
    for other in others:
        if other.name == enricher.name:
            raise Fault((*path, "name"), f"there is an enricher {enricher.name!r} already: give this one a name")
        for name in enricher.gives:
            if name in other.gives:
                raise Fault((*path, "settings"), f"the field {name!r} is given by the enricher {other.name!r} already")


def _check_fields(enricher: made.Enricher, fields: Mapping[str, made.Field], path: Path) -> None:
    if not enricher.gives:
        raise Fault((*path, "settings"), "it gives no field")
    for name in enricher.gives:
        if name not in fields:
            raise Fault((*path, "settings"), f"the campaign has no field {name!r}")
        if name in enricher.needs and not enricher.overwrite:
            raise Fault((*path, "settings"), f"it needs {name!r} and gives it only where it is missing")
    for name, text in enricher.fallback.items():
        if name not in enricher.gives:
            raise Fault((*path, "fallback", name), f"it does not give the field {name!r}")
        if not isinstance(text, str | int | float | bool) or fields[name].read(text, ANY_DAY).value is None:
            raise Fault((*path, "fallback", name), f"the field {name!r} cannot be {text!r}")
