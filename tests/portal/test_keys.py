"""The help tells the keys of a page and of all pages, what it tells is so, and single keys can be switched off."""

import re

import pytest_asyncio
from playwright.async_api import Page, expect

from harness.market import lead
from portal.test_every_page import AXE, LOOK, RULES


@pytest_asyncio.fixture(scope="module", loop_scope="session", autouse=True)
async def sold(house):
    for _ in range(3):
        await house.sell(lead())


def keys(page: Page, of: str):
    """The rows of a part of the help: each a key and what it does."""
    return page.get_by_role("dialog", name="Keyboard").get_by_label(of).locator("> div")


async def shown(page: Page, of: str) -> dict[str, str]:
    rows = await keys(page, of).all()
    return {" ".join(await row.locator("kbd").all_inner_texts()): await row.locator("dd").inner_text() for row in rows}


async def test_the_help_opens_by_its_key_by_the_palette_and_by_its_button(walk):
    page = walk.page
    await walk.go("/leads")
    help_ = page.get_by_role("dialog", name="Keyboard")
    await page.keyboard.press("?")
    await expect(help_).to_be_visible()
    assert (await shown(page, "On this page"))["/"] == "search in the list"
    assert (await shown(page, "Everywhere"))["?"] == "these keys"
    assert (await shown(page, "Go to"))["G O"] == "Offers"
    await page.keyboard.press("Escape")
    await expect(help_).to_be_hidden()
    await page.keyboard.press("Control+k")
    await page.keyboard.type("keys of")
    await page.keyboard.press("Enter")
    await expect(help_).to_be_visible()
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name="Keyboard", exact=True).click()
    await expect(help_).to_be_visible()


async def test_the_help_tells_the_keys_of_the_page_that_is_seen_and_is_accessible(walk):
    page = walk.page
    await walk.go("/offers/a")
    await page.get_by_role("button", name="Save offer").wait_for()
    await page.keyboard.press("?")
    assert await shown(page, "On this page") == {"Ctrl S": "save the offer"}
    await page.evaluate(AXE.read_text(encoding="utf-8"))
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        assert await page.evaluate(LOOK, RULES) == []
    await page.keyboard.press("Escape")
    await walk.go("/")
    await expect(page.get_by_text("streaming")).to_be_visible()
    await page.keyboard.press("?")
    assert (await shown(page, "On this page"))["Space"] == "pause"


async def test_keys_do_what_the_help_tells(walk):
    page = walk.page
    await walk.go("/leads")
    rows = page.get_by_role("table", name="Leads").locator("tbody tr")
    await expect(rows).to_have_count(3)
    await page.keyboard.press("j")
    await page.keyboard.press("j")
    await expect(rows.nth(1).get_by_role("link").first).to_be_focused()
    await page.keyboard.press("k")
    await expect(rows.nth(0).get_by_role("link").first).to_be_focused()
    await page.keyboard.press("/")
    await expect(page.get_by_label("Find")).to_be_focused()
    await page.keyboard.type("jk?")
    await expect(page.get_by_label("Find")).to_have_value("jk?")
    await page.keyboard.press("Tab")
    await page.get_by_role("heading", level=1).focus()
    await page.keyboard.press("j")
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(re.compile(r"/leads/ld_"))


async def test_single_keys_are_switched_off_and_on(walk):
    page = walk.page
    await walk.go("/me")
    await page.get_by_role("switch", name="Single keys").press("Space")
    await walk.go("/leads")
    await expect(page.get_by_role("table", name="Leads").locator("tbody tr")).to_have_count(3)
    for key in ("?", "j", "/", "g", "o"):
        await page.keyboard.press(key)
    await expect(page.get_by_role("dialog", name="Keyboard")).to_be_hidden()
    await expect(page).to_have_url(f"{walk.address}/leads")
    assert await page.evaluate("document.activeElement === document.body")
    await page.get_by_role("button", name="Keyboard", exact=True).press("Enter")
    await expect(page.get_by_text("Keys that act by themselves are off")).to_be_visible()
    await page.get_by_role("link", name="Switch them on under You").press("Enter")
    await page.get_by_role("switch", name="Single keys").press("Space")
    await expect(page.get_by_role("dialog", name="Keyboard")).to_be_hidden()
    await page.get_by_role("heading", level=1).focus()
    await page.keyboard.press("?")
    await expect(page.get_by_role("dialog", name="Keyboard")).to_be_visible()
