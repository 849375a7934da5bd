"""`outbid try` and `outbid hear`: what goes out to a buyer and how he is read; what is heard of a seller."""

import argparse
import asyncio
import sys
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from outbid.api.operator.ahead.hearing import HeardTold, HearWish, listen
from outbid.cli.database import Database
from outbid.cli.fault import CommandError
from outbid.cli.leads import market_of
from outbid.cli.replay.dry_run import fields_of
from outbid.cli.shown.table import print_table
from outbid.core.contract import PingReply, PostReply
from outbid.core.dialect.secrets import MARK, sounds_secret
from outbid.core.dialect.wire import Response
from outbid.core.ids import SALE, public, uuid7
from outbid.core.lead.traffic import Said
from outbid.core.market.snapshot import Market, Offer
from outbid.core.money import text_of
from outbid.core.scope import HOUSE
from outbid.exchange.ahead.trying import Attempt, Tried, attempt, lead_to_try, made_up, price_to_try, steps_of
from outbid.exchange.clock import Clock, noise_source
from outbid.exchange.outbound import Outbound
from outbid.plugins.registry import Registry
from outbid.plugins.verticals import usual_of
from outbid.settings import read_settings
from outbid.store.sealed import secrets
from outbid.store.vault import Vault

CELL = 0


def run(given: argparse.Namespace) -> int:
    """Try one offer's delivery."""
    fields = fields_of(given.lead) if given.lead else {}
    answers = {step: [_answer(getattr(given, step))] for step in ("ping", "post") if getattr(given, step)}
    market, vault = _market()
    offer = next((one for one in market.offers.values() if one.slug == given.offer), None)
    if offer is None:
        there = ", ".join(sorted(one.slug for one in market.offers.values()))
        raise CommandError(f"there is no offer {given.offer!r}; there are: {there or 'none'}")
    found = asyncio.run(_run(market, offer, vault, fields, answers, given.price, send=given.send))
    for tried in found:
        _print(tried, offer)
    return 0


def _market() -> tuple[Market, Vault]:
    """The newest market with its secrets filled in, and what seals."""
    with Database(read_settings()) as database:
        database.migrate()
        vault = database.vault()
        words = database.use(lambda connection: secrets.values(connection, HOUSE, vault))
        market = database.use(lambda connection: market_of(connection, words=words))
    return market, vault


async def _run(
    market: Market,
    offer: Offer,
    vault: Vault,
    fields: dict[str, Any],
    answers: dict[Any, list[Response]],
    price: str,
    *,
    send: bool,
) -> list[Tried]:
    campaign, now_ms = market.campaigns[offer.campaign], Clock().now_ms()
    noun = market.nouns["campaign"][campaign.slug][1]
    usual = usual_of(campaign.fields)
    lead = lead_to_try(campaign, made_up(noun, campaign, Registry(), usual, now_ms) | fields, now_ms)
    try:
        price_micros = price_to_try(price)
    except ValueError as error:
        raise CommandError(f"--price: {error}") from None
    door = Outbound(asyncio.get_running_loop()) if send else None
    sale = public(SALE, CELL, uuid7(now_ms, noise_source()(10)))
    refer = partial(vault.reference, lead.known_as)
    what = Attempt(offer, campaign.currency, lead, refer, sale, price_micros, answers, door)
    try:
        return await attempt(what, steps_of(offer), now_ms)
    finally:
        if door is not None:
            await door.close()


def _answer(name: str) -> Response:
    """An answer in a file: its body, with status 200."""
    try:
        return Response(200, (), sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes())
    except OSError as error:
        raise CommandError(f"{name} cannot be read: {error.strerror}") from None


def _print(tried: Tried, offer: Offer) -> None:
    hidden = offer.delivery.secrets
    print(f"\n{tried.step.upper()}")
    rows = []
    for line in tried.shown:
        secret = line.said.startswith("=") and sounds_secret(line.key)
        gives = MARK if secret else hidden.hide_said(str(line.gives)) if line.gives is not None else f"({line.why})"
        of = ", ".join(f"{name}={value!r}" for name, value in line.reads.items())
        rows.append([line.key, MARK if secret else hidden.hide_said(line.said), gives, of])
    if rows:
        print_table(["key", "term", "gives", "of"], rows)
    for call in tried.calls:
        _print_call(call)
    if tried.verdict is not None:
        print(f"  The rule says: {tried.verdict.says}")
        print_table(
            ["setting", "looks at", "finds"],
            [[one.setting, one.where, msgspec.json.encode(one.found).decode()] for one in tried.verdict.looked],
        )
    if tried.fault:
        print(f"  The delivery failed in its own code: {tried.fault}")
    if tried.reply is not None:
        print(f"  Understood: {_understood(tried.reply)}")


def _print_call(call: Said) -> None:
    print(f"  {call.head.method} {call.head.url}")
    for name, value in call.head.headers:
        print(f"    {name}: {value}")
    if call.body:
        print(f"    {call.body.decode('utf-8', 'replace')}")
    row = call.row
    if row.status:
        print(f"  {row.status} after {row.ms} ms: {call.answered.decode('utf-8', 'replace')}")
    elif row.reason == "only_rendered":
        print("  Not sent: --send sends it.")
    else:
        print(f"  No answer after {row.ms} ms: {row.reason} ({row.phase}) {row.detail}")


def _understood(reply: PingReply | PostReply) -> str:
    price = f" at {text_of(reply.price_micros)}" if reply.price_micros else ""
    said = f", in its own words: {reply.said}" if reply.said else ""
    several = f" with {len(reply.bids)} bids" if isinstance(reply, PingReply) and reply.bids else ""
    return f"{reply.outcome}{price}{several}{f' ({reply.reason})' if reply.reason else ''}{said}"


def hear(given: argparse.Namespace) -> int:
    """Try a source: what it hears in a request."""
    headers = dict(_header(text) for text in given.header or ())
    body = _answer(given.body).body.decode("utf-8", "replace") if given.body else ""
    market, _ = _market()
    source = next((one for one in market.sources.values() if one.slug == given.source), None)
    if source is None:
        there = ", ".join(sorted(one.slug for one in market.sources.values()))
        raise CommandError(f"there is no source {given.source!r}; there are: {there or 'none'}")
    wish = HearWish(method=given.method.upper(), rest=given.rest, query=given.query, headers=headers, body=body)
    _print_heard(listen(market, source, wish, Clock().now_ms()))
    return 0


def _header(text: str) -> tuple[str, str]:
    name, colon, value = text.partition(":")
    if not colon or not name.strip():
        raise CommandError(f"--header {text}: write it as Name: value")
    return name.strip(), value.strip()


def _print_heard(told: HeardTold) -> None:
    print(f"{told.source} hears by {told.plugin}; its key: {told.key}")
    if told.code:
        print(f"  Refused: {told.wrong} ({told.code}) {told.pointer}".rstrip())
    for lead in told.leads:
        print(f"  A {'ping' if lead.asks else 'lead'}{', a test' if lead.test else ''}")
        came = [field for field in lead.fields if field.raw is not None]
        print_table(
            ["field", "came", "read as", "fault"],
            [[one.name, str(one.raw), "" if one.value is None else str(one.value), one.fault or ""] for one in came],
        )
        if lead.undeclared:
            print(f"  not declared: {', '.join(lead.undeclared)}")
    for ids in told.fetches:
        print(f"  A lead to fetch: {ids}")
    if told.deletions:
        print(f"  Requests to be forgotten: {told.deletions}")
    for reply in told.replies:
        print(f"  Answered at once: {reply}")
    for one in told.answers:
        print(f"  {one.outcome}: {one.status} {'in our own words' if one.ours else one.body}")
