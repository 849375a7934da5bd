"""A buyer checks his own bid without us: what he is given, what it proves, and what it does not tell him."""

import json
from typing import Any

import pytest
import pytest_asyncio

from harness.buyers import ACCEPT, REJECT, Buyers, bid
from harness.house import open_house, request
from harness.market import lead, nouns, offer
from outbid import verify_bid
from outbid.api.auth import key_hash
from outbid.api.said.instants import utc
from outbid.core.ids import LEAD, parse
from outbid.core.market.noun import Key
from outbid.core.scope import HOUSE
from outbid.store.chain.walk import Walk

BIDS = {"fox": "30.50", "owl": "20.25", "elk": "1"}


@pytest_asyncio.fixture(scope="module", loop_scope="session", params=[False, True], ids=["closed", "open"])
async def told(request, worker_database):
    """A house, whether its campaign is open, and a lead that was sold by resale: fox bid most and rejected it."""
    await worker_database.empty()
    async with Buyers() as buyers:
        market = nouns(
            [offer("fox", buyers.port), offer("owl", buyers.port), offer("elk", buyers.port, floor="5")],
            campaign_more={"open": request.param},
        )
        for slug in BIDS:
            market["key"][slug] = Key(slug=slug, holder="buyer", owner=slug, hash=key_hash(f"ob_{slug}"))
            buyers.on(slug, ping=bid(BIDS[slug]), post=ACCEPT)
        buyers.on("fox", ping=bid(BIDS["fox"]), post=REJECT)
        async with open_house(worker_database.url, worker_database.app_url, market) as house:
            told = (await house.sell(lead())).json
            assert told["outcome"] == "sold"
            yield house, told["lead"], request.param


async def proof_of(house, name: str, slug: str, *, at: int | None = 0) -> dict[str, Any]:
    _, lead_id = parse(LEAD, name)
    number = next(o.buyer for o in house.process.exchange.market.offers.values() if o.slug == slug)
    reference = house.process.exchange.vault.reference(lead_id, number)
    when = "" if at is None else f"?at={utc(house.process.exchange.clock.now_ms() + at)}"
    answer = await request(house.port, "GET", f"/v1/buyer/proofs/{reference}{when}", key=f"ob_{slug}")
    return answer.json | {"status": answer.status}


def sentences(proof: dict[str, Any]) -> str:
    return "\n".join(verify_bid.check(proof))


async def test_whoever_was_asked_can_check_his_bid_and_what_he_paid(told):
    house, name, open_ = told
    fox, owl, elk = [sentences(await proof_of(house, name, slug)) for slug in BIDS]
    assert "fox: bid 30.5 USD" in fox
    assert "fox was posted at its own bid" in fox
    assert "was sold" not in fox
    assert "owl: bid 20.25 USD" in owl
    assert "was sold at 20.25 USD, not more than it was posted at." in owl
    assert "elk: bid 1 USD after" in elk
    assert "(below_floor)" in elk
    assert "posted" not in elk
    assert ("An open round: 3 were asked, 2 could win, the best at 30.5 USD." in elk) == open_
    assert ("fox bid most, and was posted." in fox) == open_


async def test_the_hashes_are_those_of_the_log(told):
    house, name, _ = told
    kept = {row["hash"].hex() for row in await house.connection.fetch("select hash from chapter")}
    for slug in BIDS:
        assert {chapter["hash"] for chapter in (await proof_of(house, name, slug))["chapters"]} <= kept
    assert (await Walk(house.connection, HOUSE, 0).run()).broken == 0


async def test_a_proof_shows_nobody_else_and_no_payout(told):
    house, name, open_ = told
    numbers = {o.slug: o.number for o in house.process.exchange.market.offers.values()}
    for slug in BIDS:
        proof = await proof_of(house, name, slug)
        shown = [json.loads("{" + line["line"] + "}") for chapter in proof["chapters"] for line in chapter["shown"]]
        assert {line["offer"] for line in shown if "offer" in line} == {numbers[slug]}
        assert not any("payout_micros" in line for line in shown)
        prices = {line["price_micros"] for line in shown if line.get("outcome") == "bid"}
        assert len(prices) == (3 if open_ else 1)
        text = json.dumps(proof)
        assert name not in text
        assert not any(other in text for other in BIDS if other != slug)


async def test_bidders_of_an_open_round_are_not_recognised_in_the_next(told):
    house, name, _ = told
    second = (await house.sell(lead())).json["lead"]
    hashes = [{leaf for chapter in (await proof_of(house, lead_, "elk"))["chapters"] for leaf in chapter["leaves"]}
              for lead_ in (name, second)]  # fmt: skip
    assert hashes[0].isdisjoint(hashes[1])


async def test_who_was_posted_need_not_say_when_and_nobody_sees_what_he_was_not_asked_for(told):
    house, name, _ = told
    assert (await proof_of(house, name, "owl", at=None))["status"] == 200
    assert (await proof_of(house, name, "elk", at=None))["code"] == "proof_unknown"
    assert (await proof_of(house, name, "elk", at=-600_000))["code"] == "proof_unknown"
    answer = await request(house.port, "GET", "/v1/buyer/proofs/x?at=2026-01-01T00:00:00Z", key="ob_elk")
    assert answer.json["code"] == "proof_unknown"


def _changed(proof: dict[str, Any], change) -> dict[str, Any]:
    copy = json.loads(json.dumps(proof))
    change(copy)
    return copy


def _line(proof: dict[str, Any], word: str) -> dict[str, Any]:
    return next(line for chapter in proof["chapters"] for line in chapter["shown"] if word in line["line"])


async def test_whatever_is_altered_in_a_proof_is_wrong(told):
    house, name, open_ = told
    owl = await proof_of(house, name, "owl")

    def cheaper(proof):
        line = _line(proof, "20250000")
        line["line"] = line["line"].replace("20250000", "20240000")

    def other_salt(proof):
        _line(proof, '"sold"')["salt"] = "00" * 16

    def other_leaf(proof):
        proof["chapters"][0]["leaves"][0] = "00" * 32

    def other_chain(proof):
        proof["chapters"][0]["prev_hash"] = "00" * 32

    changes = {cheaper: "is not what was sealed", other_salt: "is not what was sealed",
               other_leaf: "the hash of chapter 1 is not that of its lines",
               other_chain: "the hash of chapter 1 is not that of its lines"}  # fmt: skip
    for change, why in changes.items():
        with pytest.raises(verify_bid.Wrong, match=why):
            sentences(_changed(owl, change))
    if open_:
        with pytest.raises(verify_bid.Wrong, match="3 bids, and 1 of them are not shown"):
            sentences(_changed(owl, lambda proof: proof["chapters"][0]["shown"].remove(_line(proof, "30500000"))))


async def test_the_script_runs_alone_on_a_file(told, tmp_path, capsys):
    house, name, _ = told
    file = tmp_path / "proof.json"
    file.write_text(json.dumps(await proof_of(house, name, "owl")))
    assert verify_bid.main([str(file)]) == 0
    assert capsys.readouterr().out.endswith("The proof holds.\n")
    file.write_text("{}")
    assert verify_bid.main([str(file)]) == 1
    assert capsys.readouterr().out.startswith("WRONG: this is no proof")
    assert verify_bid.main([]) == 2


def sealed(*lines: str, methods=("highest_bid",)) -> dict[str, Any]:
    """A proof of made-up lines, rightly sealed."""
    salts = [bytes([number]) * 16 for number in range(len(lines))]
    leaves = [verify_bid.blake2s(line.encode() + salt).digest() for line, salt in zip(lines, salts, strict=True)]
    whole = verify_bid.blake2s(b"\2" + bytes(32) + b"".join(leaves)).hexdigest()
    shown = [{"leaf": n, "salt": salts[n].hex(), "line": line} for n, line in enumerate(lines) if line != '"hidden"']
    chapter = {"prev_hash": "00" * 32, "hash": whole, "leaves": [leaf.hex() for leaf in leaves], "shown": shown}
    return {"format": "outbid-proof-1", "rules": {"7": "first"}, "handicaps": {}, "offers": {"7": "oak"},
            "currency": "USD", "methods": list(methods), "chapters": [chapter]}  # fmt: skip


BID = '"offer":7,"outcome":"bid","price_micros":9000000'
ROUND = ('"type":"pinged","tier":0,"bids":2', '"offer":7', '"outcome":"bid","price_micros":9000000', '"hidden"')


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        ([BID, '"type":"posting","sale":"sl_1","offer":7,"price_micros":9000001'], "posted at 9.000001 USD, and bid 9 USD"),
        (['"offer":7,"outcome":"late"', '"type":"posting","sale":"sl_1","offer":7,"price_micros":1'], "did not bid"),
        ([BID, '"type":"posting","sale":"sl_1","offer":7,"price_micros":9000000', '"type":"sold","sale":"sl_1","price_micros":9000001'],
         "more than it was posted at"),
        ([*ROUND, '"outcome":"bid","price_micros":8000000'], "bid most and was not posted"),
    ],
)  # fmt: skip
def test_a_house_that_did_not_keep_to_its_rule_is_found(lines, why):
    with pytest.raises(verify_bid.Wrong, match=why):
        sentences(sealed(*lines))


def test_of_equal_bids_either_may_win_and_other_methods_follow_another_order():
    assert "as 1 more did" in sentences(sealed(*ROUND, '"outcome":"bid","price_micros":9000000'))
    assert "most" not in sentences(sealed(*ROUND, '"outcome":"bid","price_micros":1', methods=["round_robin"]))
