"""Deliveries made from presets are tried without anybody: the sandbox answers in the platform's tongue."""

from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.house import open_house, request
from outbid.core.dialect.sandbox import sandbox_target, script_of
from outbid.core.lead import event as ev
from outbid.plugins.presets import names, preset, tongue
from outbid.store.sealed import secrets
from presets.markets import ann, buying, delivery, secrets_of

PINGED = [name for name in names() if "ping_url" in preset(name).delivery.settings]


async def sold_to(urls, name, ping, post):
    """How a lead ends that goes to a buyer so played, and the outcome and reason of his bid."""
    blanks = {"post_url": f"sandbox:{post}"} | ({"ping_url": f"sandbox:{ping}"} if name in PINGED else {})
    async with open_house(*urls) as house:
        for secret in secrets_of(name):
            await secrets.put(house.connection, house.process.exchange.vault, secret, "their-word", "t")
        await house.change(buying(name, delivery(name, 9, **blanks)))
        found = (await house.sell(ann(sub_id=f"{ping} {post}"))).json
        events = await house.events(found["lead"])
        bids = [line for event in events if isinstance(event, ev.Pinged) for line in event.bids]
        refused = [event.reason for event in events if isinstance(event, ev.Rejected)]
        return found, [(line.outcome, line.reason) for line in bids], refused


@pytest.mark.parametrize("name", names())
async def test_a_lead_is_sold_to_a_buyer_of_the_sandbox_who_speaks_it(database_url, app_database_url, name):
    urls = database_url, app_database_url
    found, _, _ = await sold_to(urls, name, f"accept?bid=10&as={name}", f"accept?as={name}")
    assert (found["outcome"], found["price"]) == ("sold", "8.00")


@pytest.mark.parametrize("name", names())
async def test_he_refuses_and_knows_the_person_in_his_own_words(database_url, app_database_url, name):
    urls = database_url, app_database_url
    bids = f"accept?bid=10&as={name}"
    assert (await sold_to(urls, name, bids, f"reject?as={name}"))[2] == ["rejected"]
    assert (await sold_to(urls, name, bids, f"duplicate?as={name}"))[2] == ["buyer_duplicate"]


@pytest.mark.parametrize("name", PINGED)
async def test_he_makes_no_bid_in_his_own_words(database_url, app_database_url, name):
    urls = database_url, app_database_url
    for none in ("reject", "duplicate"):
        _, bids, _ = await sold_to(urls, name, f"{none}?as={name}", f"accept?as={name}")
        assert bids == [("pass", "no_bid")], none


@pytest.mark.parametrize(
    ("ping", "post", "outcome", "bid"),
    [
        ("broken?as=boberdoo", "accept?as=boberdoo", "unsold", ("nonsense", "nonsense")),
        ("silent?as=boberdoo", "accept?as=boberdoo", "unsold", ("late", "late")),
        ("slow?bid=9&ms=60000&as=boberdoo", "accept?as=boberdoo", "unsold", ("late", "late")),
        ("slow?bid=10&ms=20&as=boberdoo", "broken?as=boberdoo", "pending", ("bid", "")),
        ("accept?bid=10,4&as=boberdoo", "slow?ms=20&as=boberdoo", "sold", ("bid", "")),
        ("accept?bid=10&as=boberdoo", "silent?as=boberdoo", "pending", ("bid", "")),
    ],
)
async def test_he_is_broken_silent_slow_and_lists_bids(database_url, app_database_url, ping, post, outcome, bid):
    found, bids, _ = await sold_to((database_url, app_database_url), "boberdoo", ping, post)
    assert (found["outcome"], bids) == (outcome, [bid])


def test_several_bids_are_listed_as_the_platform_lists_them():
    body = script_of("accept?bid=10,4&token=7&as=boberdoo#ping", tongue).body.decode()
    assert "<bid><bid_id>7.1</bid_id><seller_company_name>Brand 1</seller_company_name>" in body
    assert "<bid_id>7.2</bid_id>" in body
    assert "<bid>" not in script_of("accept?bid=10&as=boberdoo#ping", tongue).body.decode()


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("accept?bid=5&as=nobody", "there is no preset 'nobody'; there are: boberdoo, cake"),
        ("accept?bid=5&as=cake", "as=cake is not pinged"),
        (f"accept?bid={','.join(['5'] * 21)}&as=boberdoo", "write at most 20"),
        ("accept?bid=5,4&as=phonexa", "as=phonexa lists none"),
        ("accept?bid=5,4", "only a platform that lists bids has several"),
        ("accept?as=boberdoo", "is pinged and bids nothing"),
        ("accept?bid=0&as=boberdoo", "more than zero"),
        ("accept?bid=5&as=boberdoo#ping", "what follows # in an address is never sent"),
        ("says?as=boberdoo", "has no parameter 'as'"),
    ],
)
def test_an_address_that_cannot_be_is_refused(address, sentence):
    with pytest.raises(ValueError, match=sentence.replace("?", r"\?")):
        sandbox_target(f"sandbox:{address}", pinged=True, tongues=tongue)


@given(
    st.sampled_from(["accept", "slow", "reject", "duplicate", "broken", "silent"]),
    st.sampled_from(names()),
    st.dictionaries(st.sampled_from(["bid", "token", "reference", "redirect", "reason", "ms"]), st.text(max_size=8)),
    st.sampled_from(["", "#ping"]),
)
def test_whatever_stands_in_an_address_it_is_answered_or_refused(buyer, name, parameters, step):
    try:
        script = script_of(f"{buyer}?{urlencode(parameters | {'as': name})}{step}", tongue)
    except ValueError:
        return
    assert 200 <= script.status < 600


async def test_traffic_tells_the_address_as_it_was_written(database_url, app_database_url):
    async with open_house(database_url, app_database_url) as house:
        await secrets.put(house.connection, house.process.exchange.vault, "boberdoo-key", "their-word", "t")
        made = delivery(
            "boberdoo", 9, ping_url="sandbox:accept?bid=10&as=boberdoo", post_url="sandbox:accept?as=boberdoo"
        )
        await house.change(buying("boberdoo", made))
        name = (await house.sell(ann())).json["lead"]
        answer = await request(house.port, "GET", f"/v1/leads/{name}/traffic?reason=case+7", key="ob_house")
        assert [call["url"] for call in answer.json["calls"]] == [
            "sandbox:accept?bid=10&as=boberdoo",
            "sandbox:accept?as=boberdoo",
        ]
        assert "their-word" not in answer.body.decode()
