"""What each offer did with leads that it was asked for: how often it bid, how much, how often it took what it won."""

from collections.abc import Mapping

import msgspec

from outbid.core.foresee.guess.likeness import Key, keys_of, traits_of
from outbid.core.foresee.guess.worth import Slope, Worths
from outbid.core.foresee.past import Past
from outbid.core.market.snapshot import Campaign, Offer

LEAST_ALIKE = 20
"""How many like leads must have been asked about, before their answers stand for another one."""
MOST_BIDS = 101
"""How many bids of a group are remembered: the last ones."""
MOST_OTHERS = 4_001
"""How many bids of other offers are remembered, for those of which nothing is known."""
MOST_GROUPS = 400_000
_PRIOR = 5
"""How many posts to others an offer's own few posts are weighed against."""
_Heard = tuple[int, float]
"""A bid in micros, and the lead's worth by what others bid on it."""


class Guess(msgspec.Struct, frozen=True):
    """What an offer would say: it bids in a share `rate` of like leads; a bid of it would be so much (micros).

    own  by what it said itself; else by what other offers said: of its buyer, or of the campaign
    """

    rate: float
    price_micros: int
    own: bool


class _Group(msgspec.Struct):
    most: int = MOST_BIDS
    asked: int = 0
    answered: int = 0
    bids: list[_Heard] = []

    def hear(self, bid: _Heard | None) -> None:
        self.asked += 1
        if bid is None:
            return
        if len(self.bids) < self.most:
            self.bids.append(bid)
        else:
            self.bids[self.answered % self.most] = bid
        self.answered += 1


class _Bidder(msgspec.Struct):
    """One offer, or all of a buyer or campaign: its answers by likeness of leads, and how it follows their worth."""

    groups: dict[Key, _Group] = {}
    slope: Slope = msgspec.field(default_factory=Slope)


_ALL: Key = (0, ())
_Name = tuple[str, int, int]


class Habits:
    """Learns from leads that came, then guesses."""

    def __init__(self, campaigns: Mapping[int, Campaign]) -> None:
        self._campaigns = campaigns
        self._traits = {number: traits_of(campaign) for number, campaign in campaigns.items()}
        self._worths = Worths()
        self._bidders: dict[_Name, _Bidder] = {}
        self._posts: dict[int, tuple[int, int]] = {}
        self._count = 0

    def learn(self, past: Past) -> None:
        """Remember what offers said of a lead."""
        for sale in past.sales.values():
            if sale.status in ("sold", "rejected"):
                posted, accepted = self._posts.get(sale.offer, (0, 0))
                self._posts[sale.offer] = posted + 1, accepted + (sale.status == "sold")
        if not past.lines:
            return
        keys = tuple(keys_of(past, self._traits.get(past.campaign, ())))
        prices = _prices(past)
        worths = self._worths.learn(prices)
        for number in past.lines:
            heard = (prices[number], worths[number]) if number in prices else None
            self._hear(("offer", number, 0), keys, heard)
            for other in self._others(number, past.campaign):
                self._hear(other, (_ALL,), heard)

    def bid(self, offer: Offer, past: Past, draw: float) -> Guess | None:
        """What an offer would say of a lead: as of the leads most like it of which enough is known. None: unknown.

        `draw`, from 0 to below 1, picks one of the bids on those, which is moved by what others bid on this lead.
        """
        mine = ("offer", offer.number, 0)
        for name in (mine, ("buyer", past.campaign, offer.buyer), ("campaign", past.campaign, 0)):
            bidder = self._bidders.get(name)
            if bidder is not None:
                group = self._alike(bidder, past)
                return Guess(group.answered / group.asked, self._price(bidder, group, past, draw), own=name is mine)
        return None

    def accepts(self, offer: int) -> float:
        """In which share of posts an offer buys. Of few posts the others' share is believed more."""
        posted = sum(posts for posts, _ in self._posts.values())
        bought = sum(accepted for _, accepted in self._posts.values())
        usual = bought / posted if posted else 1.0
        mine, taken = self._posts.get(offer, (0, 0))
        return (taken + _PRIOR * usual) / (mine + _PRIOR)

    def _others(self, number: int, campaign: int) -> tuple[_Name, ...]:
        """As whom else an offer speaks: for its buyer's other offers, and for any of its campaign."""
        known = self._campaigns.get(campaign)
        offer = None if known is None else known.offers.get(number)
        anybody: _Name = ("campaign", campaign, 0)
        return (anybody,) if offer is None else (("buyer", campaign, offer.buyer), anybody)

    def _hear(self, name: _Name, keys: tuple[Key, ...], heard: _Heard | None) -> None:
        bidder = self._bidders.get(name)
        if bidder is None:
            bidder = self._bidders[name] = _Bidder()
        if heard is not None:
            bidder.slope.hear(*heard)
        groups = bidder.groups
        for key in keys:
            group = groups.get(key)
            if group is None:
                if self._count >= MOST_GROUPS and key[0]:
                    continue
                group = groups[key] = _Group(MOST_BIDS if name[0] == "offer" else MOST_OTHERS)
                self._count += 1
            group.hear(heard)

    def _alike(self, bidder: _Bidder, past: Past) -> _Group:
        """The group of leads most like one of which enough is known: in the end all of them."""
        for key in keys_of(past, self._traits.get(past.campaign, ())):
            group = bidder.groups.get(key)
            if group is not None and group.asked >= LEAST_ALIKE:
                return group
        return bidder.groups[_ALL]

    def _price(self, bidder: _Bidder, group: _Group, past: Past, draw: float) -> int:
        if not group.bids:
            return 0
        price, worth = group.bids[int(draw * len(group.bids))]
        now = self._worths.of(_prices(past))
        return round(price * (now / worth) ** bidder.slope.power()) if worth > 0 and now > 0 else price


def _prices(past: Past) -> dict[int, int]:
    """What was bid on a lead, by offer."""
    return {
        number: line.price_micros
        for number, line in past.lines.items()
        if line.outcome == "bid" and line.reason != "wrong_currency"
    }
