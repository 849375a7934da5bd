"""What stands in a lead's history, in words: names for numbers, amounts with their currency, sentences for codes."""

from collections.abc import Mapping

from outbid.core import reasons
from outbid.core.lead.event import FurtherBid, of_bid
from outbid.core.market.snapshot import Campaign, Market
from outbid.core.market.snapshot.called import in_words, with_slugs
from outbid.core.money import text_of
from outbid.core.replay.priced import Priced
from outbid.core.replay.receipts import Receipt
from outbid.plugins.registry import Registry


class Words:
    """The words of one campaign at one version of the market. `notes`: what buyers wrote back, by what it is."""

    def __init__(self, market: Market, campaign: Campaign, notes: Mapping[str, str] | None = None) -> None:
        self._market, self._campaign = market, campaign
        self._notes = notes or {}
        self._reasons = {**reasons.ALL, **Registry().reasons()}

    def outcome(self, receipt: Receipt) -> str:
        """What became of an offer, and why it came no further; of the other bids of its reply too."""
        others = [f"\n{'':27}{self._other(receipt.offer, bid)}" for bid in receipt.others]
        return self._outcome(receipt) + self._brand(receipt.offer, receipt.place) + "".join(others)

    def _other(self, offer: int, bid: FurtherBid) -> str:
        price = f" at {self.money(bid.price_micros)}" if bid.price_micros else ""
        return f"bid {bid.place} of its reply{price}{self._brand(offer, bid.place)}: {self.why(bid.reason)}"

    def _brand(self, offer: int, place: int) -> str:
        """In whose name a buyer bid, if he said so."""
        brand = self._notes.get(of_bid("brand", offer, place))
        return f' (as "{brand}")' if brand else ""

    def _outcome(self, receipt: Receipt) -> str:
        price = "" if receipt.price_micros is None else self.money(receipt.price_micros)
        if receipt.sale:
            why = f": {self.why(receipt.reason)}{self.quoted(receipt.sale)}" if receipt.reason else ""
            made = "" if receipt.priced is None else self.priced(receipt.priced)
            return f"{receipt.outcome.replace('_', ' ')} at {price}{made}{_scored(receipt)}{why}"
        if receipt.outcome in ("bid", "direct"):
            after = f" after {receipt.ms} ms" if receipt.outcome == "bid" else ", fixed price"
            return f"{price}{after}{_scored(receipt)}: {self.why(receipt.reason)}{self._floor(receipt)}"
        if receipt.outcome == "not_asked":
            detail = f" {receipt.detail}" if receipt.detail else self._floor(receipt)
            return f"not asked: {self.why(receipt.reason)}{detail}"
        if receipt.outcome in ("no_room", "skipped"):
            did = "not posted" if receipt.outcome == "no_room" else "not asked"
            full = f"{self.limit(receipt.account, receipt.offer)}: " if receipt.account else ""
            return f"{did}: {full}{self.why(receipt.reason)}"
        said = self._notes.get(f"said {receipt.offer}")
        quoted = f' He said: "{said}"' if said else ""
        return f"{receipt.outcome} after {receipt.ms} ms: {self.why(receipt.reason)}{quoted}"

    def priced(self, made: Priced) -> str:
        """What made a price, in brackets; empty where it is the bid and no rule applied."""
        parts = [] if made.pricing in ("agreed", "first") else [f"bid {self.money(made.bid_micros)}"]
        if made.rank_micros != made.bid_micros:
            parts.append(f"ranks as {self.money(made.rank_micros)}")
        if made.pricing == "second":
            parts.append(f"second price, rival {self.offer(made.rival)}" if made.rival else "second price, no rival")
        elif made.pricing == "floor_step":
            parts.append("floor and step")
        if parts:
            parts.append(f"floor {self.money(made.floor_micros)}")
        parts += [f"{what} by rule {name!r}" for what, name in made.rules.items()]
        return f" ({'; '.join(parts)})" if parts else ""

    def detail(self, receipt: Receipt) -> str:
        """What was seen where an offer came no further: an account, a floor, the part of a filter."""
        if receipt.account:
            return self.limit(receipt.account, receipt.offer)
        return self._floor(receipt).strip() or receipt.detail

    def _floor(self, receipt: Receipt) -> str:
        if receipt.floor_micros is None or receipt.price_micros is None:
            return ""
        return f" The floor is {self.money(receipt.floor_micros)}, seen {self.money(receipt.price_micros)}."

    def party(self, account: str) -> str:
        """A party of the ledger (`buyer:7`) by slug."""
        return with_slugs(self._market, account, between=" ")

    def limit(self, account: str, offer: int) -> str:
        """A limited account that had no room for an offer."""
        return in_words(self._market, account, offer)

    def offer(self, number: int) -> str:
        """An offer by its slug."""
        return self._market.name("offer", number)

    def buyer(self, offer: int) -> str:
        """The buyer whose offer it is, and the offer."""
        return f"{self._market.name('buyer', self._market.offers[offer].buyer)} ({self.offer(offer)})"

    def tier(self, number: int) -> str:
        """A tier by its slug."""
        return self._campaign.tiers[number].slug

    def money(self, amount_micros: int) -> str:
        """An amount with the campaign's currency."""
        return f"{text_of(amount_micros)} {self._campaign.currency}"

    def why(self, code: str) -> str:
        """The sentence of a reason."""
        return self._reasons[code].sentence if code in self._reasons else code

    def quoted(self, sale: str) -> str:
        """What the buyer said about a sale, if anything."""
        said = self._notes.get(f"said {sale}")
        return f' He said: "{said}".' if said else ""


def _scored(receipt: Receipt) -> str:
    """What the method knew of an offer, in brackets; empty where it does not ask."""
    if not receipt.score:
        return ""
    return f" (score {receipt.score}{', hoped for, to learn' if receipt.explored else ''})"
