"""A lead comes in: its fields are read once, its facts are drawn, what is personal is sealed with a key of its own."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

import msgspec

from outbid.core.ids import LeadId, uuid7
from outbid.core.lead import event as ev
from outbid.core.lead.exposure import present_of
from outbid.core.lead.lead import Lead, Sealed
from outbid.core.lead.value import ABSENT, Value
from outbid.core.market.snapshot import Field, Market, Source, facts_of
from outbid.core.route import Plan
from outbid.exchange.exchange import Exchange
from outbid.exchange.story import Story
from outbid.store.commit.entry import Birth, Request
from outbid.store.vault import LeadKey, Vault

LEAD_SEAL = b"lead"
KEYS_KEPT_MS = 24 * 3_600_000
"""How long a seller's `Idempotency-Key` is remembered."""
ONCE_KEPT_MS = 7 * 24 * 3_600_000
"""How long a sender's own id of a lead is remembered: platforms try again for days."""
BODIES_KEPT_MS = 60_000
"""How long a body without a key is remembered."""
PERSON_FIELDS = ("phone", "email")
"""Field types by which a person is found again, for erasure and for looking up."""

_encode = msgspec.json.Encoder().encode
_decode_sealed = msgspec.json.Decoder(Sealed).decode


@lru_cache(maxsize=8)
def _day(day_number: int) -> date:
    return datetime.fromtimestamp(day_number * 86_400, UTC).date()


def today(at_ms: int) -> date:
    """The UTC date of an instant: what ages are counted by."""
    return _day(at_ms // 86_400_000)


def read_values(
    fields: tuple[Field, ...], arrived: Mapping[str, Any], at_ms: int
) -> tuple[dict[str, Value], dict[str, Any]]:
    """Every declared field read by its type, and what came under names that nobody declared."""
    day = today(at_ms)
    rest = dict(arrived)
    values: dict[str, Value] = {}
    for field in fields:
        raw = rest.pop(field.name, None)
        values[field.name] = ABSENT if raw is None else field.read(raw, day)
    return values, rest


def request_of(vault: Vault, key: str, body: bytes, now_ms: int, kept_ms: int = KEYS_KEPT_MS) -> Request:
    """What tells this request when it comes again: the seller's key for a day; without one, the body for a minute."""
    body_hash = vault.request(b"body", body)
    if key:
        return Request(vault.request(b"key", key.encode()), body_hash, now_ms + kept_ms)
    return Request(body_hash, body_hash, now_ms + BODIES_KEPT_MS)


def once_key(once: str) -> str:
    """A sender's own id of a lead as the key of its request, which no `Idempotency-Key` can be."""
    return f"once\n{once}"


def request_under(vault: Vault, quote: bytes, body: bytes, now_ms: int) -> Request:
    """What tells a post under a quote when it comes again: one quote makes one lead."""
    return Request(vault.request(b"ping", quote), vault.request(b"body", body), now_ms + KEYS_KEPT_MS)


def arrive(
    exchange: Exchange,
    market: Market,
    source: Source,
    arrived: Mapping[str, Any],
    test: bool,
    request: Request | None = None,
) -> Story:
    """Make a lead of what an intake read, and its story. Nothing is written yet."""
    story = begin(exchange, market, source, arrived, test, request)
    lead = story.lead
    present = present_of(source.campaign.fields, lead.values)
    story.tell(ev.Received(lead.arrived_at_ms, lead.source, lead.campaign, lead.version, test, present))
    return story


def begin(
    exchange: Exchange,
    market: Market,
    source: Source,
    arrived: Mapping[str, Any],
    test: bool,
    request: Request | None = None,
    quote: bytes | None = None,
) -> Story:
    """The story of a lead that nothing was told of yet: with an id, facts, and what is personal sealed."""
    now_ms = exchange.clock.now_ms()
    campaign = source.campaign
    values, unknown = read_values(campaign.fields, arrived, now_ms)
    identifier = LeadId(uuid7(now_ms, exchange.noise(10)))
    facts = facts_of(values, campaign.fields)
    lead = Lead(
        exchange.cell,
        identifier,
        source.number,
        campaign.number,
        market.version,
        now_ms,
        values,
        facts,
        unknown,
        test,
        quote,
    )
    key, wrapped = exchange.vault.new_key(identifier)
    birth = _birth(exchange, lead, campaign.fields, arrived, key, wrapped, request)
    return Story(lead, Plan(campaign, source, lead.facts), market, key, birth)


def _birth(
    exchange: Exchange,
    lead: Lead,
    fields: tuple[Field, ...],
    arrived: Mapping[str, Any],
    key: LeadKey,
    wrapped: bytes,
    request: Request | None,
) -> Birth:
    raw = {field.name: came for field in fields if (came := arrived.get(field.name)) is not None}
    sealed = exchange.vault.seal(key, lead.id, LEAD_SEAL, _encode(Sealed(raw, lead.unknown)))
    persons = tuple(
        exchange.vault.person(field.type, str(value.value))
        for field in fields
        if field.type in PERSON_FIELDS and (value := lead.values[field.name]).value is not None
    )
    return Birth(
        lead.source,
        lead.campaign,
        lead.version,
        lead.test,
        lead.arrived_at_ms,
        _encode(lead.facts),
        sealed,
        wrapped,
        exchange.vault.in_use,
        persons,
        request,
        lead.quote,
    )


def person_hashes(vault: Vault, fields: tuple[Field, ...], said: Mapping[str, str], at_ms: int) -> tuple[bytes, ...]:
    """The keyed hashes of a person's phone and e-mail, read as leads' fields are; `said`: field type → text."""
    read = ((field.type, field.read(said[field.type], today(at_ms)).value) for field in fields if said.get(field.type))
    return tuple(dict.fromkeys(vault.person(kind, str(value)) for kind, value in read if value is not None))


def decode_sealed(plain: bytes) -> Sealed:
    """What was sealed of a lead."""
    return _decode_sealed(plain)
