"""One lead in plain words: what happened, who bought it, why not the others, where the time went, what moved."""

from datetime import UTC, datetime

import msgspec

from outbid.cli.shown.words import Words
from outbid.core.control.patience import in_words
from outbid.core.ids import LEAD, public
from outbid.core.lead import event as ev
from outbid.core.lead.learned import facts_after
from outbid.core.lead.state import Sale, State, fold_all
from outbid.core.ledger.transfer import Transfer
from outbid.core.market.snapshot import Campaign, Market, Source
from outbid.core.match.routes import route_of
from outbid.core.money import text_of
from outbid.core.replay.priced import priced
from outbid.core.replay.receipts import Receipt, receipts
from outbid.core.route import Plan
from outbid.exchange.revive import Erased, lead_of, notes_of
from outbid.store.leads import Record
from outbid.store.vault import SealBroken, Vault

SAID: dict[type, str] = {
    ev.Asked: "asked again with the same key",
    ev.Deferred: "the seller was told that the outcome is pending",
}
WAITS: dict[ev.WaitsFor, str] = {
    "settled": "it waits until an uncertain sale is settled",
    "reviewed": "held for review: a person has to look at it",
    "due": "it waits in a queue",
}


class Explained(msgspec.Struct, frozen=True):
    """The explanation as text."""

    text: str


def explain_lead(
    record: Record, market: Market, vault: Vault, moved: list[Transfer], personal: bool = False
) -> Explained:
    """Explain a lead. `market` is the version it pinned, `moved` the transfers of its sales."""
    return Explained(_Explainer(record, market, vault).text(moved, personal))


class _Explainer:
    def __init__(self, record: Record, market: Market, vault: Vault) -> None:
        self._record = record
        self._market = market
        self._vault = vault
        self._events = [event for chapter in record.chapters for event in chapter.events]
        self._state = fold_all(self._events)
        self._campaign: Campaign = market.campaigns[record.campaign]
        self._source: Source = market.sources[record.source]
        self._routed = next((event for event in self._events if isinstance(event, ev.Inspected)), None)
        self._came = msgspec.json.decode(record.facts)
        self._facts = facts_after(self._came, self._events)
        self._priced = priced(Plan(self._campaign, self._source), self._came, self._events)
        try:
            notes = notes_of(vault, record)
        except (Erased, SealBroken):
            notes = {}
        self._words = words = Words(market, self._campaign, notes)
        self._money, self._why, self._quoted = words.money, words.why, words.quoted
        self._party, self._limit, self._offer_name, self._buyer = words.party, words.limit, words.offer, words.buyer

    def text(self, moved: list[Transfer], personal: bool) -> str:
        parts = [
            self._head(),
            self._section("What happened", [self._line(event) for event in self._events]),
            self._section("Every offer", self._offers()),
            self._section("What moved in the ledger", [self._transfer(t) for t in moved] or ["nothing"]),
            self._section("What decided (facts)", [f"{key} = {value}" for key, value in sorted(self._facts.items())]),
        ]
        if personal:
            parts.append(self._section("Personal fields", self._personal()))
        return "\n\n".join(parts)

    # -- the head -----------------------------------------------------------------------------------------------------

    def _head(self) -> str:
        record, state = self._record, self._state
        arrived = datetime.fromtimestamp(record.arrived_at_ms / 1000, UTC)
        name = public(LEAD, record.cell, record.id)
        return (
            f"Lead {name}\n"
            f"arrived {arrived:%Y-%m-%d %H:%M:%S} UTC from {self._source.slug} in campaign {self._campaign.slug}"
            f" (market version {record.version})\n{self._verdict(state)}"
        )

    def _verdict(self, state: State) -> str:
        placed = state.placed()
        if any(self._campaign.tiers[sale.tier].places > 1 for sale in placed):
            return self._verdict_shared(state, placed)
        for sale in placed:
            if sale.status == "sold":
                return f"SOLD to {self._buyer(sale.offer)} {self._sums([sale])} {self._took()}"
        if state.status == "uncertain":
            return f"UNCERTAIN: {self._doubt(next(sale for sale in placed if sale.status == 'uncertain'))}"
        if state.status == "open":
            return "OPEN: it is on its way."
        return f"{state.status.upper()}: {self._why(state.reason)} {self._took()}"

    def _verdict_shared(self, state: State, placed: list[Sale]) -> str:
        """A lead of several places: the sums of what is sold, then every sale that takes a place."""
        sold = [sale for sale in placed if sale.status == "sold"]
        buyers = f"to {_count(len(sold), 'buyer')} {self._sums(sold)}" if sold else "to nobody."
        unsure = sum(sale.status == "uncertain" for sale in placed)
        if unsure:
            head = f"UNCERTAIN: {_count(unsure, 'sale')} to be settled. Sold so far {buyers}"
        elif state.status == "open":
            head = f"OPEN: it is on its way. Sold so far {buyers}"
        else:
            head = f"{state.status.upper()} {buyers} {self._took()}"
        return "\n".join([head, *(f"  {sale.id}  {self._place(sale)}" for sale in placed)])

    def _place(self, sale: Sale) -> str:
        """One sale of a shared lead."""
        if sale.status == "uncertain":
            return f"UNCERTAIN at {self._money(sale.price_micros)}: {self._doubt(sale)}"
        if sale.status == "sold":
            return f"sold to {self._buyer(sale.offer)} {self._sums([sale])}"
        return f"posted to {self._buyer(sale.offer)} at {self._money(sale.price_micros)}: no answer yet"

    def _sums(self, sold: list[Sale]) -> str:
        """Who has what of sold sales: the price of the buyers, the seller's payout, and the rest."""
        price, payout = sum(sale.price_micros for sale in sold), sum(sale.payout_micros for sale in sold)
        return (
            f"for {self._money(price)}: the seller gets {self._money(payout)}, "
            f"the house keeps {self._money(price - payout)}."
        )

    def _doubt(self, sale: Sale) -> str:
        """What is not known of an uncertain sale, and the command that settles it."""
        return (
            f"{self._buyer(sale.offer)} may have bought it ({self._why(sale.reason)}) "
            f"Settle it: outbid leads settle {sale.id} sold|rejected"
        )

    def _took(self) -> str:
        return f"It took {self._events[-1].at_ms - self._record.arrived_at_ms} ms."

    # -- what happened ------------------------------------------------------------------------------------------------

    def _line(self, event: ev.Event) -> str:
        since = event.at_ms - self._record.arrived_at_ms
        return f"{since:>7} ms  {self._said(event)}"

    def _said(self, event: ev.Event) -> str:  # noqa: C901 - one line an event, as plain as a table
        if isinstance(event, ev.Quoting):
            return "its price was asked"
        if isinstance(event, ev.Quoted):
            return f"quoted: the seller was promised {self._money(event.payout_micros)}{_told_of(event)}"
        if isinstance(event, ev.Rechecked):
            return f"{len(event.offers)} of the bidders may still buy, {len(event.gone)} may not"
        if isinstance(event, ev.Received):
            return f"received and made durable{_chosen(event)}"
        if isinstance(event, ev.Resumed):
            return "taken over by another process"
        if isinstance(event, ev.Enriched):
            return self._enriched(event)
        if isinstance(event, ev.Inspected):
            return self._inspected(event)
        if isinstance(event, ev.Matched):
            tier = self._campaign.tiers[event.tier].slug
            return f"tier {tier}: {len(event.offers)} offers may be asked, {len(event.skips)} have no room"
        if isinstance(event, ev.Pinged):
            return self._pinged(event)
        if isinstance(event, ev.Posting):
            return self._posting(event)
        if isinstance(event, ev.NoRoom):
            full = f"{self._limit(event.account, event.offer)}: " if event.account else ""
            return f"{self._offer_name(event.offer)} was not posted: {full}{self._why(event.reason)}"
        if isinstance(event, ev.Sold | ev.Rejected | ev.Unsure):
            return self._ended(event)
        if type(event) in SAID:
            return SAID[type(event)]
        if isinstance(event, ev.Inquired):
            return self._inquired(event)
        if isinstance(event, ev.Delivered):
            return f"delivered{f' in the file {event.name}' if event.name else f' after {event.ms} ms'}"
        if isinstance(event, ev.Reviewed):
            return f"{event.outcome} by {event.by}"
        if isinstance(event, ev.Settled):
            return f"settled as {event.outcome} by {event.by}"
        if isinstance(event, ev.Waiting):
            return WAITS[event.what]
        if isinstance(event, ev.Due):
            return f"its hour in the queue {self._campaign.tiers[event.tier].slug} came"
        assert isinstance(event, ev.Closed)
        return f"closed: {event.status}" + (f" ({event.reason})" if event.reason else "")

    def _ended(self, event: ev.Sold | ev.Rejected | ev.Unsure) -> str:
        after = f"{' at the second address' if event.second else ''} after {event.ms} ms"
        if isinstance(event, ev.Sold):
            flag = f" ({event.flag.replace('_', ' ')})" if event.flag else ""
            return f"accepted{after}: captured {self._money(event.price_micros)}{flag}"
        why = f"{self._why(event.reason)}{self._quoted(event.sale)}"
        if isinstance(event, ev.Rejected):
            return f"not bought,{after}: {why} Hold released."
        return f"no clear answer{after}: {why} Hold stays."

    def _posting(self, event: ev.Posting) -> str:
        made = self._words.priced(self._priced[event.sale]) if event.sale in self._priced else ""
        return f"room held for {self._offer_name(event.offer)} at {self._money(event.price_micros)}{made}; posted"

    def _inquired(self, event: ev.Inquired) -> str:
        why = f": {self._why(event.reason)}" if event.reason else ""
        return f"the buyer was asked how it ended: {event.outcome} after {event.ms} ms{why}"

    def _enriched(self, event: ev.Enriched) -> str:
        why = f": {self._why(event.reason)}" if event.reason else ""
        gave = ", ".join(event.gave) or "no field"
        return f"enricher {event.enricher} {event.outcome} after {event.ms} ms{why} It gave {gave}."

    def _inspected(self, event: ev.Inspected) -> str:
        if not event.flaws and event.refused is None:
            return f"inspected: nothing is wrong with it{self._route(event)}"
        flaws = "; ".join(f"{flaw.field or 'lead'}: {self._why(flaw.code)} {flaw.note}".strip() for flaw in event.flaws)
        verdict = f"refused ({event.refused})" if event.refused else f"marked{self._route(event)}"
        return f"inspected, {verdict}: {flaws}" if flaws else f"inspected, {verdict}: {self._why(event.refused or '')}"

    def _route(self, event: ev.Inspected) -> str:
        """By which route it goes, where its campaign has any; a lead of a quote goes by that of its ping."""
        if not self._campaign.routes or event is not self._routed:
            return ""
        route = route_of(self._campaign, self._source, self._facts, self._state.lot, self._state.routed_ms)
        return "" if route is None else f"; it goes by the route {route.rule.name!r}"

    def _pinged(self, event: ev.Pinged) -> str:
        kept = sum(line.kept for line in event.bids)
        asked = [line for line in event.bids if line.outcome != "direct" and not line.kept]
        bids = sum(line.outcome == "bid" for line in asked)
        direct = len(event.bids) - len(asked) - kept
        fixed = f", {direct} at a fixed price" if direct else ""
        fixed += f", {kept} not pinged whose bids still stood" if kept else ""
        second = sum(line.second for line in event.bids)
        fixed += f", {second} at the second address" if second else ""
        waited = "" if event.wait is None else f"; it {in_words(event.wait, self._offer_name)}"
        return f"{len(asked)} pinged side by side, {bids} bid{fixed}; the round took {event.ms} ms{waited}"

    # -- every offer --------------------------------------------------------------------------------------------------

    def _offers(self) -> list[str]:
        found = receipts(Plan(self._campaign, self._source), self._came, self._events)
        return [f"{self._offer_name(receipt.offer):24} {self._outcome(receipt)}" for receipt in found]

    def _outcome(self, receipt: Receipt) -> str:
        if receipt.outcome == "not_asked" and receipt.reason == self._state.refused:
            return "not asked: the lead was refused"  # for a reason that stands in the head already
        return self._words.outcome(receipt)

    # -- words --------------------------------------------------------------------------------------------------------

    def _personal(self) -> list[str]:
        try:
            lead = lead_of(self._vault, self._record, self._market)
        except (Erased, SealBroken) as error:
            return [f"cannot be read: {error}"]
        values = [f"{name} = {value.raw}" for name, value in lead.values.items() if value.raw is not None]
        return values + [f"{name} = {value} (not declared)" for name, value in lead.unknown.items()]

    def _transfer(self, transfer: Transfer) -> str:
        amount = f"{text_of(transfer.amount_micros)} {transfer.unit}"
        return f"{self._party(transfer.debit)} → {self._party(transfer.credit)}  {amount}  ({transfer.kind})"

    @staticmethod
    def _section(title: str, lines: list[str]) -> str:
        return "\n".join([title, *(f"  {line}" for line in lines)])


def _told_of(event: ev.Quoted) -> str:
    """How many bids a seller was told of who may choose."""
    return f", and told of {_count(len(event.offered), 'bid')}" if event.offered else ""


def _chosen(event: ev.Received) -> str:
    """The bids of its quote to which a lead is to be sold, by the numbers that end their ids."""
    return f"; to be sold to its bids {', '.join(map(str, event.picks))}" if event.picks else ""


def _count(number: int, what: str) -> str:
    """A number of things, in words."""
    return f"one {what}" if number == 1 else f"{number} {what}s"
