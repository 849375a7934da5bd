"""Inspect: validators judge what is at hand, then the lead is born with its claims, then the rest is judged."""

from outbid.core.contract import Conflict, Flaw, Lookup
from outbid.core.lead import event as ev
from outbid.core.market.snapshot import Check
from outbid.core.match.match import full_reason
from outbid.core.route import Inspect
from outbid.exchange.exchange import Exchange
from outbid.exchange.story import Story
from outbid.store.commit.entry import Claim


def judge_at_hand(story: Story) -> list[tuple[Check, Flaw]]:
    """What the checks find that need nothing but the lead."""
    checks = story.plan.campaign.checks
    return [judged for check in checks if not check.needs(story.lead) for judged in _judge(story, check)]


async def inspect(exchange: Exchange, story: Story, step: Inspect) -> None:
    """Judge by what is at hand first; a lead that fails there claims nobody. Then claim, and judge the rest."""
    checks = story.plan.campaign.checks
    needs = [check.needs(story.lead) for check in checks]
    at_hand = (check for check, need in zip(checks, needs, strict=True) if not need)
    flaws = [judged for check in at_hand for judged in _judge(story, check)]
    refused = refusal(flaws) or (None if story.lead.test else closed_source(exchange, story))
    lookups = tuple(lookup for need in needs for lookup in need)
    if refused is None and not story.lead.test:
        conflicts = await _bear(exchange, story, lookups)
        for check, need in zip(checks, needs, strict=True):
            if need:
                flaws += _judge(story, check, _answers(need, conflicts))
        refused = refusal(flaws)
    story.flaws = tuple(flaw for _, flaw in flaws)
    held = _first(flaws, "review") or ""
    story.tell(ev.Inspected(exchange.clock.now_ms(), step.stage, story.flaws, refused, held))


def _judge(story: Story, check: Check, answers: tuple[Conflict, ...] = ()) -> list[tuple[Check, Flaw]]:
    return [(check, flaw) for flaw in check.judge(story.lead, answers)]


def refusal(flaws: list[tuple[Check, Flaw]]) -> str | None:
    """The first flaw for which the lead is refused, as its reason code."""
    return _first(flaws, "refuse")


def _first(flaws: list[tuple[Check, Flaw]], on_flaw: str) -> str | None:
    return next((flaw.code for check, flaw in flaws if check.on_flaw == on_flaw), None)


def closed_source(exchange: Exchange, story: Story) -> str | None:
    """A full cap of source, seller or campaign refuses the lead (a trade rule), unless its quote is honoured."""
    source, quoted = story.plan.source, story.state.promise_micros is not None
    if quoted and source.quotes.honour:
        return None
    full = exchange.rooms.full(story.market.source_limits(source).at(exchange.clock.now_ms()), 1)
    if full is None:
        return None
    return "capped_since_ping" if quoted else full_reason(full)


def _answers(need: tuple[Lookup, ...], conflicts: tuple[Conflict, ...]) -> tuple[Conflict, ...]:
    asked = {(lookup.scope, lookup.name) for lookup in need}
    return tuple(conflict for conflict in conflicts if (conflict.scope, conflict.name) in asked)


async def _bear(exchange: Exchange, story: Story, lookups: tuple[Lookup, ...]) -> tuple[Conflict, ...]:
    """Make the lead durable and its claims with it. Without claims nothing waits for the commit yet.

    A lead that was taken over is durable already: its claims are made again, and are its own.
    """
    story.claims = claims_of(exchange, story, lookups)
    story.born = exchange.write(story, claims=True)
    conflicts = (await story.born).conflicts if lookups else ()
    lost = {(conflict.scope, conflict.name) for conflict in conflicts}
    story.claims = tuple(claim for claim in story.claims if (claim.scope, claim.name) not in lost)
    return conflicts


def claims_of(exchange: Exchange, story: Story, lookups: tuple[Lookup, ...]) -> tuple[Claim, ...]:
    """Lookups as claims: keyed hashes with the instant at which they end, counted from arrival."""
    arrived_ms = story.lead.arrived_at_ms
    return tuple(
        Claim(exchange.vault.person(look.name, look.text), look.scope, look.name, arrived_ms + look.seconds * 1000)
        for look in lookups
    )
