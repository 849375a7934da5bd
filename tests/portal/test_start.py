"""An empty house: what is missing, what to do next, and a campaign in one click."""

import pytest_asyncio
from playwright.async_api import expect

from harness.house import open_house
from outbid.store.people import users
from portal.walk import PASSWORD, USER


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def house(worker_database):
    """Nothing but somebody who may sign in."""
    await worker_database.empty()
    async with open_house(worker_database.url, worker_database.app_url, {}) as found:
        await users.create(found.connection, USER, PASSWORD)
        yield found


async def told(walk) -> dict[str, bool]:
    answer = await walk.page.request.get(f"{walk.address}/v1/start")
    return {step["step"]: step["done"] for step in (await answer.json())["steps"]}


def steps(walk):
    return walk.page.get_by_role("list", name="Steps to the first sale").locator("> li")


async def test_an_empty_house_shows_the_steps_and_makes_a_campaign_of_a_vertical_in_one_click(walk):
    await walk.go("/")
    assert list((await told(walk)).values()) == [False] * 6
    await expect(steps(walk)).to_have_count(6)
    await expect(steps(walk).nth(0)).to_have_attribute("aria-current", "step")
    await walk.page.get_by_role("combobox", name="Kind of lead").click()
    await walk.page.get_by_role("option", name="Solar").click()
    await walk.page.get_by_role("button", name="Make the campaign").click()
    await expect(steps(walk).nth(1)).to_have_attribute("aria-current", "step")
    assert [name for name, done in (await told(walk)).items() if done] == ["campaign"]
    made = await (await walk.page.request.get(f"{walk.address}/v1/campaigns/solar")).json()
    vertical = await (await walk.page.request.get(f"{walk.address}/v1/verticals/solar")).json()
    assert made == vertical["campaign"] | {"name": vertical["title"]}
    await expect(walk.page.get_by_role("link", name="New seller")).to_have_attribute("href", "/sellers/new")


async def test_the_page_of_the_steps_and_a_new_campaign_offer_the_same(walk):
    await walk.go("/start")
    await expect(walk.page.get_by_text("1 of 6 steps done")).to_be_visible()
    await walk.page.get_by_role("link", name="Solar", exact=True).click()
    await expect(walk.page.get_by_role("heading", level=1)).to_have_text("Solar")
    await walk.go("/campaigns/new")
    await walk.page.get_by_role("combobox", name="Kind of lead").click()
    await walk.page.get_by_role("option", name="Mortgage").click()
    await walk.page.get_by_role("button", name="Fill in the form").click()
    await walk.page.get_by_role("button", name="Make campaign").click()
    await expect(walk.page).to_have_url(f"{walk.address}/campaigns/mortgage")
    answer = await walk.page.request.get(f"{walk.address}/v1/campaigns/mortgage")
    assert answer.status == 200


async def test_who_may_only_read_sees_the_steps_and_no_button(walk, house):
    await users.create(house.connection, "rita", PASSWORD, role="viewer")
    await walk.page.get_by_role("button", name="Sign out").click()
    await walk.page.get_by_label("Name").fill("rita")
    await walk.page.get_by_label("Password", exact=True).fill(PASSWORD)
    await walk.page.get_by_role("button", name="Sign in").click()
    await walk.page.locator("#main").wait_for()
    await walk.go("/start")
    await expect(steps(walk)).to_have_count(6)
    for name in ("New seller", "Make the campaign"):
        await expect(walk.page.get_by_text(name, exact=True)).to_have_count(0)
