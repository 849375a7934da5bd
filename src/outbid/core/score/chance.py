"""The chance that a post to an offer becomes a sale, estimated from how its posts ended."""

from math import sqrt

import msgspec

from outbid.core.contract import Ends, Record
from outbid.core.money import ONE

STRENGTH = 20
"""As how many posts counts what is known from elsewhere."""
LEAST = 10_000
"""No estimate is less than one percent: a bid that counts for nothing could not be ranked by price."""


class Estimate(msgspec.Struct, frozen=True):
    """A chance, and how far it may well be off: its mean and its standard deviation, from 0 to 1."""

    mean: float
    deviation: float

    @property
    def cautious(self) -> int:
        """One deviation below the mean, in millionths: few posts count for less than many that ended alike."""
        return _millionths(self.mean - self.deviation)

    @property
    def hopeful(self) -> int:
        """One deviation above the mean, in millionths: what the offer may well turn out to be worth."""
        return _millionths(self.mean + self.deviation)


def estimate(record: Record) -> Estimate:
    """The posterior of a Beta distribution whose prior is what is known more widely, as so many posts.

    How posts of the lead's source ended is read in the light of the offer's posts from all sources, and these in the
    light of all offers of the campaign. (Beta-binomial shrinkage: Gelman et al., "Bayesian Data Analysis", 3rd ed.,
    ch. 2 and 5; what is not known of the wider mean adds to the variance.) Returns will be one factor more, here.
    """
    campaign = (record.campaign.accepted + 1) / (record.campaign.posts + 2)
    offer = _narrowed(record.offer, Estimate(campaign, 0.0))
    return _narrowed(record.here, offer)


def _narrowed(ends: Ends, wider: Estimate) -> Estimate:
    posts = ends.posts + STRENGTH
    mean = (ends.accepted + STRENGTH * wider.mean) / posts
    variance = mean * (1 - mean) / (posts + 1) + (STRENGTH / posts * wider.deviation) ** 2
    return Estimate(mean, sqrt(variance))


def _millionths(chance: float) -> int:
    return max(LEAST, min(ONE, round(chance * ONE)))
