"""`outbid secrets`: a value comes from standard input, is never shown, and what the market refers to stays."""

import asyncio
import io
import os

import pytest

from harness.house import MASTER
from outbid.cli.main import main
from outbid.core.scope import HOUSE
from outbid.exchange.clock import noise_source
from outbid.store import database
from outbid.store.sealed import secrets
from outbid.store.vault import Vault

WORD = "planted-word-7"
MARKET = """
buyers: [{slug: b}]
campaigns:
  - slug: auto
    fields: [{name: zip, type: zip}]
    tiers: [{slug: main}]
offers:
  - slug: o
    buyer: b
    campaign: auto
    tier: main
    price: "5"
    delivery:
      plugin: form
      settings:
        post_url: https://b.example/post?key={secret:crm}
        headers:
          X-Api-Key: "{secret:crm}"
"""


@pytest.fixture
def outbid(database_url, monkeypatch, capsys, tmp_path):
    """A function that runs a command with something to read: (exit code, standard output, standard error)."""
    for name in [name for name in os.environ if name.startswith("OUTBID_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("OUTBID_DATABASE_URL", database_url)
    monkeypatch.setenv("OUTBID_MASTER_KEY", MASTER.hex())
    monkeypatch.setenv("OUTBID_DATA", str(tmp_path))
    (tmp_path / "market.yaml").write_text(MARKET, encoding="utf-8")

    async def run(*words: str, read: str = ""):
        monkeypatch.setattr("sys.stdin", io.StringIO(read))
        capsys.readouterr()
        code = await asyncio.to_thread(main, words)
        return (code, *capsys.readouterr())

    run.market = str(tmp_path / "market.yaml")
    return run


async def test_a_secret_is_set_from_standard_input_listed_and_removed(outbid):
    code, out, _ = await outbid("secrets", "set", "crm", read=f"{WORD}\n")
    assert (code, out) == (0, "The secret crm is set. The market refers to it as {secret:crm}\n")
    assert "set anew" in (await outbid("secrets", "set", "crm", "--note", "yearly", read=f"{WORD}\n"))[1]
    assert (await outbid("apply", outbid.market))[0] == 0
    code, out, _ = await outbid("secrets", "list")
    assert out.startswith("crm ")
    assert "offer o delivery/settings/headers/X-Api-Key" in out
    code, out, err = await outbid("secrets", "remove", "crm")
    assert (code, out) == (1, "")
    assert "offer o delivery/settings/post_url" in err
    await outbid("apply", "--yes", "-", read="offers: []\n")
    assert await outbid("secrets", "remove", "crm") == (0, "The secret crm is gone.\n", "")
    assert (await outbid("secrets", "remove", "crm"))[2] == (
        "outbid: there is no secret 'crm'; see: outbid secrets list\n"
    )


async def test_pem_is_taken_whole_and_kept_in_one_line(outbid, database_url):
    key = "-----BEGIN PRIVATE KEY-----\nMIGH\nAgEA\n-----END PRIVATE KEY-----\n"
    assert (await outbid("secrets", "set", "our-key", read=key))[0] == 0
    connection = await database.connect(database_url)
    try:
        kept = await secrets.values(connection, HOUSE, Vault({1: MASTER}, noise_source()))
    finally:
        await connection.close()
    assert kept == {"our-key": "-----BEGIN PRIVATE KEY----- MIGH AgEA -----END PRIVATE KEY-----"}


async def test_what_a_market_refers_to_and_is_not_there_is_told_with_line_and_column(outbid):
    code, out, err = await outbid("apply", outbid.market)
    assert (code, out) == (1, "")
    assert f"{outbid.market}:16:" in err
    assert f"{outbid.market}:18:" in err
    assert "there is no secret 'crm'; set it: outbid secrets set crm" in err


async def test_an_export_holds_the_reference_and_can_be_applied_again(outbid):
    await outbid("secrets", "set", "crm", read=WORD)
    await outbid("apply", outbid.market)
    _, out, _ = await outbid("export")
    assert WORD not in out
    assert "{secret:crm}" in out
    assert (await outbid("apply", "-", read=out))[1] == "Nothing changes: the market is already so.\n"


async def test_the_doctor_tells_of_secrets_that_stand_open_or_idle_or_do_not_open(outbid, monkeypatch):
    await outbid("secrets", "set", "crm", read=WORD)
    await outbid("secrets", "set", "idle", read=WORD)
    await outbid("apply", outbid.market)
    _, out, _ = await outbid("doctor")
    assert "the market refers to no secret called idle" in out
    assert "plain text" not in out
    assert WORD not in out
    open_text = MARKET.replace('"{secret:crm}"', WORD)
    await outbid("apply", "-", read=open_text)
    assert "the delivery of o holds a key or password as plain text" in (await outbid("doctor"))[1]
    monkeypatch.setenv("OUTBID_MASTER_KEY", bytes(32).hex())
    assert "the secret crm does not open" in (await outbid("doctor"))[2]


@pytest.mark.parametrize(
    ("name", "word", "told"),
    [
        ("Crm", "w", "'Crm' cannot be a name"),
        ("crm", "", "it is empty"),
        ("crm", "a\x07b", "control character"),
        ("crm", "é" * 2001, "4000 bytes"),
    ],
)
async def test_a_secret_that_cannot_be_is_refused(outbid, name, word, told):
    code, out, err = await outbid("secrets", "set", name, read=word)
    assert (code, out) == (1, "")
    assert told in err
    assert await outbid("secrets", "list") == (0, "", "")


async def test_the_doctor_names_offers_that_sell_to_the_sandbox(outbid):
    await outbid(
        "apply",
        "-",
        read=MARKET.replace("https://b.example/post?key={secret:crm}", "sandbox:accept").split("        headers")[0],
    )
    _, out, _ = await outbid("doctor")
    assert "o sells to the sandbox: its sales are booked, and nobody gets the leads" in out
