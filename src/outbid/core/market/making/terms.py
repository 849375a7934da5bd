"""Parts of nouns made ready: amounts, caps, private targets, and plugins' functions bound to their settings."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from outbid.core import reasons
from outbid.core.contract import Flaw
from outbid.core.dialect.postback import compile_postback
from outbid.core.dialect.reference import Words
from outbid.core.dialect.wire import Http
from outbid.core.lead.value import Value
from outbid.core.ledger.account import LEADS, Limit
from outbid.core.market import noun as spec
from outbid.core.market import snapshot as made
from outbid.core.market.problem import Path
from outbid.core.money import micros
from outbid.core.schedule.week import Calendar

ANY_DAY = date(2000, 1, 1)
_HOST = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*|\[[0-9A-Fa-f:.]+\]|[0-9A-Fa-f:]+:[0-9A-Fa-f:.]+")
"""One host: a name, or an address; nothing that stands for several."""


class Fault(Exception):
    """One problem inside the noun that is being compiled."""

    def __init__(self, path: Path, sentence: str) -> None:
        super().__init__(sentence)
        self.path = path
        self.sentence = sentence


def micros_of(text: str, path: Path) -> int:
    """An amount in micros. Raises Fault."""
    try:
        amount = micros(text)
    except ValueError as error:
        raise Fault(path, str(error)) from None
    if amount < 0:
        raise Fault(path, f"{text!r} is negative")
    return amount


def dimensions_named(names: tuple[str, ...], fields: tuple[made.Field, ...]) -> tuple[str, ...]:
    """The facts by which a campaign's leads are tallied, each known when a lead comes. Raises Fault."""
    personal = {field.name for field in fields if field.personal}
    known = {field.name for field in fields} | {f"{field.name}.{part}" for field in fields for part in field.parts}
    for i, name in enumerate(names):
        if name in personal:
            raise Fault(("dimensions", i), f"{name!r} is personal: tallies outlive the person, so they never hold it")
        if name not in known:
            raise Fault(("dimensions", i), f"the campaign has no field or part {name!r}")
        if name in names[:i]:
            raise Fault(("dimensions", i), f"{name!r} stands twice")
    return names


def check_zone(zone: str, path: Path) -> None:
    """Is it a time zone? Raises Fault."""
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        raise Fault(path, f"{zone!r} is no time zone; write one such as America/New_York") from None


def limits_of(
    caps: tuple[spec.Cap, ...], owner: str, currency: str, zone: str, path: Path, hours: Calendar | None = None
) -> tuple[Limit, ...]:
    """Caps as limits of their owner, who is open in these hours. Raises Fault."""
    limits: dict[tuple[str, str], Limit] = {}
    for i, cap in enumerate(caps):
        if cap.paced and owner.partition(":")[0] in ("source", "seller", "campaign") and " " not in owner:
            raise Fault((*path, i, "paced"), "a full cap on this side refuses leads: only caps of buyers are paced")
        if cap.window == "slot":
            raise Fault((*path, i, "window"), "a cap with the window slot stands in a slot of an offer's schedule")
        unit = LEADS if cap.leads is not None else currency
        ceiling = cap.leads if cap.leads is not None else micros_of(cap.money or "", (*path, i, "money"))
        if (unit, cap.window) in limits:
            raise Fault((*path, i), f"there are two caps for {unit} and {cap.window}")
        open_ = hours if cap.paced else None
        limits[unit, cap.window] = Limit(
            owner, unit, cap.window, zone, ceiling, paced=cap.paced, open=open_, looks_back=cap.look_back
        )
    return tuple(limits.values())


def private_target(text: str, position: int) -> tuple[str, int]:
    """Host and port that a delivery may reach although private. Raises Fault."""
    host, _, port = text.rpartition(":")
    if not _HOST.fullmatch(host) or not port.isdecimal() or not 0 < int(port) < 65536:
        raise Fault(("private_targets", position), f"{text!r} is not HOST:PORT of one host, such as 127.0.0.1:9100")
    return host.strip("[]").lower(), int(port)


def reader_of(read: Callable[[Any, Any, date], Value], settings: Any, plugin: str) -> Callable[[Any, date], Value]:
    """A field type's `read`, bound; its faults carry the plugin's name."""

    def bound(raw: Any, today: date) -> Value:
        value = read(raw, settings, today)
        return value if value.fault is None else replace(value, fault=f"{plugin}.{value.fault}")

    return bound


def judge_of(
    judge: Callable[[Any, Any, Any], tuple[Flaw, ...]], settings: Any, plugin: str
) -> Callable[[Any, Any], tuple[Flaw, ...]]:
    """A validator's `judge`, bound; reasons of its own carry the plugin's name."""

    def bound(lead: Any, answers: Any) -> tuple[Flaw, ...]:
        return tuple(
            flaw if "." in flaw.code or flaw.code in reasons.ALL else replace(flaw, code=f"{plugin}.{flaw.code}")
            for flaw in judge(lead, answers, settings)
        )

    return bound


def normaliser_of(field: made.Field) -> Callable[[str], Any]:
    """From a text that somebody wrote to the form that the field's fact has."""
    return lambda text: field.read(text, ANY_DAY).value


def queue_of(queue: spec.Queue | None) -> made.Queue | None:
    """A tier's queue in milliseconds."""
    if queue is None:
        return None
    return made.Queue(queue.after_s * 1000, queue.every_s * 1000, queue.until_s * 1000)


def postback_of(source: spec.Source, secrets: Words) -> Callable[[Mapping[str, str]], Http] | None:
    """A source's postback, compiled. Raises Fault."""
    if source.postback is None:
        return None
    exceptions = frozenset(private_target(text, i) for i, text in enumerate(source.private_targets))
    try:
        return compile_postback(source.postback, exceptions, secrets)
    except ValueError as error:
        raise Fault(("postback",), str(error)) from None
