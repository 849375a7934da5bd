"""What waits for a person: the oldest first, decided by a key or a button, and then it is gone."""

import json

import pytest_asyncio
from playwright.async_api import expect

from harness.buyers import ACCEPT, Buyers, HangUp, bid
from harness.house import open_house, until
from harness.market import CHECKS, lead, nouns, offer
from outbid.api.auth import key_hash
from outbid.core.market.noun import Key
from outbid.store.people import users
from portal.walk import PASSWORD, USER

TEST_SECRET = "ob_of_tests"
ADULT = {
    "plugin": "rule",
    "on_flaw": "review",
    "settings": {"name": "adult", "require": {"fact": "birth_date.age", "at_least": 18}, "field": "birth_date"},
}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def buyers():
    async with Buyers() as found:
        found.on("a", ping=bid("10"), post=ACCEPT)
        yield found


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def house(worker_database, buyers):
    """Leads of who is no adult are held."""
    await worker_database.empty()
    market = nouns([offer("a", buyers.port)], campaign_more={"checks": [*CHECKS, ADULT]})
    market["key"]["test"] = Key(slug="test", holder="source", owner="web", hash=key_hash(TEST_SECRET), test=True)
    async with open_house(worker_database.url, worker_database.app_url, market) as found:
        await users.create(found.connection, USER, PASSWORD)
        yield found


def queue(walk):
    return walk.page.get_by_role("list", name="What waits").locator("> li")


async def held(house) -> str:
    return (await house.sell(lead(birth_date="2015-01-31"))).json["lead"]


async def unsure(house, buyers) -> str:
    def hang_up(got):
        raise HangUp

    buyers.on("a", post=hang_up)
    found = (await house.sell(lead())).json["lead"]
    buyers.on("a", post=ACCEPT)
    return found


async def becomes(house, lead_id: str, status: str) -> None:
    async def is_so() -> bool:
        return (await house.state(lead_id)).status == status

    await until(is_so)


async def test_nothing_waits_in_a_house_that_is_well(walk):
    await walk.go("/review")
    await expect(walk.page.get_by_text("Nothing waits.")).to_be_visible()
    await expect(walk.page.get_by_role("link", name="Review", exact=True)).to_be_visible()


async def test_an_empty_page_says_how_leads_come_to_be_held(walk):
    await walk.go("/review")
    await expect(walk.page.locator("#main")).to_contain_text("On flaw: review")
    await expect(walk.page.locator("#main").get_by_role("link", name="campaign")).to_have_attribute(
        "href", "/campaigns"
    )


async def test_a_held_test_lead_waits_too_as_a_test_and_its_page_says_until_when(walk, house):
    found = (await house.sell(lead(birth_date="2015-01-31"), key=TEST_SECRET)).json["lead"]
    await walk.go("/review")
    await expect(queue(walk)).to_have_count(1)
    await expect(queue(walk)).to_contain_text("test lead")
    await queue(walk).get_by_role("link").click()
    await expect(walk.page.get_by_text("(rule: adult, field birth_date). It waits for review until ")).to_be_visible()
    await expect(walk.page.get_by_text("then it is refused").first).to_be_visible()
    await expect(walk.page.get_by_text(str((await house.state(found)).waits_ms))).to_have_count(0)
    await walk.page.get_by_role("button", name="Refuse").click()
    await becomes(house, found, "refused")


async def test_leads_and_sales_stand_oldest_first_and_keys_decide_them(walk, house, buyers):
    first, second, third = await held(house), await unsure(house, buyers), await held(house)
    await walk.go("/review")
    await expect(queue(walk)).to_have_count(3)
    names = await queue(walk).get_by_role("link").all_inner_texts()
    assert names == [f"Lead {one[-6:]}" for one in (first, second, third)]
    await expect(queue(walk).nth(1)).to_contain_text("$10.00, which is held")
    await expect(walk.page.get_by_role("link", name="Review 3")).to_be_visible()
    await expect(queue(walk).nth(0).get_by_role("button", name="Release")).to_be_visible()
    await walk.page.keyboard.press("a")
    await becomes(house, first, "sold")
    await expect(queue(walk).nth(0)).to_contain_text(second[-6:])
    await walk.page.keyboard.press("r")
    await becomes(house, second, "unsold")
    await expect(queue(walk)).to_have_count(1)
    await queue(walk).get_by_role("button", name="Refuse").click()
    await becomes(house, third, "refused")
    await expect(walk.page.get_by_text("Nothing waits.")).to_be_visible()


async def test_what_waits_needs_the_operator_on_his_first_page(walk, house, buyers):
    await house.sell(lead())  # a house that never sold would be shown its first steps
    await unsure(house, buyers)
    await walk.go("/")
    needs = walk.page.get_by_role("region", name="Needs you")
    await expect(needs).to_contain_text("1 sale is uncertain. $10.00 held")
    await needs.get_by_role("link", name="Settle").click()
    await queue(walk).get_by_role("button", name="He bought").click()
    await expect(walk.page.get_by_text("Nothing waits.")).to_be_visible()
    answer = await walk.page.request.get(f"{walk.address}/v1/live/needs")
    assert json.loads(await answer.text()) == {"items": []}
