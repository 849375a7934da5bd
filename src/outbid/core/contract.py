"""What a plugin gives and gets: the values that pass between the core and `plugins/`.

A plugin is a module. Its file name is its registration, its `Settings` is a frozen msgspec Struct with
`forbid_unknown_fields`, and its `REASONS` (code → Reason, codes without the plugin's name) say why it says no.
The functions below are what each kind of module must have; all are pure.

fields/<name>.py      PERSONAL: bool · KIND: one of KINDS · PARTS: {part name: kind} · EXAMPLE: str
                      read(raw, settings, today) -> Value
                      for posting instructions: schema(settings) -> what it takes, as JSON Schema, never less than it
                      does; samples(settings) -> values as they are sent (absent: EXAMPLE); MASK: how a value may be
                      half hidden, in words
                      where wanted: around(value, miles) -> the values of places so many miles around one, or None
validators/<name>.py  needs(lead, settings) -> tuple[Lookup, ...]
                      judge(lead, answers, settings) -> tuple[Flaw, ...]      (no flaw: it passes)
                      where wanted: bind(settings, facts) -> what is passed as settings from then on;
                      fields_of(settings) -> the fields that it reads, which must be declared;
                      required_of(settings) -> those of them that a seller must send; one_of(settings) -> groups of
                      which he must send one; typed_of(settings, names) -> the fields whose faults count;
                      told(settings, names) -> sentences for him, with his names for fields
enrichers/<name>.py   bind(settings, binding) -> what was compiled once; gives(bound) -> the fields that it may give;
                      needs(bound) -> the fields and facts without which it is not asked
                      ask(ask, bound): a generator function that yields Http, is sent Answers, and returns Learned
                      where wanted: reads(bound) -> the fields and facts that its requests hold (absent: everything);
                      secrets(bound) -> Secrets, what must never be kept of them (absent: nothing);
                      LOCAL = True, a promise: it yields nothing, so test leads and dry runs are enriched by it too
methods/<name>.py     LIVE: which of `turn`, `draw`, `score` and `won` it reads (`won`: today's wins of all processes)
                      rank(bids, turn, draw, settings) -> list[Bid]           (best first)
                      turn: the offer that was served last in this tier, 0 at first; draw: a chance from 0 to below 1
                      where it reads `score`: score(record, draw, settings) -> Score, which is recorded for each offer
                      of the round and stands in its bid
                      where wanted: STEADY = True, a promise: which of two bids comes first follows from these two,
                      turn and draw alone, and neither a higher price nor fewer ms ever move a bid back. It allows
                      `Tier.early`;
                      BY_PRICE = True: bids are ranked by what counts of their prices, highest first, but for ties;
                      or by worth(bid, settings) -> int, where there is one, which never falls as the house keeps more
                      of a higher price. It allows `Tier.pricing`; READS: what of a bid is worked out for it alone:
                      `payout`
deliveries/<name>.py  bind(settings, binding) -> what was compiled once; pings(bound), repeatable(bound) -> bool;
                      ping(ask, bound), post(ask, bound): generator functions that yield Http, are sent Answers,
                      and return PingReply or PostReply. Only the last Http may carry the lead: those before say
                      has_lead=False, and what follows one that does not say so is not sent
                      where wanted: reads(bound) -> Reads, what the requests hold of the lead (absent: everything);
                      secrets(bound) -> Secrets, what must never be kept of them (absent: nothing);
                      shown(ask, bound, step) -> what each key of a `ping` or `post` gives, for people who try it, and
                      looked(answer, bound, step) -> what its rule finds in an answer;
                      again(bound) -> Again | None, when a buyer is asked how a post ended that had no clear answer, and
                      ask_again(ask, bound): how; a generator function as post, given names of sale and lead alone;
                      later(bound) -> Later | None, where post asks nobody and says accept, for the lead is delivered
                      after the sale; deliver(ask, bound): how it then is, a generator function as post;
                      row(ask, bound) -> {key: value}, what a buyer fetches, or finds in a line of a file;
                      file(rows, number, at_ms, bound): how a file of such rows is laid down, a generator function as
                      post that yields a File; `number` counts the offer's files, `at_ms` is when this one was begun.
                      Mail and File may be yielded where Http may
intakes/<name>.py     read(content_type, body, settings) -> Arrival | Malformed, from what comes at `/v1/leads`
                      settings.ping_id: the name under which a seller gives his ping's id back; where wanted:
                      settings.bid_ids, the name under which he names the bids of his choice
                      where wanted, for the source's own address: bind(settings, binding) -> what was compiled once;
                      METHODS that it answers; hear(inbound, bound) -> Heard | Malformed;
                      answer(told, bound) -> Reply, or None: it is answered in our tongue
                      for posting instructions: speech(settings) -> Speech, how a source is spoken to
                      with Fetches: fetch(ids, bound) -> Http; fetched(response, bound) -> Arrival | Malformed
"""

from collections.abc import Callable, Mapping
from typing import Any, Literal

import msgspec

from outbid.core.lead.value import Scalar, Value
from outbid.core.money import ONE, share_of

Kind = Literal["text", "number", "boolean", "date"]
KINDS: tuple[Kind, ...] = ("text", "number", "boolean", "date")


LISTED = "suppressed"
"""The scope of a lookup that claims nothing: whether the person is on the house's suppression list."""


class Lookup(msgspec.Struct, frozen=True):
    """A claim on a person that the store is asked to make: it either becomes this lead's, or somebody has it.

    In the scope `LISTED` nothing is claimed: it is looked whether he is on the house's suppression list.

    scope  what the claim is unique in (`house`, `campaign:3`, `source:7`)
    name   which fields it is made of (`phone`, `email`, `phone+email`)
    text   the normalised value; the store keeps only its keyed hash
    seconds  how long the claim lives, from arrival; 0 of what claims nothing
    """

    scope: str
    name: str
    text: str
    seconds: int


class Conflict(msgspec.Struct, frozen=True):
    """The answer to a Lookup that somebody else holds, or the list has. `in_flight`: that lead is not closed yet."""

    scope: str
    name: str
    in_flight: bool


class Flaw(msgspec.Struct, frozen=True):
    """One thing that a validator found wrong: its reason code, the field, and a note that adds to the reason.

    The note tells what was seen, never a personal value: it is written into the lead's chapters.
    """

    code: str
    field: str | None = None
    note: str = ""


class Bid(msgspec.Struct, frozen=True, gc=False):
    """One priced wish to buy, from a ping or from a direct offer.

    offer          the offer's number
    price_micros   what the buyer would pay
    priority       the offer's stated order (lower first), for ties and for waterfall
    won_today      sales of the offer today, as far as this process knows, or of all where LIVE names `won`
    weight         the offer's weight, for methods that use it
    handicap       how much less of the price counts in the ranking, in millionths
    payout_micros  what the seller would get at the price, for methods that say that they read it
    ms             how long the buyer took to answer his ping, 0 for a direct offer
    score          what the method's `score` said of the offer, 0 where it has none
    place          which of the bids of one reply it is, counted from 1; 0 where the reply is one bid
    """

    offer: int
    price_micros: int
    priority: int = 100
    won_today: int = 0
    weight: int = 1
    handicap: int = 0
    payout_micros: int = 0
    ms: int = 0
    score: int = 0
    place: int = 0

    @property
    def rank_micros(self) -> int:
        """What of the price counts in the ranking: the whole, but for an offer with a handicap."""
        return self.price_micros if not self.handicap else share_of(self.price_micros, ONE - self.handicap)


class Ends(msgspec.Struct, frozen=True, gc=False):
    """How posts ended: so many of them, and how many were accepted."""

    accepted: int = 0
    posts: int = 0

    def plus(self, other: "Ends") -> "Ends":
        """Both together."""
        return Ends(self.accepted + other.accepted, self.posts + other.posts)


class Record(msgspec.Struct, frozen=True):
    """How posts ended lately: to an offer from the lead's source, from all sources; to all offers of its campaign."""

    here: Ends = Ends()
    offer: Ends = Ends()
    campaign: Ends = Ends()


class Score(msgspec.Struct, frozen=True):
    """A figure by which a method ranks an offer. `explored`: it was set higher than it is known to be, to learn."""

    value: int
    explored: bool = False


MOST_BIDS = 20
"""How many bids of one reply are read."""


class ListedBid(msgspec.Struct, frozen=True):
    """One of several bids in a reply. `place`: which of them, counted from 1. A price of 0 could not be read.

    `ends_ms` as in `PingReply`.
    """

    place: int
    price_micros: int
    currency: str | None = None
    token: str | None = None
    stands_s: int = 0
    brand: str | None = None
    consent: str | None = None
    ends_ms: int = 0


class PingReply(msgspec.Struct, frozen=True):
    """How a ping's answer was read. `outcome`: bid, pass, error or nonsense; free text is the buyer's own.

    stands_s  for how many seconds the bid stands; 0 if the buyer set no end
    ends_ms   when it ends, in UTC milliseconds, where he named the instant; else 0
    brand     in whose name the person would be called; consent: the text that he has to agree to
    bids      where a reply lists its bids: each of them, `MOST_BIDS` at most, and nothing of a bid stands beside them
    unread    how many more were listed
    """

    outcome: Literal["bid", "pass", "error", "nonsense"]
    price_micros: int = 0
    currency: str | None = None
    token: str | None = None
    reason: str = ""
    said: str = ""
    stands_s: int = 0
    brand: str | None = None
    consent: str | None = None
    bids: tuple[ListedBid, ...] = ()
    unread: int = 0
    ends_ms: int = 0


class PostReply(msgspec.Struct, frozen=True):
    """How a post's answer was read.

    `outcome`: accept; reject (a no); error (a fault of the other side, certainly not bought);
    uncertain (it may have been bought). `price_micros` is None unless the reply named one. `reached`: the person may
    have been seen there. `second`: at the second address; the exchange says so.
    """

    outcome: Literal["accept", "reject", "error", "uncertain"]
    price_micros: int | None = None
    reference: str | None = None
    redirect: str | None = None
    reason: str = ""
    said: str = ""
    reached: bool = True
    second: bool = False


class Again(msgspec.Struct, frozen=True):
    """When a buyer is asked how a post ended: after `first_ms`, then each time after twice as long, `most_ms` at the
    most, and no longer than `until_ms` after it became uncertain."""

    first_ms: int
    most_ms: int
    until_ms: int

    def pause_ms(self, asked: int) -> int:
        """How long to wait before the next question, after so many of them."""
        return min(self.first_ms << min(asked, 20), self.most_ms)


class Later(msgspec.Struct, frozen=True):
    """How a lead comes to its buyer when it is sold already, by the house's word.

    way        kept: he fetches it; filed: in a line of a file; sent: by itself, at `due_ms`
    due_ms     from when the job of it is put to when it is sent, both in UTC milliseconds
    every_ms, most_rows  a file is closed so long after its first line, or as soon as it has so many
    shape      names the columns: all lines of a file have the same
    """

    way: Literal["kept", "filed", "sent"]
    due_ms: Callable[[int], int] = int
    every_ms: int = 0
    most_rows: int = 0
    shape: str = ""


class Learned(msgspec.Struct, frozen=True):
    """What an enricher's answer taught: field name → value as it came, to be read by the field's type.

    `reason`: the code for which nothing was understood, if so. An answer without a value and without a reason says
    that the service knows nothing.
    """

    values: dict[str, Any] = {}
    reason: str = ""


class Arrival(msgspec.Struct, frozen=True):
    """One lead as an intake read it: field name → what came (a JSON scalar, or a list), declared or not.

    `ping`: the id that our answer to the seller's ping gave him, where he posts the lead of one. `bids`: the ids of the
    bids of that answer that he chose, in his order; none if he leaves it to the exchange.
    """

    fields: dict[str, Any]
    ping: str | None = None
    bids: tuple[str, ...] = ()


class Malformed(msgspec.Struct, frozen=True):
    """A request that holds no lead: status, reason code, what is wrong and where (a JSON pointer or '')."""

    status: int
    code: str
    detail: str
    pointer: str = ""


class Binding(msgspec.Struct, frozen=True):
    """What a delivery or an enricher is bound to, beside its settings.

    known        every field and fact by name, True for fields
    ping_fields  what the campaign lets pings tell
    exceptions   (host, port) pairs that it may reach although they are private
    buyer        the buyer's number, below zero for an enricher: his own reference for a lead follows from it
    secrets      the values of the secrets that the settings may refer to, by name
    facts        what the filter language knows of each fact, for conditions
    strict       the settings are about to be saved: a secret whose value cannot be what it should be is a fault. Later
                 it is none: the market must be there, and what cannot be sent fails by itself
    """

    known: Mapping[str, bool]
    ping_fields: tuple[str, ...] = ()
    exceptions: frozenset[tuple[str, int]] = frozenset()
    buyer: int = 0
    secrets: Mapping[str, str] = {}
    facts: Mapping[str, Any] = {}
    strict: bool = False


class Sometimes(msgspec.Struct, frozen=True):
    """Fields and facts that a request holds only where a condition on the lead's facts is met."""

    when: Callable[[Mapping[str, Scalar]], bool]
    names: tuple[str, ...]


class Reads(msgspec.Struct, frozen=True):
    """The fields and facts that a delivery's pings and posts read, as far as the lead has them."""

    ping: tuple[str, ...] = ()
    post: tuple[str, ...] = ()
    ping_when: tuple[Sometimes, ...] = ()
    post_when: tuple[Sometimes, ...] = ()

    def told(self, step: Literal["ping", "post"], facts: Mapping[str, Scalar]) -> tuple[str, ...]:
        """What a request holds of a lead with these facts, each once."""
        always, sometimes = (self.ping, self.ping_when) if step == "ping" else (self.post, self.post_when)
        if not sometimes:
            return always
        more = (name for each in sometimes if each.when(facts) for name in each.names)
        return tuple(dict.fromkeys((*always, *more)))

    def most(self, step: Literal["ping", "post"]) -> tuple[str, ...]:
        """What a request holds whatever the facts are."""
        always, sometimes = (self.ping, self.ping_when) if step == "ping" else (self.post, self.post_when)
        return tuple(dict.fromkeys((*always, *(name for each in sometimes for name in each.names))))


class Ask(msgspec.Struct, frozen=True):
    """What a delivery may say about one lead; the same for all buyers of a round.

    refer         gives a buyer's own reference for this lead, by his number: never the lead's id
    sale          the sale's public id in a post (its idempotency key), empty in a ping
    token         what the buyer's ping reply asked to get back, None if nothing
    price_micros  the price in a post, 0 in a ping
    now_ms        when it is asked, in UTC milliseconds; `at_ms` is when the lead arrived
    first         what the answer to a call before the post gave
    test          somebody tries the delivery: the lead is made up, and nothing is sold
    shared        a scratch pad for the deliveries of one round: what is the same for several buyers is made once
    """

    facts: dict[str, Scalar]
    values: dict[str, Value]
    refer: Callable[[int], str]
    at_ms: int
    currency: str
    sale: str = ""
    token: str | None = None
    price_micros: int = 0
    shared: dict[bytes, bytes] = {}
    now_ms: int = 0
    first: Mapping[str, str] = {}
    test: bool = False
