"""A stub of every platform buys a lead through the real exchange by a delivery made from its preset, over real HTTP."""

import msgspec
import pytest

from harness.house import open_house
from outbid.core.contract import Ask, Binding
from outbid.core.dialect.wire import Response
from outbid.core.lead.value import Value
from outbid.plugins.presets import names
from outbid.plugins.registry import Registry
from outbid.store.sealed import secrets
from presets.markets import KIND, ann, buying, delivery, secrets_of
from presets.taking import WORD, takers

REDIRECTS = {"px": "https://n.test/", "phonexa": "https://n.test/r"}


def test_every_preset_has_a_stub():
    assert set(takers()) == set(names())
    assert len(names()) >= 12


@pytest.mark.parametrize("name", names())
async def test_a_stub_that_speaks_it_buys_a_lead(database_url, app_database_url, buyers, name):
    taker = takers()[name]
    for step in taker.wants:
        buyers.on(name, **{step: taker.reply(step)})
    async with open_house(database_url, app_database_url) as house:
        for secret in secrets_of(name):
            await secrets.put(house.connection, house.process.exchange.vault, secret, WORD, "t")
        await house.change(buying(name, delivery(name, buyers.port), buyers.port))
        sold = (await house.sell(ann())).json
        assert taker.faults == []
        assert (sold["outcome"], sold["price"]) == ("sold", "8.00"), sold
        assert sold.get("redirect") == REDIRECTS.get(name)
        assert len(buyers.posts(name)) == 1
        assert (await house.balance()).faults == ()


@pytest.mark.parametrize("mood", ["no", "duplicate", "nonsense"])
@pytest.mark.parametrize("name", names())
async def test_a_post_that_is_refused_is_no_sale(name, mood, database_url, app_database_url, buyers):
    taker = takers()[name]
    taker.moods["post"] = mood
    for step in taker.wants:
        buyers.on(name, **{step: taker.reply(step)})
    async with open_house(database_url, app_database_url) as house:
        for secret in secrets_of(name):
            await secrets.put(house.connection, house.process.exchange.vault, secret, WORD, "t")
        await house.change(buying(name, delivery(name, buyers.port), buyers.port))
        ended = (await house.sell(ann())).json
        assert taker.faults == []
        assert ended["outcome"] == ("pending" if mood == "nonsense" else "unsold"), ended


def bound(name):
    made = delivery(name, 9)
    plugin = Registry([]).get("deliveries", made["plugin"])
    known = {field.name: True for field in KIND.fields} | {"birth_date.age": False}
    ping_fields = tuple(field.name for field in KIND.fields if field.ping is True)
    binding = Binding(known, ping_fields, secrets=dict.fromkeys(secrets_of(name), WORD))
    return plugin, plugin.bind(msgspec.convert(made["settings"], plugin.Settings), binding)


def reply_of(name, step, mood):
    taker, (plugin, ready) = takers()[name], bound(name)
    lead = {key: Value(value=value, raw=value) for key, value in ann().items()}
    talk = getattr(plugin, step)(Ask(ann(), lead, lambda _: "r", 0, "USD", token="t"), ready)
    next(talk)
    status, body = taker.said(step, mood)
    with pytest.raises(StopIteration) as stop:
        talk.send(Response(status, (("content-type", "text/html"),), body.encode()))
    return stop.value.value


SPOKEN = [(name, step, mood) for name, taker in takers().items() for step, mood in taker.says]


@pytest.mark.parametrize(("name", "step", "mood"), SPOKEN)
def test_every_answer_of_the_platform_is_read_as_it_is_meant(name, step, mood):
    reply = reply_of(name, step, mood)
    meant = {("ping", "yes"): "bid", ("ping", "no"): "pass", ("post", "yes"): "accept"}.get((step, mood), "reject")
    assert reply.outcome == meant
    if mood == "duplicate":
        assert reply.reason == "buyer_duplicate"
    if (step, mood) == ("post", "no"):
        assert (reply.reason, bool(reply.said)) == ("rejected", name not in ("boberdoo",))


@pytest.mark.parametrize("name", names())
def test_a_page_of_html_is_nonsense_and_leaves_a_post_uncertain(name):
    if "ping" in takers()[name].wants:
        assert reply_of(name, "ping", "nonsense").outcome == "nonsense"
    found = reply_of(name, "post", "nonsense")
    assert (found.outcome, found.reason) == ("uncertain", "nonsense")
