"""A person found by phone or e-mail: who was shown what, and erased: nothing planted is found again, anywhere."""

import asyncio
import os
from pathlib import Path

import pytest
from msgspec import convert

from harness.buyers import ACCEPT, Buyers, Silence, bid, http
from harness.house import MASTER, open_house, request
from harness.marked import BUYERS, MARKERS, PERSON, found_again, marked, plant
from harness.market import lead, nouns, offer
from outbid.api.auth import key_hash
from outbid.cli.main import main
from outbid.core.market.noun import Key


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


def _holds(path: Path, markers) -> bool:
    """Does a file hold one of the markers? One that PostgreSQL has put away meanwhile holds nothing."""
    try:
        text = path.read_bytes() if path.is_file() else b""
    except FileNotFoundError:
        return False
    return any(marker.encode() in text for marker in markers)


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


async def test_nothing_of_an_erased_person_is_found_in_the_database_again(
    outbid, database_url, app_database_url, caplog
):
    async with Buyers() as buyers:
        plant(buyers)
        async with open_house(database_url, app_database_url, market(buyers.port, *BUYERS)) as house:
            name = (await house.sell(marked(), headers=(f"Idempotency-Key: {MARKERS['undeclared']}",))).json["lead"]
            shown = [
                (
                    await request(house.port, "GET", f"/v1/leads/{name}/{what}?reason=case+7", key="ob_house")
                ).body.decode()
                for what in ("fields", "traffic")
            ]
            seen = {marker for marker in MARKERS.values() if any(marker in text for text in shown)}
            assert seen == set(MARKERS.values()) - {MARKERS["cookie"]}, "all that was planted is kept, but for a cookie"
            assert await found_again(house) == []

            code, out, _ = await outbid("people", "erase", "--phone", PERSON["phone"])
            assert (code, out) == (0, "1 lead of this person: 1 erased now, 0 before, 0 not yet.\n")
            code, out, _ = await outbid("people", "erase", "--phone", PERSON["phone"])
            assert (code, out) == (0, "1 lead of this person: 0 erased now, 1 before, 0 not yet.\n")
            deeds = await house.connection.fetch("select who, what from look where reason = 'outbid people erase'")
            assert [(who.partition(":")[0], what) for who, what in deeds] == [("command line", "erased")]
            for what in ("fields", "traffic"):
                answer = await request(house.port, "GET", f"/v1/leads/{name}/{what}?reason=case+7", key="ob_house")
                assert (answer.status, answer.json["code"]) == (410, "lead_erased")
            assert await found_again(house) == []
            assert await house.connection.fetchval("select count(*) from lead_key") == 0
            await house.connection.execute("checkpoint")
            folder = Path(await house.connection.fetchval("show data_directory"))
        exposure = (await outbid("people", "exposure", "--phone", PERSON["phone"]))[1]
    assert exposure.count(name) == 11, "eight pings and three posts: who was shown something stays known"
    assert [path.name for path in folder.rglob("*") if _holds(path, MARKERS.values())] == []
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
