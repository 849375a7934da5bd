"""Asks buyers how posts ended that had no clear answer, until they say it, somebody else does, or the time is over."""

from outbid.core.contract import Ask, PostReply
from outbid.core.lead import event as ev
from outbid.core.lead.state import Sale
from outbid.core.market.snapshot import Offer
from outbid.exchange.exchange import Exchange
from outbid.exchange.steps.post import converse
from outbid.exchange.story import Story
from outbid.store.commit.entry import Job

MOST_S = 10.0
BY = "status query"
"""Who settled a sale that its buyer told the end of."""
_ENDS = {"accept": "sold", "reject": "rejected"}


def inquiries(exchange: Exchange, story: Story, now_ms: int) -> tuple[Job, ...]:
    """The first questions about the sales of a lead that are uncertain, where their deliveries know how to ask."""
    found = []
    for sale in story.state.sales:
        again = story.plan.campaign.offers[sale.offer].delivery.again
        if sale.status == "uncertain" and not sale.inquiries and again is not None and not story.lead.test:
            found.append(_job(exchange, story, sale.id, 0, now_ms + again.first_ms, now_ms + again.until_ms))
    return tuple(found)


async def inquire(exchange: Exchange, story: Story, job: dict[str, object]) -> None:
    """Ask once, and write down what was said with what follows from it: the verdict, or the next question.

    Raises Superseded if somebody else wrote about the lead meanwhile: then nothing of this counts.
    """
    sale = next((known for known in story.state.sales if known.id == job["sale"]), None)
    if sale is None or sale.status != "uncertain" or sale.inquiries != job["n"]:
        return  # somebody settled it; or whoever did this before has written it down, and died before he was done
    offer = story.plan.campaign.offers[sale.offer]
    started = exchange.now()
    reply = await _ask(exchange, story, offer, sale, started + MOST_S)
    now_ms, outcome = exchange.clock.now_ms(), _ENDS.get(reply.outcome, "unknown")
    reason = reply.reason if outcome == "unknown" else ""
    story.tell(ev.Inquired(now_ms, sale.id, outcome, reason, exchange.ms_since(started)))  # type: ignore[arg-type]
    await exchange.write(
        story, jobs=_what_follows(exchange, story, offer, sale, outcome, now_ms, int(str(job["until_ms"])))
    )


async def _ask(exchange: Exchange, story: Story, offer: Offer, sale: Sale, deadline: float) -> PostReply:
    """The delivery is given no fact and no value of the lead: so it can tell none."""
    refer, token = exchange.vault.reference, story.notes.get(ev.of_bid("token", offer.number, sale.place))
    now_ms, currency = exchange.clock.now_ms(), story.plan.campaign.currency
    ask = Ask({}, {}, lambda buyer: refer(story.id, buyer), now_ms, currency, sale.id, token, now_ms=now_ms)
    return await converse(exchange, story, offer, "inquire", ask, deadline)


def _what_follows(
    exchange: Exchange, story: Story, offer: Offer, sale: Sale, outcome: str, now_ms: int, until_ms: int
) -> tuple[Job, ...]:
    """A verdict goes the way of all verdicts: of one sale there is one at a time, and whoever was first is heard."""
    if outcome != "unknown":
        payload = {"lead": story.id.hex(), "sale": sale.id, "outcome": outcome, "by": BY}
        return (exchange.job("settle", f"settle {sale.id}", payload, now_ms),)
    n, again = sale.inquiries + 1, offer.delivery.again
    next_ms = now_ms + (again.pause_ms(n) if again is not None else 0)
    return (_job(exchange, story, sale.id, n, next_ms, until_ms),) if again is not None and next_ms <= until_ms else ()


def _job(exchange: Exchange, story: Story, sale: str, n: int, at_ms: int, until_ms: int) -> Job:
    payload = {"lead": story.id.hex(), "sale": sale, "n": n, "until_ms": until_ms}
    return exchange.job("inquire", f"inquire {sale} {n}", payload, at_ms)
