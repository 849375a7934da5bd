"""One example buyer: bids, buys, keeps books. What he decides follows from the lead and the seed alone."""

import hmac
from typing import Any

import msgspec

from outbid.cli.demo.buying.bidding import bid
from outbid.cli.demo.buying.profiles import Profile
from outbid.cli.demo.draws import choice, mark, share
from outbid.core.money import micros, text_of

MOST_REMEMBERED = 50_000
"""Posts whose answer a buyer can repeat; a post is asked again within minutes, and memory is finite."""
_NOT_OF_THE_LEAD = frozenset({"ref", "token", "price"})
_encode = msgspec.json.Encoder(order="deterministic").encode


class Books(msgspec.Struct):
    """What a buyer did since he started. Repeated posts count as repeated, not as posted."""

    asked: int = 0
    bid: int = 0
    passed: int = 0
    posted: int = 0
    bought: int = 0
    rejected: int = 0
    repeated: int = 0
    money_micros: int = 0


class BadRequest(Exception):
    """Something that no buyer can answer; the message says what is wrong and what would be right."""


class Buyer:
    """One buyer of the fleet."""

    def __init__(self, name: str, profile: Profile, seed: int) -> None:
        self.name = name
        self.profile = profile
        self.books = Books()
        self._seed = seed
        self._answers: dict[str, bytes] = {}

    # -- pings

    def ping(self, lead: dict[str, Any]) -> bytes:
        """Answer a ping with a bid, or pass."""
        assert self.profile.bids is not None
        self.books.asked += 1
        trace = _trace(lead)
        if self._share("pass", trace) < self.profile.passes:
            self.books.passed += 1
            return _no(self._choice(self.profile.pass_reasons, "pass reason", trace))
        self.books.bid += 1
        mood = self._share("mood", trace)
        price = bid(lead, self.profile.bids, self.profile.taste, self.name, self._seed, mood)
        return _encode({"accepted": True, "price": text_of(price), "ping_id": self._ping_id(price, lead)})

    def _ping_id(self, price: int, lead: dict[str, Any]) -> str:
        """A signed note of the bid: nothing need be kept for the many pings that win nothing, or over a restart."""
        said = mark(self._seed, self.name, "ping", _encode(lead).decode())
        return f"{price}-{said}-{self._signature(str(price), said)}"

    def _signature(self, price: str, said: str) -> str:
        return mark(self._seed, self.name, "signature", price, said)

    # -- posts

    def post(self, lead: dict[str, Any], key: str) -> bytes:
        """Answer a post; one with a known key is answered as before and not bought again. Raises BadRequest."""
        known = self._answers.get(key) if key else None
        if known is not None:
            self.books.repeated += 1
            return known
        price = self._price_of(lead)
        self.books.posted += 1
        answer = self._decide(lead, price)
        if key:
            self._remember(key, answer)
        return answer

    def _decide(self, lead: dict[str, Any], price: int | None) -> bytes:
        trace = _trace(lead)
        if price is None:
            self.books.rejected += 1
            return _no("unknown ping_id")
        if self._share("reject", trace) < self.profile.rejects:
            self.books.rejected += 1
            return _no(self._choice(self.profile.reject_reasons, "reject reason", trace))
        self.books.bought += 1
        self.books.money_micros += price
        policy = mark(self._seed, self.name, "policy", trace)
        return _encode(
            {
                "accepted": True,
                "price": text_of(price),
                "policy_ref": f"{self.name[:3].upper()}-{policy[:10].upper()}",
                "redirect_url": f"https://{self.name}.example/quote/{policy}",
            }
        )

    def _price_of(self, lead: dict[str, Any]) -> int | None:
        """What the lead is sold at: the bid that the token names, or the price sent. None: the token is not ours."""
        if self.profile.bids is None:
            return _price_sent(lead.get("price"))
        token = lead.get("token")
        if not isinstance(token, str) or not token:
            raise BadRequest('A post must carry the ping_id of its bid, as text, under "token".')
        price, _, rest = token.partition("-")
        said, _, signature = rest.partition("-")
        right = self._signature(price, said)
        return int(price) if hmac.compare_digest(signature.encode("utf-8", "replace"), right.encode()) else None

    def _remember(self, key: str, answer: bytes) -> None:
        if len(self._answers) >= MOST_REMEMBERED:
            del self._answers[next(iter(self._answers))]
        self._answers[key] = answer

    # -- draws

    def _share(self, *parts: str) -> float:
        return share(self._seed, self.name, *parts)

    def _choice(self, reasons: tuple[str, ...], *parts: str) -> str:
        return choice(reasons, self._seed, self.name, *parts)


def _price_sent(price: Any) -> int:
    try:
        amount = micros(str(price))
    except ValueError:
        amount = 0
    if amount <= 0 or isinstance(price, bool):
        raise BadRequest('A post must name its price under "price", such as "8.50".')
    return amount


def _trace(lead: dict[str, Any]) -> str:
    """The lead's own values, without what changes from one request to the next, as text to draw from."""
    return _encode({name: value for name, value in lead.items() if name not in _NOT_OF_THE_LEAD}).decode()


def _no(reason: str) -> bytes:
    return _encode({"accepted": False, "reason": reason})
