"""What one lead asks the store to write in one commit, and what comes back."""

from collections.abc import Iterable

import msgspec

from outbid.core.contract import Conflict
from outbid.core.lead import event as ev
from outbid.core.lead.state import State
from outbid.core.ledger.account import Account
from outbid.core.ledger.moves import Deal
from outbid.core.tally.dimension import Subject


class Request(msgspec.Struct, frozen=True):
    """What tells a seller's repeated request: the keyed hash of his key, or of the body where he sends none."""

    key_hash: bytes
    body_hash: bytes
    expires_at_ms: int


class Birth(msgspec.Struct, frozen=True):
    """The rows of a lead that are written once. `facts` is JSON; `persons` are keyed hashes of phone and e-mail.

    `request` is how the lead came, if a repetition of that shall not make a second one; `quote` the id of its quote.
    """

    source: int
    campaign: int
    version: int
    test: bool
    arrived_at_ms: int
    facts: bytes
    sealed: bytes
    wrapped_key: bytes
    key_version: int
    persons: tuple[bytes, ...] = ()
    request: Request | None = None
    quote: bytes | None = None


class Claim(msgspec.Struct, frozen=True):
    """A claim on a person, by keyed hash."""

    hash: bytes
    scope: str
    name: str
    expires_at_ms: int


class Wish(msgspec.Struct, frozen=True):
    """A hold that the batch decides: the posting event and the deal if there is room in all accounts.

    `version` is the market's that the lead pinned: what was paused after it is not sold. `honour`: caps may be passed,
    wallets never. `claims`: the person is claimed for the buyer, or the hold is not made; nor is it if one of `listed`,
    (keyed hash, owner), stands on a suppression list.
    """

    version: int
    posting: ev.Posting
    deal: Deal
    accounts: tuple[Account, ...]
    honour: bool = False
    claims: tuple[Claim, ...] = ()
    listed: tuple[tuple[bytes, str], ...] = ()


class Job(msgspec.Struct, frozen=True):
    """Something that somebody has to do at `run_at_ms` or later (see `store/jobs`). `payload` is JSON.

    leads  whose work of this kind is done together: a batch puts one job for all of them, with their names
    """

    id: bytes
    kind: str
    key: str
    payload: bytes
    run_at_ms: int
    leads: tuple[str, ...] = ()


JobRow = tuple[bytes, str, str, bytes, int]


def job_rows(jobs: Iterable[Job]) -> list[JobRow]:
    """The jobs of a batch as rows: of those that name leads one for each kind, from when the first is due."""
    rows: list[JobRow] = []
    joined: dict[str, list[Job]] = {}
    for job in jobs:
        if job.leads:
            joined.setdefault(job.kind, []).append(job)
        else:
            rows.append((job.id, job.kind, job.key, job.payload, job.run_at_ms))
    for kind, some in joined.items():
        payload = msgspec.json.encode({"leads": [lead for job in some for lead in job.leads]})
        rows.append((some[0].id, kind, some[0].key, payload, min(job.run_at_ms for job in some)))
    return rows


class Entry(msgspec.Struct):
    """One chapter to write: the n-th of this lead, with all that follows from its events.

    wishes   holds that the batch decides, in this order
    deals    every deal that an event of this entry settles, by sale
    status   (status, reason) if the lead's status row changes
    gives_up the claims of a lead that was not sold, and of each sale that was rejected, given back
    test     of a test lead: its events move nothing
    jobs     put with the chapter, but for those whose key an open job has
    traffic  what was said to buyers and answered, packed and sealed, where this chapter carries it
    subject  by what the events are tallied; None for a lead that counts nothing
    before   the fold of all earlier chapters
    """

    cell: int
    lead_id: bytes
    n: int
    events: list[ev.Event]
    sealed: bytes | None = None
    salt: bytes = b""
    birth: Birth | None = None
    claims: tuple[Claim, ...] = ()
    wishes: tuple[Wish, ...] = ()
    deals: dict[str, Deal] = {}
    status: tuple[str, str] | None = None
    gives_up: tuple[Claim, ...] = ()
    test: bool = False
    jobs: tuple[Job, ...] = ()
    traffic: bytes | None = None
    subject: Subject | None = None
    before: State = State()


class Written(msgspec.Struct, frozen=True):
    """The entry is durable. `held` is what stands in the chapter for each wish: its posting, or what had no room."""

    conflicts: tuple[Conflict, ...] = ()
    held: tuple[ev.Posting | ev.NoRoom, ...] = ()


class Repeat(msgspec.Struct, frozen=True):
    """The request made a lead before, so this one made none. `same` tells whether the bodies are the same."""

    cell: int
    lead_id: bytes
    same: bool


class EntryFailed(Exception):
    """This entry alone cannot be written; nothing of it was."""


class NotRecorded(EntryFailed):
    """The entry waited too long for the database and was taken back: nothing of it was, or will be, written."""


class Repeated(EntryFailed):
    """The seller sent the request before: nothing of this lead was written, the other one stands for it."""

    def __init__(self, repeat: Repeat) -> None:
        super().__init__("the request was sent before")
        self.repeat = repeat


class Superseded(EntryFailed):
    """Another process writes this lead: here it is dropped."""


class Fenced(Exception):
    """The lane's lease ran out and another process took its leads: everything in flight here is dropped."""


class ConnectionLost(Exception):
    """The database went away; `in_commit` if the batch may have become durable all the same."""

    def __init__(self, in_commit: bool) -> None:
        super().__init__("the connection to the database was lost")
        self.in_commit = in_commit
