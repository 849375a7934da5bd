"""Plugins of somebody else that break their contract, each in one way that its settings or a lead choose."""

from types import SimpleNamespace
from typing import Any

import msgspec

from outbid.core.contract import Arrival, Flaw
from outbid.core.lead.value import Value
from outbid.plugins.deliveries import json as good

TRIGGER = "Boom"
"""A first name at which validators, fields and intakes fail."""


class Broken(Exception):
    """What a faulty plugin raises."""


class DeliverySettings(good.Settings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    where: str = "ping"
    how: str = "raises before it asks"


class NoSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    pass


def _bind(settings: DeliverySettings, *more: Any) -> Any:
    return SimpleNamespace(settings=settings, good=good.bind(settings, *more))


def _talk(name: str) -> Any:
    def talk(ask: Any, bound: Any) -> Any:
        right = getattr(good, name)(ask, bound.good)
        if bound.settings.where != name:
            return right
        if bound.settings.how == "is no generator":
            raise Broken
        return _break(right, bound.settings.how)

    return talk


def _break(right: Any, how: str) -> Any:
    if how == "raises before it asks":
        raise Broken
    if how == "asks for nothing":
        yield None
    if how == "asks with a text":
        yield "http://a.example/"
    answer = yield next(right)
    if how == "raises after the answer":
        raise Broken
    if how == "gives nothing back":
        return None
    if how == "gives a text back":
        return "bid"
    try:
        right.send(answer)
    except StopIteration as stop:
        return stop.value
    raise AssertionError


delivery = SimpleNamespace(
    Settings=DeliverySettings,
    REASONS={},
    bind=_bind,
    pings=lambda bound: good.pings(bound.good),
    repeatable=lambda bound: False,
    ping=_talk("ping"),
    post=_talk("post"),
)


def _judge(lead: Any, answers: Any, settings: Any) -> tuple[Flaw, ...]:
    if lead.values["first_name"].raw == TRIGGER:
        raise Broken
    return ()


validator = SimpleNamespace(Settings=NoSettings, REASONS={}, needs=lambda lead, settings: (), judge=_judge)


def _read(raw: Any, settings: Any, today: Any) -> Value:
    if raw == TRIGGER:
        raise Broken
    return Value(raw, str(raw))


field = SimpleNamespace(
    Settings=NoSettings, REASONS={}, PERSONAL=True, KIND="text", PARTS={}, EXAMPLE="Ann", read=_read
)


def _arrival(content_type: str, body: bytes, settings: Any) -> Arrival:
    if TRIGGER.encode() in body:
        raise Broken
    return Arrival(msgspec.json.decode(body))


intake = SimpleNamespace(Settings=NoSettings, read=_arrival)


def _rank(bids: Any, turn: int, draw: float, settings: Any) -> Any:
    if any(bid.price_micros == 13_000_000 for bid in bids):
        raise Broken
    return sorted(bids, key=lambda bid: -bid.price_micros)


method = SimpleNamespace(Settings=NoSettings, LIVE=(), rank=_rank)
