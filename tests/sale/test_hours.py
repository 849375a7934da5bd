"""Offers buy in their hours, by their orders and shares; caps bind slots, pairs and groups, and whoever they say."""

from datetime import UTC, datetime, timedelta

import msgspec

from harness.buyers import ACCEPT, bid
from harness.house import open_house, until
from harness.market import lead, nouns, offer
from harness.receipts import receipts_of
from outbid.core.lead import event as ev
from outbid.core.market.noun import Group


def day(ahead: int) -> str:
    return (datetime.now(UTC) + timedelta(days=ahead)).date().isoformat()


async def test_outside_its_hours_and_on_blocked_dates_an_offer_is_not_asked(database_url, app_database_url, buyers):
    for name in "abcd":
        buyers.on(name, ping=bid("9"), post=ACCEPT)
    never = {"days": [day_name(3)]}
    offers = [
        offer("a", buyers.port, zone="UTC", schedule={"slots": [never]}),
        offer("b", buyers.port, zone="UTC", schedule={"blocked": [day(-1), day(0), day(1)]}),
        offer("c", buyers.port, zone="UTC", order={"from": day(2)}),
        offer("d", buyers.port, zone="UTC", schedule={"slots": [{}]}, order={"from": day(-2), "to": day(2)}),
    ]
    async with open_house(database_url, app_database_url, nouns(offers)) as house:
        answer = await house.sell(lead())
        assert answer.json["outcome"] == "sold"
        assert [len(buyers.pings(name)) for name in "abcd"] == [0, 0, 0, 1]
        told = await receipts_of(house, answer)
        assert told["a"] == told["b"] == ("not_asked", "closed")
        assert told["c"] == ("not_asked", "order_to_come")


def day_name(ahead: int) -> str:
    return (datetime.now(UTC) + timedelta(days=ahead)).strftime("%a").lower()


async def test_an_order_buys_what_it_says_and_no_more(database_url, app_database_url, buyers):
    buyers.on("a", ping=bid("9"), post=ACCEPT)
    market = nouns([offer("a", buyers.port, order={"leads": 2, "from": day(-1)})])
    async with open_house(database_url, app_database_url, market) as house:
        outcomes = [(await house.sell(lead())).json["outcome"] for _ in range(3)]
        assert outcomes == ["sold", "sold", "unsold"]
        row = await house.connection.fetchrow("select owner, posted, ceiling from account where window_name = 'order'")
        assert (row["posted"], row["ceiling"]) == (2, 2)


async def test_a_slot_has_caps_of_its_own(database_url, app_database_url, buyers):
    buyers.on("a", ping=bid("9"), post=ACCEPT)
    slots = [
        {"days": [day_name(3)], "caps": [{"window": "slot", "leads": 0}]},
        {"caps": [{"window": "slot", "leads": 1}]},
    ]
    async with open_house(
        database_url, app_database_url, nouns([offer("a", buyers.port, zone="UTC", schedule={"slots": slots})])
    ) as house:
        assert [(await house.sell(lead())).json["outcome"] for _ in range(2)] == ["sold", "unsold"]
        assert await house.connection.fetchval("select window_name from account") == "slot daily 00:00-00:00"


async def test_who_buys_alone_buys_without_others_beside_him(database_url, app_database_url, buyers):
    for name, price in (("a", "9"), ("b", "8"), ("c", "7")):
        buyers.on(name, ping=bid(price), post=ACCEPT)
    shared = {"tiers": [{"slug": "main", "deadline_ms": 2000, "places": 3}]}
    alone = {"slots": [{"alone": True}]}

    def market(**who):
        return nouns([offer(name, buyers.port, **who.get(name, {})) for name in "abc"], campaign_more=shared)

    async with open_house(database_url, app_database_url, market(b={"schedule": alone})) as house:
        await house.sell(lead())
        assert [len(buyers.posts(name)) for name in "abc"] == [1, 0, 1]
        await house.change(market(a={"schedule": alone}))
        await house.sell(lead())
        assert [len(buyers.posts(name)) for name in "abc"] == [2, 0, 1]


async def test_caps_of_pairs_bind_the_pair_alone(database_url, app_database_url, buyers):
    for name in "ab":
        buyers.on(name, ping=bid("9" if name == "a" else "8"), post=ACCEPT)
    one = [{"window": "day", "leads": 1}]
    cases = [
        ({"source_more": {"buyer_caps": {"a": one}}}, {}, "source:1 buyer:1"),
        ({}, {"source_caps": {"web": one}}, "offer:1 source:1"),
    ]
    for more, of_offer, owner in cases:
        market = nouns([offer("a", buyers.port, **of_offer), offer("b", buyers.port)], **more)
        async with open_house(database_url, app_database_url, market) as house:
            first, second = len(buyers.posts("a")), len(buyers.posts("b"))
            for _ in range(2):
                assert (await house.sell(lead())).json["outcome"] == "sold"
            assert (len(buyers.posts("a")) - first, len(buyers.posts("b")) - second) == (1, 1)
            assert owner in {row["owner"] for row in await house.connection.fetch("select owner from account")}
            await house.change(nouns([offer("a", buyers.port), offer("b", buyers.port)]))
            await house.sell(lead())
            assert len(buyers.posts("a")) - first == 2, "a cap that is taken away binds nobody"


async def test_the_cap_of_a_group_binds_all_its_buyers(database_url, app_database_url, buyers):
    for name in "abc":
        buyers.on(name, ping=bid({"a": "9", "b": "8", "c": "7"}[name]), post=ACCEPT)
    together = {name: {"group": "holding"} for name in "ab"}
    market = nouns([offer(name, buyers.port) for name in "abc"], buyers=together)
    caps = [{"window": "day", "leads": 1}]
    market["group"] = {"holding": msgspec.convert({"slug": "holding", "caps": caps}, Group)}
    async with open_house(database_url, app_database_url, market) as house:
        for _ in range(3):
            await house.sell(lead())
        assert [len(buyers.posts(name)) for name in "abc"] == [1, 0, 2]
        assert len(buyers.pings("b")) == 1, "who has no room is not even asked"


async def test_an_offer_takes_part_in_its_share_of_what_matches(database_url, app_database_url, buyers):
    buyers.on("a", ping=bid("9"), post=ACCEPT)
    buyers.on("b", ping=bid("1"), post=ACCEPT)
    market = nouns([offer("a", buyers.port, share="30%"), offer("b", buyers.port)])
    async with open_house(database_url, app_database_url, market) as house:
        for _ in range(60):
            await house.sell(lead())
        asked = len(buyers.pings("a"))
        assert 6 <= asked <= 32, asked  # 18 expected; four standard deviations of 3.5 each way
        assert len(buyers.posts("a")) == asked
        assert len(buyers.posts("b")) == 60 - asked


async def test_a_paced_cap_has_room_only_as_the_day_goes_on(database_url, app_database_url, buyers):
    """A cap of the day that began just now has room for the first lead; the next ones wait, and are told so."""
    buyers.on("a", ping=bid("9"), post=ACCEPT)
    caps = [{"window": "day", "leads": 4, "paced": True}]
    now = datetime.now(UTC)
    market = nouns([offer("a", buyers.port, caps=caps, zone="UTC")])
    async with open_house(database_url, app_database_url, market) as house:
        clock = house.process.exchange.clock
        midnight_ms = int(datetime(now.year, now.month, now.day, tzinfo=UTC).timestamp() * 1000)
        course = house.process.exchange.paces
        answers = [await house.sell(lead()) for _ in range(4)]
        account = house.process.exchange.market.limits(
            *(
                next(iter(found.values()))
                for found in (house.process.exchange.market.sources, house.process.exchange.market.offers)
            )
        ).at(clock.now_ms())[0]
        due = 4 * course.course(account, 1).share(clock.now_ms())
        sold = sum(answer.json["outcome"] == "sold" for answer in answers)
        assert account.starts_at_ms == midnight_ms
        assert due <= sold <= due + 1
        if sold < 4:
            assert (await receipts_of(house, answers[-1]))["a"] == ("skipped", "paced")


async def test_a_lead_waits_in_a_queue_for_the_hour_in_which_an_offer_opens(database_url, app_database_url, buyers):
    """Whoever is closed is not asked; a queue tries again until one of its offers buys at that hour."""
    buyers.on("a", ping=bid("9"), post=ACCEPT)
    queue = {"tiers": [{"slug": "main", "deadline_ms": 500, "queue": {"every_s": 1, "until_s": 259_200}}]}
    tomorrow = {"slots": [{"days": [day_name(1)]}]}
    market = nouns([offer("a", buyers.port, zone="UTC", schedule=tomorrow)], campaign_more=queue)
    async with open_house(database_url, app_database_url, market) as house:
        answer = await house.sell(lead())
        name, exchange = answer.json["lead"], house.process.exchange

        async def was_tried_again() -> bool:
            return any(isinstance(event, ev.Due) for event in await house.events(name))

        await until(was_tried_again)
        assert (await house.state(name)).status == "queued"
        assert buyers.pings("a") == []

        class Tomorrow:
            def now_ms(self, clock=exchange.clock) -> int:
                return clock.now_ms() + 86_400_000

        exchange.clock = Tomorrow()

        async def is_sold() -> bool:
            return (await house.state(name)).status == "sold"

        await until(is_sold)
        assert len(buyers.posts("a")) == 1
