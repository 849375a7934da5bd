"""The market's versions: what each changed in words, one change undone alone, and the way back asked before it is gone."""

import pytest_asyncio
from playwright.async_api import expect

from api.operator.asking import HOUSE_KEY, ask
from harness.house import open_house
from harness.market import nouns, offer
from outbid.api.auth import key_hash
from outbid.core.market.noun import Key
from outbid.store.people import users
from portal.walk import PASSWORD, USER


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def house(worker_database):
    """The price of one offer was changed, then a seller came."""
    await worker_database.empty()
    market = nouns([offer("a", 9, price="5")])
    market["key"]["house"] = Key(slug="house", holder="house", hash=key_hash(HOUSE_KEY))
    async with open_house(worker_database.url, worker_database.app_url, market) as found:
        await users.create(found.connection, USER, PASSWORD)
        assert (
            await ask(found, "PATCH", "/v1/offers/a", {"price": "24", "name": "LSM TX"}, If_Match="*")
        ).status == 200
        assert (await ask(found, "PUT", "/v1/sellers/new", {"name": "New"}, If_None_Match="*")).status == 201
        yield found


async def price(house) -> str:
    return (await ask(house, "GET", "/v1/offers/a")).json["price"]


async def version(house) -> int:
    return (await ask(house, "GET", "/v1/versions?limit=1")).json["items"][0]["number"]


async def test_the_list_says_what_each_version_changed(walk, house):
    await walk.go("/changes")
    rows = walk.page.locator("#main").get_by_role("row")
    await expect(rows.nth(1)).to_contain_text("new seller New")
    await expect(rows.nth(2)).to_contain_text("offer LSM TX: ")
    await expect(rows.nth(2)).to_contain_text("price 5 → 24")


async def test_one_change_is_undone_alone_after_it_was_looked_at(walk, house):
    page, changed = walk.page, await version(house) - 1
    await walk.go(f"/changes/{changed}")
    await page.get_by_role("button", name="Undo this change alone…").click()
    listed = page.get_by_role("list", name="What would change")
    await expect(listed.get_by_role("row", name="/price 24 5")).to_be_visible()
    act = page.get_by_role("button", name="Change 1 noun", exact=True)
    await expect(act).to_be_disabled()
    assert await price(house) == "24"
    await page.get_by_label(f"Type “undo {changed}”").fill(f"undo {changed}")
    await act.click()
    await expect(page.get_by_text(f"What version {changed} changed is undone")).to_be_visible()
    assert await price(house) == "5"
    assert (await ask(house, "GET", "/v1/sellers/new")).status == 200
    await page.get_by_role("button", name="Undo this change alone…").click()
    await expect(page.get_by_text("changed since: offer a")).to_be_visible()
    walk.forgive("409")


async def test_the_way_back_to_a_version_lists_every_noun_and_asks_for_words(walk, house):
    page, first = walk.page, await version(house) - 2
    await walk.go(f"/changes/{first}")
    await page.get_by_role("button", name=f"Return to version {first}…").click()
    listed = page.get_by_role("list", name="What would change").locator("> li")
    await expect(listed).to_have_count(2)
    await expect(listed.filter(has_text="seller new")).to_contain_text("would be removed")
    await page.get_by_label(f"Type “return to {first}”").fill(f"return to {first}")
    await page.get_by_role("button", name="Change 2 nouns").click()
    await expect(page.get_by_text(f"The market is as it was in version {first}")).to_be_visible()
    assert (await price(house), (await ask(house, "GET", "/v1/sellers/new")).status) == ("24", 404)
