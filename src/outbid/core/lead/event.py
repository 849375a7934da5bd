"""What can happen to a lead. Events are appended, never edited; a chapter is the events of one commit.

No event holds personal data or free text from outside: numbers of nouns, codes, prices, milliseconds. What buyers
wrote (tokens, references, reasons) travels beside the events as *notes*, sealed with the lead's key.
"""

from typing import Literal

import msgspec

from outbid.core.contract import Flaw

BidOutcome = Literal["bid", "direct", "pass", "late", "error", "nonsense", "unreachable"]
LeadStatus = Literal["open", "sold", "unsold", "refused", "uncertain"]


class Happening(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="type", tag=str.lower):
    """An event. `at_ms` is UTC milliseconds since 1970."""

    at_ms: int


class Received(Happening, frozen=True):
    """The lead arrived and was made durable.

    `held` tells which declared fields came with something: a bit for each by its place in the campaign, in hex.
    """

    source: int
    campaign: int
    version: int
    test: bool = False
    held: str = ""


class Resumed(Happening, frozen=True):
    """Another process took the lead over after a crash."""

    lane: int


class Inspected(Happening, frozen=True):
    """Validators judged. `refused` is the reason code for which the exchange refuses the lead, if it does."""

    stage: Literal["arrival", "before_ping", "before_post"]
    flaws: tuple[Flaw, ...] = ()
    refused: str | None = None


class Skip(msgspec.Struct, frozen=True, omit_defaults=True):
    """A live check that an offer failed after it had passed all that version and facts decide."""

    offer: int
    reason: str
    account: str = ""


class Matched(Happening, frozen=True):
    """Offers of a tier that may be asked, and those that only a live fact kept out."""

    tier: int
    offers: tuple[int, ...] = ()
    skips: tuple[Skip, ...] = ()


class BidLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """One offer's part in a round: how it answered, at which price, after how many milliseconds.

    `sent` is false if not a byte of the ping left: then the buyer saw nothing of the lead.
    """

    offer: int
    outcome: BidOutcome
    price_micros: int = 0
    ms: int = 0
    reason: str = ""
    won_today: int = 0
    sent: bool = True


class Pinged(Happening, frozen=True):
    """A round is over: every offer that was asked has one line, direct offers too. `ms`: how long it took.

    `turn` (the offer that was served last) and `draw` (a chance) are what the tier's method reads beside the bids.
    """

    tier: int
    ms: int
    bids: tuple[BidLine, ...] = ()
    turn: int = 0
    draw: float = 0.0


class Posting(Happening, frozen=True):
    """Wallet and caps hold room; the full lead goes out now. `sale` is its public id."""

    sale: str
    offer: int
    price_micros: int
    payout_micros: int


class NoRoom(Happening, frozen=True):
    """A cap or wallet had no room for this price in the moment of the hold; the offer is not posted."""

    offer: int
    account: str
    reason: str


class Sold(Happening, frozen=True):
    """The buyer accepted: captured at `price_micros`. `flag` names what was odd about his reply, if anything."""

    sale: str
    price_micros: int
    payout_micros: int
    ms: int = 0
    flag: str = ""


class Rejected(Happening, frozen=True):
    """The buyer certainly did not buy: he said no, or (`reached` false) was not asked. The hold is released."""

    sale: str
    reason: str
    ms: int = 0
    reached: bool = True


class Unsure(Happening, frozen=True):
    """The post went out and no clear answer came. The hold stays until the sale is settled."""

    sale: str
    reason: str
    ms: int = 0


class Asked(Happening, frozen=True):
    """The post is asked again with the same idempotency key, since its answer is not known."""

    sale: str


class Settled(Happening, frozen=True):
    """Somebody who knows said how an uncertain sale ended: by a person, a file or a policy, named in `by`."""

    sale: str
    outcome: Literal["sold", "rejected"]
    by: str


class Closed(Happening, frozen=True):
    """Nothing more will happen to this lead by itself."""

    status: Literal["sold", "unsold", "refused"]
    reason: str = ""


Event = (
    Received
    | Resumed
    | Inspected
    | Matched
    | Pinged
    | Posting
    | NoRoom
    | Sold
    | Rejected
    | Unsure
    | Asked
    | Settled
    | Closed
)

_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(list[Event])


def encode(events: list[Event]) -> bytes:
    """Events as the JSON array that a chapter keeps; the same events always give the same bytes."""
    return _encoder.encode(events)


def decode(text: bytes | str) -> list[Event]:
    """Events back from a chapter. Raises msgspec.ValidationError if they are not ours."""
    return _decoder.decode(text)
