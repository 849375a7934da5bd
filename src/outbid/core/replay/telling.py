"""Decisions in words, by the slugs of the version that a lead pinned."""

from collections.abc import Sequence

from outbid.core.lead import event as ev
from outbid.core.money import text_of
from outbid.core.price.picking import Pick
from outbid.core.route import Ask, Close, Inspect, Match, Ping, Plan, Post, Quote, Recheck, Step

MOST_NAMED = 6
WAITS = {
    "settled": "nothing until a sale is settled",
    "reviewed": "nothing until a person has looked at it",
    "due": "nothing until its hour in a queue",
}


class Names:
    """Names what a plan holds."""

    def __init__(self, plan: Plan) -> None:
        self._campaign = plan.campaign

    def offer(self, number: int) -> str:
        """An offer by its slug."""
        return self._campaign.offers[number].slug

    def offers(self, numbers: Sequence[int]) -> str:
        """A few offers by their slugs, and how many more there are."""
        named = ", ".join(self.offer(number) for number in numbers[:MOST_NAMED])
        return named if len(numbers) <= MOST_NAMED else f"{named} and {len(numbers) - MOST_NAMED} more"

    def tier(self, number: int) -> str:
        """A tier by its slug."""
        return self._campaign.tiers[number].slug

    def picked(self, pick: Pick) -> str:
        """Somebody who is posted."""
        price, payout = text_of(pick.price_micros), text_of(pick.payout_micros)
        return f"{self.offer(pick.offer)} posted at {price} for a payout of {payout}"

    def step(self, step: Step | None) -> str:
        """What comes next."""
        if isinstance(step, Inspect):
            return f"inspected ({step.stage})"
        if isinstance(step, Match):
            return f"tier {self.tier(step.tier)} matched"
        if isinstance(step, Ping):
            return f"a round in tier {self.tier(step.tier)}"
        if isinstance(step, Post):
            return self.picked(step.picks[0])
        if isinstance(step, Ask):
            return f"sale {step.sale} asked again or uncertain"
        if isinstance(step, Close):
            return f"closed as {step.status}" + (f" ({step.reason})" if step.reason else "")
        if isinstance(step, Quote):
            return f"quoted {text_of(step.pick.payout_micros)}"
        if isinstance(step, Recheck):
            return "the bidders looked at again"
        return "nothing: it was closed, or waits for its post" if step is None else WAITS[step.until]


def offers_of(event: ev.Event) -> Sequence[int]:
    """The offers that an event names."""
    if isinstance(event, ev.Matched):
        return (*event.offers, *(skip.offer for skip in event.skips))
    if isinstance(event, ev.Pinged):
        return [line.offer for line in event.bids]
    if isinstance(event, ev.Quoted):
        return [bid.offer for bid in event.offered]
    if isinstance(event, ev.Rechecked):
        return (*event.offers, *(skip.offer for skip in event.gone))
    return (event.offer,) if isinstance(event, ev.Posting | ev.NoRoom) else ()
