"""Live checks as they were recorded, and whether what was recorded with them bears them out."""

from collections.abc import Sequence

from outbid.core.control.seldom import Answers, hardly_bids
from outbid.core.lead.event import Skip
from outbid.core.market.snapshot import Offer
from outbid.core.match.match import Live, full_reason

LIVE_REASONS = ("not_in_share", "lowered", "paused_by_rule", "throttled", "breaker_open", "seldom_bids")
"""Why an offer is skipped by a live fact that is no account's."""


def told_of(skips: Sequence[Skip]) -> Live:
    """Live checks as they were recorded: what stands in no account was decided by version, facts and instant."""
    told = {skip.offer: skip for skip in skips if skip.account or skip.reason in LIVE_REASONS}
    return lambda offer, _: told.get(offer.number)


def unfounded(skip: Skip, offer: Offer) -> str | None:
    """What a skip should have been by the figures that were recorded with it, in words; None if they bear it out."""
    if skip.account and skip.reason not in (full_reason(skip.account), "paced"):
        return f"as {full_reason(skip.account)}"
    if skip.reason == "seldom_bids":
        rule = None if offer.control is None else offer.control.seldom
        if rule is None or not hardly_bids(rule, Answers(skip.answers, skip.bids)):
            return f"not skipped: {skip.bids} of {skip.answers} answers were bids"
    return None
