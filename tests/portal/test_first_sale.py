"""From an empty house to a test lead that is sold, with the slips of somebody who does it for the first time."""

import pytest_asyncio
from playwright.async_api import expect

from harness.house import open_house
from outbid.store.people import users
from portal.walk import PASSWORD, USER

PASTE = """text => {
    const clipboardData = new DataTransfer();
    clipboardData.setData('text/plain', text);
    document.activeElement.dispatchEvent(new ClipboardEvent('paste', {clipboardData, bubbles: true, cancelable: true}));
}"""
"""Pastes into what has the focus, as a column copied from a sheet arrives."""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def house(worker_database):
    """Nothing but somebody who may sign in."""
    await worker_database.empty()
    async with open_house(worker_database.url, worker_database.app_url, {}) as found:
        await users.create(found.connection, USER, PASSWORD)
        yield found


async def kept(walk, path: str) -> dict:
    answer = await walk.page.request.get(f"{walk.address}/v1/{path}")
    assert answer.status == 200, await answer.text()
    return await answer.json()


async def make(walk, word: str, name: str) -> None:
    """Fill in the name alone, which has the focus, and save by keys: the slug follows the name."""
    await expect(walk.page.get_by_label("Name", exact=True)).to_be_focused()
    await walk.page.keyboard.type(name)
    await walk.page.keyboard.press("Control+s")
    await walk.page.wait_for_url(f"{walk.address}/{word}s/{name.lower().replace(' ', '-')}")


async def names_alone_make_a_seller_his_source_and_a_buyer(walk) -> None:
    page = walk.page
    await walk.go("/")
    await page.get_by_role("combobox", name="Kind of lead").click()
    await page.get_by_role("option", name="Auto insurance").click()
    await page.get_by_role("button", name="Make the campaign").click()
    await expect(page.get_by_text("Made: the campaign")).to_be_visible()  # until then the steps may still move
    await page.get_by_role("link", name="New seller").click()
    await make(walk, "seller", "Bright Leads")
    await page.get_by_role("link", name="New source").click()
    await page.get_by_role("combobox", name="Campaign").click()
    await page.get_by_role("option", name="Auto insurance").click()
    await page.get_by_label("Name", exact=True).focus()
    await make(walk, "source", "Web")
    assert (await kept(walk, "sources/web"))["seller"] == "bright-leads"
    await walk.go("/buyers/new")
    await make(walk, "buyer", "Acme")


async def a_refusal_leads_to_its_place_each_time_and_is_gone_when_that_is_mended(walk) -> None:
    page = walk.page
    await walk.go("/offers/new?campaign=auto_insurance&buyer=acme")
    await page.get_by_label("Name", exact=True).fill("Acme Auto")
    await expect(page.get_by_role("combobox", name="Tier")).to_have_value("main")
    save = page.get_by_role("button", name="Make offer")
    post = page.locator("[data-pointer='/delivery/settings/post_url']")
    for _ in range(2):
        await page.get_by_label("Name", exact=True).focus()
        await save.click()
        await expect(post).to_be_focused()
        await expect(post).to_be_in_viewport()
    walk.forgive("422")
    await post.fill("sandbox:accept")
    await expect(page.get_by_role("alert")).to_have_count(0)
    await page.get_by_label("Ping url").first.fill("sandbox:accept?bid=25")
    await page.get_by_role("button", name="+ Cap", exact=True).click()
    await post.focus()
    await save.click()
    whole = page.get_by_text("A cap names either leads or money.", exact=True)
    await expect(whole).to_be_focused()
    await expect(page.get_by_role("alert")).to_contain_text("Caps 1: A cap names either leads or money.")
    walk.forgive("422")
    leads = page.locator("[data-pointer='/caps/0/leads']")
    await leads.press_sequentially("10")
    await expect(whole).to_have_count(0)
    await expect(leads).to_be_visible()
    await save.click()
    await page.wait_for_url(f"{walk.address}/offers/acme-auto")
    made = await kept(walk, "offers/acme-auto")
    assert (made["tier"], made["caps"]) == ("main", [{"window": "day", "leads": 10}])


async def two_thousand_values_one_a_line_are_as_many_values(walk) -> None:
    page = walk.page
    zips = [str(10_000 + 37 * at) for at in range(2_000)]
    await walk.go("/offers/acme-auto")
    await page.get_by_role("button", name="Add a rule", exact=True).click()
    for label, option in (("Rule 1: fact", "zip"), ("Rule 1: test", "is one of")):
        await page.get_by_role("combobox", name=label).click()
        await page.get_by_role("option", name=option, exact=True).click()
    await page.get_by_role("combobox", name="Rule 1: values").focus()
    await page.evaluate(PASTE, "\r\n".join([*zips, zips[0], "78701"]))
    await expect(page.get_by_text("2,001 values")).to_be_visible()
    await page.keyboard.press("Control+s")
    await expect(page.get_by_text("Saved: Acme Auto.")).to_be_visible()
    saved = (await kept(walk, "offers/acme-auto"))["filter"]
    assert sorted(saved["all"][0]["one_of"]) == sorted([*zips, "78701"])


async def the_first_test_lead_is_sold_at_the_first_press_and_is_found(walk) -> None:
    page = walk.page
    await walk.go("/sources/web")
    await page.get_by_role("button", name="Send", exact=True).click()
    await expect(page.get_by_role("status").get_by_text("sold", exact=True)).to_be_visible(timeout=30_000)
    # Until the exchange has read the new key, the browser may have seen refusals.
    walk.faults = [fault for fault in walk.faults if "401" not in fault]
    await page.get_by_role("link", name="Why this came of it").click()
    await expect(page.get_by_text("A test lead: buyers are not asked")).to_be_visible()
    await walk.go("/leads")
    await page.get_by_role("button", name="Show it").click()
    await expect(page.locator("#main a[href^='/leads/ld_']")).to_have_count(1)


async def test_a_market_is_set_up_from_an_empty_house_with_the_slips_of_a_first_time(walk):
    await names_alone_make_a_seller_his_source_and_a_buyer(walk)
    await a_refusal_leads_to_its_place_each_time_and_is_gone_when_that_is_mended(walk)
    await two_thousand_values_one_a_line_are_as_many_values(walk)
    await the_first_test_lead_is_sold_at_the_first_press_and_is_found(walk)
