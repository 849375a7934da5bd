"""What can happen to a lead. Events are appended, never edited; a chapter is the events of one commit.

No event holds personal data or free text from outside: numbers of nouns, codes, prices, milliseconds. What buyers
wrote (tokens, references, reasons) travels beside the events as *notes*, sealed with the lead's key.
"""

from typing import Literal

import msgspec

from outbid.core.contract import Flaw
from outbid.core.control.patience import Wait
from outbid.core.lead.value import Scalar

BidOutcome = Literal["bid", "direct", "pass", "late", "error", "nonsense", "unreachable"]
LeadStatus = Literal["open", "sold", "unsold", "refused", "uncertain", "review", "queued"]
EnrichOutcome = Literal["learned", "cached", "kept", "nothing", "failed", "late", "skipped"]
WaitsFor = Literal["settled", "reviewed", "due"]


AT_BUYER = "duplicate_at_buyer"
"""Why an offer does not buy whose buyer has the person already."""
SUPPRESSED = "suppressed"
"""Why an offer does not buy whose buyer has the person on his suppression list."""
OF_PERSON = (AT_BUYER, SUPPRESSED)
"""What keeps an offer from buying for the person, and not for want of room."""


class Happening(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="type", tag=str.lower):
    """An event. `at_ms` is UTC milliseconds since 1970."""

    at_ms: int


class Quoting(Happening, frozen=True):
    """A seller asked what he would get for a lead: the first event of a quote. `present` as in `Received`."""

    source: int
    campaign: int
    version: int
    test: bool = False
    present: str = ""


class OfferedBid(msgspec.Struct, frozen=True, array_like=True):
    """A bid that the seller was told of: its price, what its sale brings him, until when. `place` as in `BidLine`."""

    offer: int
    place: int
    price_micros: int
    payout_micros: int
    until_ms: int


class Quoted(Happening, frozen=True):
    """The seller was promised a payout, if he posts the lead before `until_ms` and it is sold at all.

    `offered`: where he may choose, every bid that he was told of, best first; the ids count on from 1.
    """

    payout_micros: int
    until_ms: int
    offered: tuple[OfferedBid, ...] = ()


class Received(Happening, frozen=True):
    """The lead arrived and was made durable.

    present  which declared fields came with something: a bit for each by its place in the campaign, in hex
    quote    the public id of the quote that it was posted under
    later    the facts that filters read and its ping did not tell
    picks    the bids of that quote to which alone it is sold, in this order, by their places in what was offered
    """

    source: int
    campaign: int
    version: int
    test: bool = False
    present: str = ""
    quote: str = ""
    later: tuple[str, ...] = ()
    picks: tuple[int, ...] = ()


class Resumed(Happening, frozen=True):
    """Another process took the lead over after a crash."""

    lane: int


class Enriched(Happening, frozen=True):
    """An enricher was asked what else is known of the lead, or was not.

    outcome  learned; cached: the same question was answered lately; kept: its answer to the lead's ping stands;
             nothing: the service knows nothing; failed; late; skipped: it was not asked
    reason   why nothing was learned, as a code
    gave     the fields that have a value by it now, be it the one to fall back on
    facts    what of that decides: plain values and parts of fields, never personal ones
    sent     whether anything of the lead may have left the house
    """

    enricher: str
    outcome: EnrichOutcome
    reason: str = ""
    ms: int = 0
    gave: tuple[str, ...] = ()
    facts: dict[str, Scalar] = {}
    sent: bool = False


class Inspected(Happening, frozen=True):
    """Validators judged. `refused` is the reason code for which the exchange refuses the lead, if it does.

    `held`: the reason code for which a person has to look at it first. `lot`: in millionths, by which its route is
    drawn where a campaign splits its leads; -1 where it was not drawn.
    """

    stage: Literal["arrival", "before_ping", "before_post"]
    flaws: tuple[Flaw, ...] = ()
    refused: str | None = None
    held: str = ""
    lot: int = -1


class Skip(msgspec.Struct, frozen=True, omit_defaults=True):
    """A live check that an offer failed after it had passed all that version and facts decide.

    `account`: which one has no room. `answers`, `bids`: what was known of a buyer who hardly ever bids.
    """

    offer: int
    reason: str
    account: str = ""
    answers: int = 0
    bids: int = 0


class Matched(Happening, frozen=True):
    """Offers of a tier that may be asked, and those that only a live fact kept out."""

    tier: int
    offers: tuple[int, ...] = ()
    skips: tuple[Skip, ...] = ()


class FurtherBid(msgspec.Struct, frozen=True, array_like=True):
    """Another bid of the same reply. An array in the log: what is cut out of it as a line ends at its first brace.

    `place`: which of the reply's bids it is, counted from 1. `reason`: why it cannot win, if so. `stands_s` as in
    `BidLine`.
    """

    place: int
    price_micros: int
    reason: str = ""
    stands_s: int = 0


class BidLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """One offer's part in a round: how it answered, at which price, after how many milliseconds.

    `stands_s`: for how many seconds the bid stands, from the beginning of the round; 0 if the buyer set no end.
    `sent` is false if not a byte of the ping left: then the buyer saw nothing of the lead.
    `score`: what the method knew of the offer, where it reads that; `explored`: set higher than is known, to learn.
    `more`: the other bids of a reply that listed several, best first; the line's own is the best of all, and `place`
    says which in the reply it was, counted from 1; 0 where the reply was one bid.
    `kept`: the buyer was not asked, for a bid of his on the same lead still stood; nothing was `sent` to him.
    `second`: the ping went to the second address, for not a byte of it could leave for the first.
    """

    offer: int
    outcome: BidOutcome
    price_micros: int = 0
    ms: int = 0
    reason: str = ""
    won_today: int = 0
    stands_s: int = 0
    sent: bool = True
    score: int = 0
    explored: bool = False
    place: int = 0
    more: tuple[FurtherBid, ...] = ()
    kept: bool = False
    second: bool = False

    def bids(self) -> tuple[FurtherBid, ...]:
        """Every bid of the reply, best first."""
        return (FurtherBid(self.place, self.price_micros, self.reason, self.stands_s), *self.more)


def of_bid(what: str, offer: int, place: int) -> str:
    """The name of a note on a bid: its offer, and which of the bids of its reply it is, if that listed several."""
    return f"{what} {offer}.{place}" if place else f"{what} {offer}"


class Standing(msgspec.Struct, frozen=True, gc=False):
    """What is known of an offer when its round begins, as its line records it."""

    won_today: int = 0
    score: int = 0
    explored: bool = False


UNKNOWN = Standing()


class Pinged(Happening, frozen=True):
    """A round is over: every offer that was asked has one line, direct offers too. `ms`: how long it took.

    `turn` (the offer that was served last) and `draw` (a chance) are what the tier's method reads beside the bids.
    `open`: every bidder may see all bids of the round, without the bidders' names. `wait`: for how long it was to wait
    and why, where the tier has patience; it stands behind `open`, for what stands before the bids is shown with them.
    """

    tier: int
    ms: int
    bids: tuple[BidLine, ...] = ()
    turn: int = 0
    draw: float = 0.0
    open: bool = False
    wait: Wait | None = None


class Rechecked(Happening, frozen=True):
    """A lead was posted under its quote: which of the bidders may still buy, and why the others may not."""

    offers: tuple[int, ...] = ()
    gone: tuple[Skip, ...] = ()


class Posting(Happening, frozen=True):
    """Wallet and caps hold room; the full lead goes out now. `sale` is its public id; `place` as in `BidLine`."""

    sale: str
    offer: int
    price_micros: int
    payout_micros: int
    place: int = 0


class NoRoom(Happening, frozen=True):
    """A cap or wallet had no room for this price in the moment of the hold; the offer is not posted.

    `account` is empty where it is not for want of room, but for the person (`OF_PERSON`).
    """

    offer: int
    account: str
    reason: str


class Sold(Happening, frozen=True):
    """The buyer accepted: captured at `price_micros`. `flag` names what was odd about his reply, if anything.

    `second` as in `BidLine`.
    """

    sale: str
    price_micros: int
    payout_micros: int
    ms: int = 0
    flag: str = ""
    second: bool = False


class Rejected(Happening, frozen=True):
    """The buyer certainly did not buy: he said no, or (`reached` false) was not asked. The hold is released.

    `second` as in `BidLine`.
    """

    sale: str
    reason: str
    ms: int = 0
    reached: bool = True
    second: bool = False


class Unsure(Happening, frozen=True):
    """The post went out and no clear answer came. The hold stays until the sale is settled.

    `second` as in `BidLine`.
    """

    sale: str
    reason: str
    ms: int = 0
    second: bool = False


class Asked(Happening, frozen=True):
    """The post is asked again with the same idempotency key, since its answer is not known."""

    sale: str


class Inquired(Happening, frozen=True):
    """The buyer was asked how an uncertain sale ended. `outcome`: what he says; unknown: why, in `reason`."""

    sale: str
    outcome: Literal["sold", "rejected", "unknown"]
    reason: str = ""
    ms: int = 0


class Delivered(Happening, frozen=True):
    """A lead that was sold before has come to its buyer. `way`: sent, or filed; `name`: of the file. `ms`: how long it
    took, of what was sent by itself."""

    sale: str
    way: Literal["filed", "sent"]
    name: str = ""
    ms: int = 0


class Settled(Happening, frozen=True):
    """Somebody who knows said how an uncertain sale ended: by a person, a file or a policy, named in `by`."""

    sale: str
    outcome: Literal["sold", "rejected"]
    by: str


class Waiting(Happening, frozen=True):
    """Nothing can be done now: the lead waits, until `until_ms` at most where it is not 0. Its seller was told so."""

    what: WaitsFor
    until_ms: int = 0


class Deferred(Happening, frozen=True):
    """The seller's time limit passed: he was told that the outcome is pending."""


class Due(Happening, frozen=True):
    """The time came at which the lead is tried in a queue's tier."""

    tier: int


class Reviewed(Happening, frozen=True):
    """Somebody looked at a lead that was held: it is sold like a new one, or refused."""

    outcome: Literal["released", "refused"]
    by: str


class Closed(Happening, frozen=True):
    """Nothing more will happen to this lead by itself."""

    status: Literal["sold", "unsold", "refused"]
    reason: str = ""


Event = (
    Quoting
    | Quoted
    | Received
    | Resumed
    | Enriched
    | Inspected
    | Matched
    | Pinged
    | Rechecked
    | Posting
    | NoRoom
    | Sold
    | Rejected
    | Unsure
    | Asked
    | Inquired
    | Delivered
    | Settled
    | Waiting
    | Deferred
    | Due
    | Reviewed
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
