"""Who hardly ever bids on the leads of a source is asked about few of them, until he bids again."""

import msgspec

from outbid.core.money import ONE


class Seldom(msgspec.Struct, frozen=True):
    """When an offer is asked seldom about leads of a source. Shares in millionths.

    after  so many answers about leads of the source there must be
    under  if less than this share of them are bids
    ask    the share of these leads about which it is asked still
    """

    after: int
    under: int
    ask: int


class Answers(msgspec.Struct, frozen=True):
    """How an offer answered pings about leads of a source lately: so many times, so many of them bids."""

    answers: int = 0
    bids: int = 0

    def plus(self, other: "Answers") -> "Answers":
        """Both together."""
        return Answers(self.answers + other.answers, self.bids + other.bids)


def hardly_bids(rule: Seldom, known: Answers) -> bool:
    """Whether so many answers, and so few bids among them, are enough to ask seldom."""
    return known.answers >= rule.after and known.bids * ONE < rule.under * known.answers
