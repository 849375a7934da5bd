"""Live checks as they were recorded, and whether what was recorded with them bears them out."""

from collections.abc import Iterator, Sequence

from outbid.core.control.patience import Need, in_words, waits, whole_ms
from outbid.core.control.seldom import Answers, hardly_bids
from outbid.core.lead.event import AT_BUYER, OF_PERSON, NoRoom, Pinged, Skip
from outbid.core.market.snapshot import Offer
from outbid.core.match.match import Live, full_reason
from outbid.core.price.lines import PAST_PATIENCE
from outbid.core.route import Plan

LIVE_REASONS = ("not_in_share", "lowered", "paused_by_rule", "throttled", "breaker_open", "seldom_bids", *OF_PERSON)
"""Why an offer is skipped by a live fact that is no account's."""


def told_of(skips: Sequence[Skip]) -> Live:
    """Live checks as they were recorded: what stands in no account was decided by version, facts and instant."""
    told = {skip.offer: skip for skip in skips if skip.account or skip.reason in LIVE_REASONS}
    return lambda offer, _: told.get(offer.number)


def unfounded(skip: Skip, offer: Offer) -> str | None:
    """What a skip should have been by the figures that were recorded with it, in words; None if they bear it out."""
    if skip.account and skip.reason not in (full_reason(skip.account), "paced"):
        return f"as {full_reason(skip.account)}"
    if (rather := unbarred(skip, offer)) is not None:
        return rather
    if skip.reason == "seldom_bids":
        rule = None if offer.control is None else offer.control.seldom
        if rule is None or not hardly_bids(rule, Answers(skip.answers, skip.bids)):
            return f"not skipped: {skip.bids} of {skip.answers} answers were bids"
    return None


def unbarred(event: NoRoom | Skip, offer: Offer) -> str | None:
    """Why the person cannot have kept an offer from buying, in words; None if he can, or something else did."""
    if event.reason == AT_BUYER and not offer.duplicates:
        return "it has no duplicate rule"
    return None


def waited_otherwise(event: Pinged, plan: Plan, *, test: bool) -> Iterator[tuple[str, str]]:
    """Pairs of what was recorded of a round's wait and what is decided now, where the two differ.

    What was known of the offers' times was recorded; the rule and the time that there was are the version's.
    """
    tier, wait = plan.campaign.tiers[event.tier], event.wait
    cut = any(line.reason == PAST_PATIENCE for line in event.bids)
    if wait is None:
        asked = any(line.outcome != "direct" for line in event.bids)
        if cut or (tier.patience is not None and asked and not test):
            yield "waited as if the tier had no patience", "how long it waits is recorded just where it has"
    elif tier.patience is None:
        yield in_words(wait, str), "the tier has no patience"
    else:
        told = None if plan.source.deadline_fact is None else plan.facts.get(plan.source.deadline_fact)
        whole = whole_ms(tier.deadline_ms, plan.source.deadline_ms, told)
        now = waits(tier.patience, whole, wait.lot, Need(wait.offer, wait.pings, wait.needs_ms))
        if now != wait:
            yield in_words(wait, str), in_words(now, str)
        if cut and wait.deadline_ms >= wait.whole_ms:
            yield "somebody was not waited for any longer", "the round took the whole time"
