"""A person marked in every value, buyers who write back marks in every way, and a search for them in the database."""

from zstandard import ZstdDecompressor, ZstdError

from harness.buyers import Buyers, Silence, bid, http
from harness.house import House
from harness.market import lead
from outbid.core.lead.traffic import MOST_PLAIN_BYTES

PERSON = {"email": "rosalind.m@example.com", "phone": "(512) 555-0147"}
WORDS = (
    "token", "pinged", "header", "reference", "redirect", "posted", "cookie", "passed", "raved", "broke", "refused",
    "rejected", "ranted", "name", "mailbox", "undeclared",
)  # fmt: skip
MARKERS = {word: f"Qmark{word}q7" for word in WORDS}


def plant(buyers: Buyers) -> None:
    """Every way in which a buyer can write back."""

    def silent(got):
        raise Silence

    buyers.on(
        "wins",
        ping=http(
            200,
            f'{{"accepted": true, "price": "20", "ping_id": "{MARKERS["token"]}", "note": "{MARKERS["pinged"]}"}}'.encode(),
            f"X-Note: {MARKERS['header']}",
        ),
        post=http(
            200,
            f'{{"accepted": true, "reference": "{MARKERS["reference"]}", "redirect": "https://x.test/{MARKERS["redirect"]}", "note": "{MARKERS["posted"]}"}}'.encode(),
            f"Set-Cookie: {MARKERS['cookie']}",
        ),
    )
    buyers.on("passes", ping={"accepted": False, "reason": MARKERS["passed"]})
    buyers.on("raves", ping=http(200, f"<html>{MARKERS['raved']}</html>".encode()))
    buyers.on("breaks", ping=http(500, f"oops {MARKERS['broke']}".encode()))
    buyers.on("refuses", ping=http(403, f"no {MARKERS['refused']}".encode()))
    buyers.on("rejects", ping=bid("30"), post={"accepted": False, "reason": MARKERS["rejected"]})
    buyers.on("rants", ping=bid("25"), post=http(404, f"what {MARKERS['ranted']}".encode()))
    buyers.on("sleeps", ping=silent)


BUYERS = ("wins", "passes", "raves", "breaks", "refuses", "rejects", "rants", "sleeps")


async def found_again(house: House) -> list[str]:
    """The markers in any column of any table, as text, in bytes, and in what inflates."""
    tables = await house.connection.fetch(
        "select oid::regclass::text as name from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace"
    )
    found: set[str] = set()
    for table in tables:
        for row in await house.connection.fetch(f"select t.*, t::text as whole from {table['name']} t"):
            for value in row.values():
                found |= _in(value if isinstance(value, bytes) else str(value).encode())
    return sorted(found)


def _in(value: bytes) -> set[str]:
    views = [value]
    for skipped in (0, 12):  # with and without the nonce of a seal
        try:
            views.append(ZstdDecompressor().decompress(value[skipped:], MOST_PLAIN_BYTES))
        except ZstdError:
            continue
    return {
        marker
        for marker in MARKERS.values()
        for view in views
        if marker.encode() in view or marker.lower().encode() in view
    }


def marked() -> dict:
    """A lead of the person, with a mark in each value that can hold one."""
    return lead(
        first_name=MARKERS["name"],
        email=f"{MARKERS['mailbox']}@example.com",
        phone=PERSON["phone"],
        street=MARKERS["undeclared"],
        utm={"term": [MARKERS["undeclared"]]},
        birth_date="1980-01-31",
    )
