"""A lead that came, played again under a market: the loop of the exchange, on what its buyers said then.

The same functions decide as in the exchange. What was said then is taken as it was; what was never asked is assumed.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import msgspec
from msgspec.structs import replace

from outbid.core.foresee.accounts import Accounts
from outbid.core.foresee.guess.habits import Habits
from outbid.core.foresee.pacing import Pacing
from outbid.core.foresee.past import Past
from outbid.core.lead import event as ev
from outbid.core.lead.event import AT_BUYER, SUPPRESSED, Skip
from outbid.core.lead.state import Sale, State, fold, fold_all
from outbid.core.ledger.account import Account
from outbid.core.market.snapshot import Market, Offer, Terms
from outbid.core.match.match import full_reason, match, without_room
from outbid.core.money import ONE
from outbid.core.price.lines import why_not_at
from outbid.core.price.lowered import payout_at
from outbid.core.price.terms import agreed
from outbid.core.route import Close, Match, Ping, Plan, Post, Step, Wait, next_step
from outbid.core.schedule.pace import Curve

Lot = Callable[[bytes, int], int]
"""(lead, offer) → a number below a million, the same however often asked."""


class Taking(msgspec.Struct, frozen=True):
    """What a sale took room of, at what price and when."""

    accounts: Sequence[Account]
    price_micros: int
    at_ms: int


class Played(msgspec.Struct, frozen=True):
    """What would have become of a lead.

    assumed  offers whose bid, or whose answer to the post, was assumed
    unknown  offers of which nothing is known: it is assumed that they bid as others do
    asked    the accounts that were asked for room, and `takings` what was taken of them
    """

    events: list[ev.Event]
    end: State
    assumed: Collection[int] = ()
    unknown: Collection[int] = ()
    asked: Sequence[Sequence[Account]] = ()
    takings: Sequence[Taking] = ()


class Player:
    """Plays leads, in the order in which they came, under one market."""

    def __init__(
        self, market: Market, habits: Habits, accounts: Accounts, lot: Lot, curves: Mapping[int, Curve] | None = None
    ) -> None:
        self.market, self.habits, self.accounts, self.lot = market, habits, accounts, lot
        self.pacing = Pacing(accounts, curves or {})

    def play(self, past: Past) -> Played:
        """Follow a lead to its end, or to where it would wait for somebody."""
        source = self.market.sources.get(past.source)
        if source is None or source.campaign.number != past.campaign:
            return _turned_away(past)
        run = _Run(self, Plan(source.campaign, source, past.facts), past)
        received = ev.Received(past.at_ms, past.source, past.campaign, self.market.version)
        refused = run.refused()
        lot = self._route_lot(past) if source.campaign.draws_routes and refused is None else -1
        events: list[ev.Event] = [received, ev.Inspected(past.at_ms, "arrival", (), refused, past.held, lot)]
        end = fold_all(events)
        plan = run.plan
        while (step := next_step(plan, end)) is not None:
            for event in run.do(step, end):
                events.append(event)
                end = fold(end, event)
            if end.waits and end.stage != "closed":
                break
        return Played(events, end, run.assumed, run.unknown, run.asked, run.takings)

    def repeat(self, played: Played) -> None:
        """Let a lead take what it took where it was played."""
        for taking in played.takings:
            self.accounts.take(taking.accounts, taking.price_micros, taking.at_ms)

    def _route_lot(self, past: Past) -> int:
        """The lot that was drawn then; else the lead's own, which would have been."""
        return past.end.lot if past.end.lot >= 0 else self.lot(past.id, 0)


def _turned_away(past: Past) -> Played:
    """The source is gone, or sends to another campaign: who sent the lead would be told so."""
    received = ev.Received(past.at_ms, past.source, past.campaign, 0)
    events: list[ev.Event] = [received, ev.Closed(past.at_ms, "refused", "source_closed")]
    return Played(events, fold_all(events))


class _Run:
    """Does in imagination what a step asks for."""

    def __init__(self, player: Player, plan: Plan, past: Past) -> None:
        self.player, self.plan, self.past, self.at_ms = player, plan, past, past.at_ms
        self.assumed: set[int] = set()
        self.unknown: set[int] = set()
        self.asked: list[Sequence[Account]] = []
        self.takings: list[Taking] = []
        self._rounds: dict[int, int] = {}

    def do(self, step: Step, state: State) -> list[ev.Event]:
        """What happens at a step. Raises KeyError for a step that a lead with these events never comes to."""
        return _DONE[type(step)](self, step, state)

    def refused(self) -> str | None:
        """Why the lead is refused at arrival: its source rests, its checks said so then, or a cap is full now."""
        if self.plan.source.paused:
            return "source_closed"
        if self.past.checked is not None:
            return self.past.checked
        full = self._full(self.player.market.source_limits(self.plan.source).at(self.at_ms), 1)
        return None if full is None else full_reason(full.name)

    def _full(self, accounts: Sequence[Account], price_micros: int) -> Account | None:
        self.asked.append(accounts)
        return self.player.accounts.full(accounts, price_micros)

    def _match(self, step: Match, state: State) -> list[ev.Event]:
        plan = self.plan
        tier, terms = plan.campaign.tiers[step.tier], plan.terms(step.tier, self.at_ms)
        return [match(tier, step.tier, plan.source, terms, plan.facts, state.tried, self._live, self.at_ms)]

    def _live(self, offer: Offer, least_micros: int) -> Skip | None:
        """What the live checks of the exchange say, on the accounts of this play."""
        player = self.player
        if offer.share < ONE and player.lot(self.past.id, offer.number) >= offer.share:
            return Skip(offer.number, "not_in_share")
        why = self.past.barred.get(offer.number)
        if why == SUPPRESSED or (why == AT_BUYER and offer.duplicates):
            return Skip(offer.number, why)
        accounts = player.market.limits(self.plan.source, offer).at(self.at_ms)
        full = self._full(accounts, least_micros)
        if full is not None:
            return without_room(offer.number, full.name)
        if offer.paced or self.plan.source.paced:
            early = player.pacing.ahead(offer.campaign, accounts, self.at_ms)
            return None if early is None else Skip(offer.number, "paced", early.name)
        return None

    def _ping(self, step: Ping, state: State) -> list[ev.Event]:
        offers, terms = self.plan.campaign.offers, self.plan.terms(step.tier, state.matched_ms)
        lines = tuple([self._line(offers[number], terms) for number in step.offers])
        turn, draw = self.past.live.get(step.tier) or (0, self._chance(b"draw", step.tier))
        return [ev.Pinged(self.at_ms, step.tier, 0, lines, turn, draw)]

    def _line(self, offer: Offer, terms: Terms) -> ev.BidLine:
        was = self.past.lines.get(offer.number)
        if offer.direct:
            price = agreed(offer, self.plan.source, self.plan.facts, self.at_ms) or 0
            direct = ev.BidLine(offer.number, "direct", price)
            return direct if was is None else replace(direct, won_today=was.won_today, score=was.score)
        if was is None:
            return self._assumed(offer, terms)
        if was.outcome != "bid" or was.reason == "wrong_currency":
            return was
        price = min(was.price_micros, offer.most_micros)
        why = why_not_at(price, offer, terms)
        return ev.BidLine(offer.number, "bid", price, was.ms, why, was.won_today, was.stands_s, score=was.score)

    def _assumed(self, offer: Offer, terms: Terms) -> ev.BidLine:
        number = offer.number
        guess = self.player.habits.bid(offer, self.past, self._chance(b"price", number))
        if guess is None or not guess.own:
            self.unknown.add(number)
        if guess is None:
            return ev.BidLine(number, "pass", reason="no_bid")
        self.assumed.add(number)
        if self._chance(b"bid", number) >= guess.rate:
            return ev.BidLine(number, "pass", reason="no_bid")
        price = min(guess.price_micros, offer.most_micros)
        return ev.BidLine(number, "bid", price, 0, why_not_at(price, offer, terms))

    def _chance(self, of: bytes, number: int) -> float:
        """From 0 to below 1, the same in every play of this lead."""
        return self.player.lot(of + self.past.id, number) / ONE

    def _post(self, step: Post, state: State) -> list[ev.Event]:
        """Room first, then all posts, then their answers, as the exchange does it."""
        posted: list[ev.Event] = []
        answers: list[ev.Event] = []
        offers, player = self.plan.campaign.offers, self.player
        for pick in step.picks:
            accounts = player.market.limits(self.plan.source, offers[pick.offer]).at(self.at_ms)
            full = self._full(accounts, pick.price_micros)
            if full is not None:
                posted.append(ev.NoRoom(self.at_ms, pick.offer, full.name, full_reason(full.name)))
                continue
            name = f"played {pick.offer}"
            posted.append(ev.Posting(self.at_ms, name, pick.offer, pick.price_micros, pick.payout_micros))
            sale = Sale(name, pick.offer, "posting", pick.price_micros, pick.payout_micros, tier=state.tier)
            answer = self._answer(sale, state)
            if not isinstance(answer, ev.Rejected):
                paid = answer.price_micros if isinstance(answer, ev.Sold) else pick.price_micros
                player.accounts.take(accounts, paid, self.at_ms)
                self.takings.append(Taking(accounts, paid, self.at_ms))
            answers.append(answer)
        return posted + answers

    def _answer(self, sale: Sale, state: State) -> ev.Sold | ev.Rejected | ev.Unsure:
        name, offer, price, payout = sale.id, sale.offer, sale.price_micros, sale.payout_micros
        was = self.past.sales.get(offer)
        if was is None or was.status == "posting":
            self.assumed.add(offer)
            if self._chance(b"post", offer) < self.player.habits.accepts(offer):
                return ev.Sold(self.at_ms, name, price, payout)
            return ev.Rejected(self.at_ms, name, "rejected")
        if was.status == "rejected":
            return ev.Rejected(self.at_ms, name, was.reason, reached=was.reached)
        if was.status == "uncertain":
            return ev.Unsure(self.at_ms, name, was.reason)
        if self.past.offered.get(offer) == price and was.price_micros != price:
            price, terms = was.price_micros, self.plan.terms(sale.tier, state.matched_ms)
            payout = payout_at(self.plan.campaign, terms, sale, price, promised=False)
        return ev.Sold(self.at_ms, name, price, payout)

    def _wait(self, step: Wait, state: State) -> list[ev.Event]:
        """A queue's hour comes as often as it came then, and once at least; a review ends as it ended then."""
        if step.until == "reviewed" and self.past.reviewed:
            released = self.past.reviewed == "released"
            return [ev.Reviewed(self.at_ms, "released" if released else "refused", "played")]
        if step.until != "due":
            return [ev.Waiting(self.at_ms, step.until, step.at_ms)]
        done = self._rounds.get(step.tier, 0)
        queue = self.plan.campaign.tiers[step.tier].queue
        if queue is not None and done >= max(1, self.past.rounds.get(step.tier, 0)):
            return [ev.Due(self.past.at_ms + queue.until_ms + 1, step.tier)]  # too old by now
        self._rounds[step.tier] = done + 1
        self.at_ms = max(self.at_ms, step.at_ms)
        return [ev.Due(self.at_ms, step.tier)]

    def _close(self, step: Close, state: State) -> list[ev.Event]:
        return [ev.Closed(self.at_ms, step.status, step.reason)]


_DONE: dict[type, Callable[[_Run, Any, State], list[ev.Event]]] = {
    Match: _Run._match,
    Ping: _Run._ping,
    Post: _Run._post,
    Wait: _Run._wait,
    Close: _Run._close,
}
