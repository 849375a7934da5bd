"""Which tiers a lead goes through, and in which order: by rule, by lot, or all as they stand."""

from collections.abc import Mapping, Sequence

from outbid.core.lead.value import Scalar
from outbid.core.market.snapshot import Campaign, Route, Source


def route_of(campaign: Campaign, source: Source, facts: Mapping[str, Scalar], lot: int, at_ms: int) -> Route | None:
    """The first route whose conditions hold and that takes the lead; None: all tiers, in their order.

    A route with a percentage takes so many of the leads that it fits, by the lead's lot (millionths): the next one
    that fits takes the lots that follow, and one without a percentage all that are left.
    """
    taken = 0
    for route in campaign.routes:
        if not route.rule.applies(source.slug, facts, at_ms):
            continue
        if route.share is None or taken <= lot < taken + route.share:
            return route
        taken += route.share
    return None


def tiers_left(way: Sequence[int], tier: int, *, anew: bool) -> Sequence[int]:
    """What of a way lies behind a tier, with the tier itself if it begins anew. All, if the way does not go there.

    A lead leaves its way where its post told facts that its ping did not: then it goes the whole of the other.
    """
    return way[way.index(tier) + (not anew) :] if tier in way else way
