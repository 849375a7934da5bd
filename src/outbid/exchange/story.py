"""One lead in flight in this process: what is known of it, and what is not written yet."""

import asyncio
from typing import Any

import msgspec
from msgspec.structs import replace

from outbid.core.contract import Flaw
from outbid.core.dialect.trace import Trace
from outbid.core.ids import LeadId
from outbid.core.lead import event as ev
from outbid.core.lead.lead import Lead
from outbid.core.lead.state import State, fold
from outbid.core.lead.traffic import Talk
from outbid.core.ledger.moves import Deal
from outbid.core.market.snapshot import Market
from outbid.core.route import Plan
from outbid.core.tally.dimension import Subject, dimensions_of
from outbid.store.commit.entry import Birth, Claim, Entry, Wish, Written
from outbid.store.vault import LeadKey

Notes = dict[str, str]
"""Free text from outside by what it is: `token 12`, `said 12`, `reference sl_…`, `redirect sl_…`, `learned city`.

`brand 12.3` is of the third bid of a reply that listed several."""


class Story:
    """A lead, its plan, its state, the events that no commit carries yet.

    chapters   how many chapters are written or on their way
    birth      the rows of the lead, until they are on their way
    born       the commit that carries them
    deals      sales that are posting or uncertain
    claims     what this lead claims of persons
    flaws      what its inspection found wrong
    until_ms   when the quote ends that this story came to
    trace      the trace that its request belongs to, None if it said nothing
    unclear    why the last post of a sale had no clear answer, by sale
    kept       what enrichers answered to the ping of this lead, by enricher
    talks      what was said to buyers and answered, until it is written as traffic
    subject    by what the lead is tallied, as it came; None for a test lead
    before     the state before the first of the unwritten events
    """

    __slots__ = (
        "before",
        "birth",
        "born",
        "chapters",
        "claims",
        "deals",
        "flaws",
        "kept",
        "key",
        "lead",
        "market",
        "notes",
        "plan",
        "state",
        "subject",
        "talks",
        "trace",
        "unclear",
        "until_ms",
        "unwritten",
        "unwritten_notes",
    )

    def __init__(self, lead: Lead, plan: Plan, market: Market, key: LeadKey, birth: Birth | None) -> None:
        self.lead = lead
        self.plan = plan
        self.market = market
        self.key = key
        self.birth = birth
        self.born: asyncio.Future[Written] | None = None
        self.state = State()
        self.chapters = 0
        self.unwritten: list[ev.Event] = []
        self.notes: Notes = {}
        self.unwritten_notes: Notes = {}
        self.deals: dict[str, Deal] = {}
        self.claims: tuple[Claim, ...] = ()
        self.unclear: dict[str, str] = {}
        self.flaws: tuple[Flaw, ...] = ()
        self.until_ms: int | None = None
        self.talks: list[Talk] = []
        self.trace: Trace | None = None
        self.before = self.state
        dimensions = dimensions_of(plan.campaign.dimensions, lead.facts)
        self.subject = None if lead.test else Subject(lead.source, lead.arrived_at_ms, dimensions)
        self.kept: dict[str, dict[str, Any]] = {}

    @property
    def id(self) -> LeadId:
        """The lead's id."""
        return self.lead.id

    def holds_its_sales(self) -> bool:
        """Is the deal of every sale at hand that is posting or uncertain?"""
        return all(s.id in self.deals for s in self.state.sales if s.status in ("posting", "uncertain"))

    def know(self, lead: Lead) -> None:
        """More is known of the lead: its facts decide from here on."""
        self.lead, self.plan = lead, replace(self.plan, facts=lead.facts)

    def tell(self, event: ev.Event) -> None:
        """Something happened: it counts at once and is written with the next chapter."""
        if not self.unwritten:
            self.before = self.state
        self.state = fold(self.state, event)
        self.unwritten.append(event)

    def witnessed(self, event: ev.Event) -> None:
        """Something happened that its commit has already written."""
        self.state = fold(self.state, event)

    def note(self, name: str, text: str | None) -> None:
        """Keep free text from outside, sealed beside the events."""
        if text:
            self.notes[name] = text
            self.unwritten_notes[name] = text

    def entry(self, salt: bytes, sealed: bytes | None, wishes: tuple[Wish, ...] = ()) -> Entry:
        """The next chapter: all that is unwritten. What it settles leaves the open deals."""
        self.chapters += 1
        entry = Entry(
            cell=self.lead.cell,
            lead_id=self.lead.id,
            n=self.chapters,
            events=self.unwritten,
            sealed=sealed,
            salt=salt,
            birth=self.birth,
            wishes=wishes,
            test=self.lead.test,
            subject=self.subject,
            before=self.before if self.unwritten else self.state,
        )
        if self.deals:
            entry.deals = {e.sale: self.deals[e.sale] for e in self.unwritten if isinstance(e, SETTLING)}
            for event in self.unwritten:
                if isinstance(event, CLEAR):
                    del self.deals[event.sale]
        self.birth, self.unwritten, self.unwritten_notes = None, [], {}
        return entry


CLEAR = (ev.Sold, ev.Rejected, ev.Settled)
SETTLING = (*CLEAR, ev.Unsure)
NOTES_OF_QUOTE = b"notes"


def encode_notes(notes: Notes) -> bytes:
    """Notes as they are sealed."""
    return msgspec.json.encode(notes)


def decode_notes(plain: bytes) -> Notes:
    """Notes as they were sealed."""
    return msgspec.json.decode(plain, type=Notes)


def traffic_seal(chapter: int) -> bytes:
    """The purpose for which the traffic that goes with a chapter is sealed."""
    return b"traffic %d" % chapter
