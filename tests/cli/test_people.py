"""A person found by phone or e-mail: who was shown what, and erased: nothing planted is found again, anywhere."""

import asyncio
import os
from pathlib import Path

import pytest
from msgspec import convert
from zstandard import ZstdDecompressor, ZstdError

from harness.buyers import ACCEPT, Buyers, Silence, bid, http
from harness.house import MASTER, House, open_house, request
from harness.market import lead, nouns, offer
from outbid.api.auth import key_hash
from outbid.cli.main import main
from outbid.core.lead.traffic import MOST_PLAIN_BYTES
from outbid.core.market.noun import Key

PERSON = {"email": "rosalind.m@example.com", "phone": "(512) 555-0147"}


@pytest.fixture
def outbid(database_url, tmp_path, monkeypatch, capsys):
    """A function that runs a command: (exit code, standard output, standard error)."""
    for name in [name for name in os.environ if name.startswith("OUTBID_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("OUTBID_DATABASE_URL", database_url)
    monkeypatch.setenv("OUTBID_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("OUTBID_MASTER_KEY", MASTER.hex())

    async def run(*words: str):
        capsys.readouterr()
        code = await asyncio.to_thread(main, words)
        return (code, *capsys.readouterr())

    return run


def market(port: int, *slugs: str) -> dict:
    found = nouns([offer(slug, port) for slug in slugs], campaign_more={"checks": []})
    found["key"]["house"] = convert({"slug": "house", "holder": "house", "hash": key_hash("ob_house")}, Key)
    return found


async def test_who_was_shown_what_of_a_person_is_found_by_phone_or_email(outbid, database_url, app_database_url):
    async with Buyers() as buyers:
        buyers.on("a", ping=bid("9"), post=ACCEPT)
        buyers.on("b", ping=bid("8"))
        async with open_house(database_url, app_database_url, market(buyers.port, "a", "b")) as house:
            by_both = (await house.sell(lead(**PERSON))).json["lead"]
            by_phone = (await house.sell(lead(phone="512.555.0147"))).json["lead"]
            somebody = (await house.sell(lead())).json["lead"]
            code, out, _ = await outbid("people", "exposure", "--phone", "+1 512 555 0147")
            assert code == 0
            lines = [line.split() for line in out.splitlines() if line.lstrip().startswith("ld_")]
            assert [(line[0], line[3], line[4]) for line in lines] == [
                (name, *who) for name in (by_both, by_phone) for who in (("a", "ping"), ("b", "ping"), ("a", "post"))
            ]
            assert "first_name email phone birth_date" in out
            assert somebody not in out
            code, out, _ = await outbid("people", "exposure", "--email", "Rosalind.M@Example.com")
            assert {word for word in out.split() if word.startswith("ld_")} == {by_both}
            for words, told in (
                ((), "say who is meant"),
                (("--phone", "12"), "--phone: The number has too few digits."),
                (("--email", "rosalind"), "--email: The address has no @."),
            ):
                code, out, err = await outbid("people", "exposure", *words)
                assert (code, out, told in err) == (1, "", True), err


async def test_traffic_is_printed_for_reading_and_the_look_put_on_record(outbid, database_url, app_database_url):
    async with Buyers() as buyers:
        buyers.on("a", ping=bid("9", "tok-1"), post=http(200, b'{"accepted": true, "note": "\\u001b[2J"}'))
        async with open_house(database_url, app_database_url, market(buyers.port, "a", "gone")) as house:
            name = (await house.sell(lead(zip="73301"))).json["lead"]
            code, out, err = await outbid("leads", "traffic", name[-8:], "--reason", "case 7")
            assert (code, err) == (0, "")
            assert f"> POST http://127.0.0.1:{buyers.port}/a/ping" in out
            assert '>   "zip": "73301",' in out
            assert '<   "ping_id": "tok-1"' in out
            assert "\x1b" not in out
            look = await house.connection.fetchrow("select who, what, reason from look")
            assert (look["what"], look["reason"], look["who"][:13]) == ("traffic", "case 7", "command line:")
            code, out, err = await outbid("leads", "traffic", name, "--reason", "")
            assert (code, out, "say why" in err) == (1, "", True)


WORDS = (
    "token", "pinged", "header", "reference", "redirect", "posted", "cookie", "passed", "raved", "broke", "refused",
    "rejected", "ranted", "name", "mailbox", "undeclared",
)  # fmt: skip
MARKERS = {word: f"Qmark{word}q7" for word in WORDS}


def _plant(buyers: Buyers) -> None:
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


async def _found(house: House) -> list[str]:
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


async def test_nothing_of_an_erased_person_is_found_in_the_database_again(
    outbid, database_url, app_database_url, caplog
):
    person = lead(
        first_name=MARKERS["name"],
        email=f"{MARKERS['mailbox']}@example.com",
        phone=PERSON["phone"],
        street=MARKERS["undeclared"],
        utm={"term": [MARKERS["undeclared"]]},
        birth_date="1980-01-31",
    )
    async with Buyers() as buyers:
        _plant(buyers)
        async with open_house(database_url, app_database_url, market(buyers.port, *BUYERS)) as house:
            name = (await house.sell(person, headers=(f"Idempotency-Key: {MARKERS['undeclared']}",))).json["lead"]
            shown = [
                (
                    await request(house.port, "GET", f"/v1/leads/{name}/{what}?reason=case+7", key="ob_house")
                ).body.decode()
                for what in ("fields", "traffic")
            ]
            seen = {marker for marker in MARKERS.values() if any(marker in text for text in shown)}
            assert seen == set(MARKERS.values()) - {MARKERS["cookie"]}, "all that was planted is kept, but for a cookie"
            assert await _found(house) == []

            code, out, _ = await outbid("people", "erase", "--phone", PERSON["phone"])
            assert (code, out) == (0, "1 lead of this person: 1 erased now, 0 before, 0 not yet.\n")
            code, out, _ = await outbid("people", "erase", "--phone", PERSON["phone"])
            assert (code, out) == (0, "1 lead of this person: 0 erased now, 1 before, 0 not yet.\n")
            for what in ("fields", "traffic"):
                answer = await request(house.port, "GET", f"/v1/leads/{name}/{what}?reason=case+7", key="ob_house")
                assert (answer.status, answer.json["code"]) == (410, "lead_erased")
            assert await _found(house) == []
            assert await house.connection.fetchval("select count(*) from lead_key") == 0
            await house.connection.execute("checkpoint")
            folder = Path(await house.connection.fetchval("show data_directory"))
        exposure = (await outbid("people", "exposure", "--phone", PERSON["phone"]))[1]
    assert exposure.count(name) == 11, "eight pings and three posts: who was shown something stays known"
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert [
        path.name for path in files if any(marker.encode() in path.read_bytes() for marker in MARKERS.values())
    ] == []
    assert [marker for marker in MARKERS.values() if marker in caplog.text] == []


async def test_a_lead_that_waits_is_not_erased_before_it_is_settled(outbid, database_url, app_database_url):
    def silent(got):
        raise Silence

    async with Buyers() as buyers:
        buyers.on("a", ping=bid("9"), post=silent)
        async with open_house(database_url, app_database_url, market(buyers.port, "a")) as house:
            name = (await house.sell(lead(**PERSON))).json["lead"]
            code, out, _ = await outbid("people", "erase", "--email", PERSON["email"])
            assert code == 1
            assert out.startswith("1 lead of this person: 0 erased now, 0 before, 1 not yet.\n")
            assert f"{name} is open or has an uncertain sale: settle it, then erase again" in out
