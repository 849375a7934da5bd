"""A change against leads that came: first what there is to be learned of them, then each played with and without it."""

from collections import deque
from collections.abc import Mapping

import msgspec

from outbid.core.foresee.accounts import Accounts, begun_before
from outbid.core.foresee.guess.habits import Habits
from outbid.core.foresee.past import Past
from outbid.core.foresee.play import Lot, Played, Player
from outbid.core.foresee.sums import Sums
from outbid.core.foresee.untouched import Untouched
from outbid.core.lead.state import State
from outbid.core.ledger.account import Account
from outbid.core.market.snapshot import Market
from outbid.core.schedule.pace import Curve

MOST_SAMPLES = 20


class Span(msgspec.Struct, frozen=True):
    """The leads that are played: from when on, and how many each of those played stands for.

    curves  when the leads of each campaign usually come: caps are paced by it
    """

    from_ms: int
    weight: float = 1.0
    curves: Mapping[int, Curve] = {}


class Foresight:
    """One change against one span: `learn` of leads, tell what sales `took`, `begin`, then `play` in order of arrival.

    recorded, unchanged, changed  what came of the leads, and what would have under the market as it is, and changed
    plain, repeated               leads of which nothing had to be assumed under the market as it is; those of them
                                  that end as they ended
    samples                       the newest leads that end otherwise by the change, by id
    """

    def __init__(self, unchanged: Market, changed: Market, span: Span, lot: Lot) -> None:
        self._markets, self._span, self._lot = (unchanged, changed), span, lot
        self._habits = Habits(unchanged.campaigns)
        limits = [*unchanged.every_limit(), *changed.every_limit()]
        self._begun = begun_before(limits, span.from_ms)
        self._within: dict[bytes, int] = {}
        self.recorded, self.unchanged, self.changed = Sums(), Sums(), Sums()
        self.plain = self.repeated = self.differing = 0
        self.unknown: set[int] = set()
        self.samples: deque[bytes] = deque(maxlen=MOST_SAMPLES)

    @property
    def begun(self) -> list[bytes]:
        """The accounts that were open when the span began: what is taken of them now is needed to begin."""
        return list(self._begun)

    def learn(self, past: Past) -> None:
        """Know what one lead's buyers did."""
        self._habits.learn(past)

    def took(self, at_ms: int, source: int, offer: int, price_micros: int) -> None:
        """Know what one sale of the span took of the accounts that were open before."""
        found: dict[bytes, Account] = {}
        for market in self._markets:
            seller, buyer = market.sources.get(source), market.offers.get(offer)
            if seller is not None and buyer is not None:
                found.update((one.id, one) for one in market.limits(seller, buyer).at(at_ms) if one.id in self._begun)
        for account in found.values():
            self._within[account.id] = self._within.get(account.id, 0) + account.amount(price_micros)

    def begin(self, taken_now: Mapping[bytes, int]) -> None:
        """Begin to play. `taken_now`: what is taken of accounts now, by id; money that was paid in since is there."""
        opening = {one: taken - self._within.get(one, 0) for one, taken in taken_now.items()}
        accounts = Accounts(opening, self._span.weight), Accounts(opening, self._span.weight)
        self._players = [
            Player(market, self._habits, mine, self._lot, self._span.curves)
            for market, mine in zip(self._markets, accounts, strict=True)
        ]
        self._untouched = Untouched(*self._markets, accounts)

    def play(self, past: Past) -> None:
        """Play one lead under both markets, and add all up."""
        unchanged, changed = self._both(past)
        currency = self._currency(past)
        self.recorded.add(currency, past.events, past.end)
        for sums, played in ((self.unchanged, unchanged), (self.changed, changed)):
            sums.add(currency, played.events, played.end, played.assumed)
        self.unknown.update(changed.unknown)
        if not unchanged.assumed and not unchanged.unknown:
            self.plain += 1
            self.repeated += outcome(unchanged.end) == outcome(past.end)
        if outcome(unchanged.end) != outcome(changed.end):
            self.differing += 1
            self.samples.append(past.id)

    def _both(self, past: Past) -> tuple[Played, Played]:
        """A lead under both markets; once, if the change cannot touch it."""
        before, after = self._players
        unchanged = before.play(past)
        if self._untouched.holds(past, unchanged):
            after.repeat(unchanged)
            return unchanged, unchanged
        changed = after.play(past)
        self._untouched.note(unchanged, changed)
        return unchanged, changed

    def _currency(self, past: Past) -> str:
        campaign = self._markets[0].campaigns.get(past.campaign) or self._markets[1].campaigns.get(past.campaign)
        return "" if campaign is None else campaign.currency


def outcome(end: State) -> tuple[object, ...]:
    """How a lead ended: its status, and who bought it for how much."""
    return end.status, [(sale.offer, sale.price_micros) for sale in end.placed()]
