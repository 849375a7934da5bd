"""A house that wants codes of everybody leads who has none to set them up, and opens nothing else before."""

import re
import time
from base64 import b32decode

from playwright.async_api import expect

from outbid.core.people.totp import STEP_S, code_at
from outbid.store.people import users
from portal.test_people import sign_in_as
from portal.walk import PASSWORD, open_walk


async def test_whoever_signs_in_without_codes_sets_them_up_first(walk, house, browser):
    page = walk.page
    await users.create(house.connection, "olga", PASSWORD, "operator")
    await walk.go("/settings")
    await page.get_by_role("switch", name="Everybody signs in with a code of an app").click()
    await page.get_by_role("textbox", name="How sellers reach you").fill("leads@example.com")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("heading", name="Set up a code of an app")).to_be_visible()
    assert await house.connection.fetchval("select codes_wanted from house_setting")
    walk.faults = [fault for fault in walk.faults if "403" not in fault]  # what the page had asked for meanwhile
    async with open_walk(browser, house.port) as guest:
        await sign_in_as(guest, "olga")
        page = guest.page
        await expect(page.get_by_role("heading", name="Set up a code of an app")).to_be_visible()
        await expect(page.get_by_role("navigation")).to_have_count(0)
        await page.goto(f"{guest.address}/leads")
        await expect(page.get_by_role("heading", name="Set up a code of an app")).to_be_visible()
        await page.get_by_label("Your password, once more").fill(PASSWORD)
        await page.get_by_role("button", name="Begin").click()
        secret = b32decode(await page.locator("code").filter(has_text=re.compile("^[A-Z2-7]{32}$")).inner_text())
        await page.get_by_label("Code that the app shows").fill(code_at(secret, int(time.time()) // STEP_S))
        await page.get_by_role("button", name="Confirm").click()
        await expect(page.locator("li code")).to_have_count(10)
        await page.get_by_role("button", name="I kept the recovery codes: go on").click()
        await expect(page.get_by_role("heading", name="Leads", level=1)).to_be_visible()
        guest.faults = [fault for fault in guest.faults if "403" not in fault]
    await house.connection.execute("delete from house_setting")
    await users.remove(house.connection, "olga", "test")
