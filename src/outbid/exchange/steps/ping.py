"""Match and Ping: who may be asked, and what they bid, all asked at once under one deadline."""

from msgspec.structs import replace

from outbid.core.contract import ListedBid, PingReply
from outbid.core.control.patience import Wait, whole_ms
from outbid.core.lead import event as ev
from outbid.core.lead.state import fold
from outbid.core.market.snapshot import Offer, Tier
from outbid.core.match.match import match as who_may_be_asked
from outbid.core.price.lines import line_of_answer
from outbid.core.price.picking import ranked
from outbid.core.price.terms import agreed
from outbid.core.route import Match, Ping, decided
from outbid.exchange.exchange import Exchange
from outbid.exchange.live.barred import barred_of
from outbid.exchange.live.checks import live_checks
from outbid.exchange.live.patient import Patient
from outbid.exchange.steps.asking import Asking
from outbid.exchange.story import Story


async def match(exchange: Exchange, story: Story, step: Match) -> None:
    """Find out who of a tier may be asked."""
    plan, at_ms = story.plan, exchange.clock.now_ms()
    tier = plan.campaign.tiers[step.tier]
    terms = plan.terms(step.tier, at_ms)
    barred = await barred_of(exchange, story)
    live = live_checks(exchange, story.market, plan.source, story.id, at_ms, barred)
    facts, tried = story.lead.facts, story.state.tried
    story.tell(who_may_be_asked(tier, step.tier, plan.source, terms, facts, tried, live, at_ms))


async def ping(exchange: Exchange, story: Story, step: Ping) -> None:
    """Ask all at once. Who has a fixed price is in without being asked; who is late is late."""
    round_ = _Round(exchange, story, step)
    asking = round_.asking
    if asking.offers:
        tier = story.plan.campaign.tiers[step.tier]
        deadline_ms = _whole_ms(story, tier)
        may_be_early = tier.early and not story.state.quoting
        patient = round_.patient(tier, deadline_ms) if tier.patience is not None else None
        enough = round_.is_decided if may_be_early else None
        await asking.follow(round_.started + deadline_ms / 1000, enough, patient)
    for offer, reply, _ in asking.heard():
        _note(story, offer.number, 0, reply)
        if reply.said:
            story.note(f"said {offer.number}", offer.delivery.secrets.hide_said(reply.said))
        for bid in reply.bids:
            _note(story, offer.number, bid.place, bid)
    pinged = round_.over()
    for line in pinged.bids:
        offer = story.plan.campaign.offers[line.offer]
        if offer.control is not None and not line.kept:
            exchange.breakers.hear(offer, story.id, line)
            if offer.control.seldom is not None:
                exchange.bidders.hear(story.plan.source.number, line.offer, line.outcome)
    story.tell(pinged)


def _note(story: Story, offer: int, place: int, bid: PingReply | ListedBid) -> None:
    """Keep what a buyer wrote beside a price: what he wants back, in whose name he bids, and the consent to it."""
    if bid.token:
        story.note(ev.of_bid("token", offer, place), bid.token)
    if bid.brand:
        story.note(ev.of_bid("brand", offer, place), bid.brand)
    if bid.consent:
        story.note(ev.of_bid("consent", offer, place), bid.consent)


def _whole_ms(story: Story, tier: Tier) -> float:
    """How long a round may take, by tier, source and, where its source lets it say so, the lead itself."""
    source = story.plan.source
    told = story.lead.facts.get(source.deadline_fact) if source.deadline_fact is not None else None
    return whole_ms(tier.deadline_ms, source.deadline_ms, told)


class _Round:
    """A round of pings, as it would be written down if it were over now."""

    def __init__(self, exchange: Exchange, story: Story, step: Ping) -> None:
        self._exchange, self._story, self._tier = exchange, story, step.tier
        campaign = story.plan.campaign
        offers = [campaign.offers[number] for number in step.offers]
        self.started, self._at_ms = exchange.now(), exchange.clock.now_ms()
        self._direct = [offer for offer in offers if offer.direct]
        self.asking = Asking(exchange, story, [offer for offer in offers if not offer.direct])
        self._draw = exchange.draw_of(campaign, step.tier)
        self._turn: int | None = None
        self._wait: Wait | None = None
        if "won" in campaign.tiers[step.tier].live:
            exchange.wins.want(step.offers)
        won, source = exchange.wins.on(self._at_ms), story.plan.source
        self._standings = exchange.scores.standings(campaign, source, step.tier, step.offers, self._draw, won)

    def patient(self, tier: Tier, whole: float) -> Patient:
        """How long the round waits, in a tier with patience."""
        assert tier.patience is not None
        campaign = self._story.plan.campaign
        patient = Patient(self._exchange, campaign, self._tier, tier.patience, self.asking.offers, whole)
        self._wait = patient.wait
        return patient

    def is_decided(self) -> bool:
        """Whether no open answer could change who is posted. If so the turn is taken, and nothing is decided anew."""
        pinged = self._so_far()
        if not decided(self._story.plan, self._story.state, pinged):
            return False
        self._take_turn(pinged)
        return True

    def over(self) -> ev.Pinged:
        """The round as it is written down."""
        pinged = self._so_far()
        if self._turn is None:
            self._take_turn(pinged)
        return pinged

    def _so_far(self) -> ev.Pinged:
        """Turns may change meanwhile; the chance is drawn once, or the quick would win more."""
        exchange, campaign = self._exchange, self._story.plan.campaign
        turn = exchange.turn_of(campaign, self._tier) if self._turn is None else self._turn
        ms = exchange.ms_since(self.started)
        return ev.Pinged(self._at_ms, self._tier, ms, self._lines(), turn, self._draw, campaign.open, self._wait)

    def _lines(self) -> tuple[ev.BidLine, ...]:
        standings, plan = self._standings, self._story.plan
        lines = [self._direct_line(offer, standings.get(offer.number, ev.UNKNOWN)) for offer in self._direct]
        terms = plan.terms(self._tier, self._story.state.matched_ms)
        for offer, reply, answer in self.asking.heard():
            standing = standings.get(offer.number, ev.UNKNOWN)
            line = line_of_answer(offer, reply, answer, terms, plan.campaign.currency, standing)
            lines.append(replace(line, kept=True, sent=False) if offer.number in self.asking.kept else line)
        return tuple(lines)

    def _direct_line(self, offer: Offer, known: ev.Standing) -> ev.BidLine:
        won, price = known.won_today, self._agreed(offer)
        return ev.BidLine(offer.number, "direct", price, won_today=won, score=known.score, explored=known.explored)

    def _agreed(self, offer: Offer) -> int:
        """What a direct offer pays; it has a price, or it had not matched."""
        plan = self._story.plan
        return agreed(offer, plan.source, plan.facts, self._story.state.matched_ms) or 0

    def _take_turn(self, pinged: ev.Pinged) -> None:
        """The turn is taken now, before the post: leads side by side would else all take the same one."""
        self._turn = pinged.turn
        plan = self._story.plan
        tier = plan.campaign.tiers[self._tier]
        if "turn" in tier.live:
            terms = plan.terms(self._tier, self._story.state.matched_ms)
            order = ranked(plan.campaign, terms, tier, fold(self._story.state, pinged))
            if order:
                self._exchange.served(plan.campaign, self._tier, order[0].offer)
