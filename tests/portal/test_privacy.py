"""A person's request is written down, he is found, told, saved as a file and erased; a lead is erased by itself."""

import json
import re

from playwright.async_api import expect

from harness.market import lead
from outbid.store.people import users
from portal.test_people import sign_in_as
from portal.walk import open_walk

PHONE = "(512) 555-0161"


async def test_a_request_is_written_down_and_the_person_found_saved_and_erased(walk, house):
    sold = (await house.sell(lead(first_name="Xanthippe", email="xan@example.com", phone=PHONE))).json["lead"]
    page = walk.page
    await walk.go("/privacy")
    await expect(page.get_by_text("No open request.")).to_be_visible()
    await page.get_by_role("button", name="Write one down").click()
    await page.get_by_role("textbox", name="Phone").first.fill("12")
    await page.get_by_role("button", name="Put on record").click()
    await expect(page.get_by_text("The number has too few digits.")).to_be_visible()
    walk.forgive("422")
    await page.get_by_role("textbox", name="Phone").first.fill(PHONE)
    await page.get_by_role("textbox", name="Reference").fill("ticket 61")
    await page.get_by_role("button", name="Put on record").click()
    row = page.get_by_role("table", name="Requests of persons").locator("tbody tr")
    await expect(row).to_contain_text("to be forgotten")
    await expect(row).to_contain_text(re.compile("4[45] days left"))
    await row.get_by_role("button", name="Answer").click()
    await expect(page).to_have_url(re.compile("request=[0-9a-f]{32}$"))

    finder = page.get_by_role("region", name="Find and erase a person")
    await finder.get_by_role("textbox", name="Why?").fill("ticket 61")
    await finder.get_by_role("button", name="Find", exact=True).click()
    leads = finder.get_by_role("table", name="Leads of this person").locator("tbody tr")
    await expect(leads).to_have_count(1)
    await expect(leads).to_contain_text(sold[-6:])
    await expect(finder.get_by_text("Told something of this person: a (1 ping, 1 post), b (1 ping).")).to_be_visible()
    async with page.expect_download() as begun:
        await finder.get_by_role("button", name="Save all that is held as a file").click()
    saved = json.loads((await (await begun.value).path()).read_text())
    assert [one["id"] for one in saved["leads"]] == [sold]
    assert "Xanthippe" in json.dumps(saved)

    await expect(finder.get_by_role("note")).to_contain_text("Not everywhere: auto takes persons of the house’s list")
    erase = finder.get_by_role("button", name="Erase 1 lead")
    await expect(erase).to_be_disabled()
    await finder.get_by_role("textbox", name="Type “erase 1 lead”").fill("erase 1 lead")
    await erase.click()
    await expect(finder.get_by_role("status")).to_contain_text("1 lead erased now, 0 before, 0 not yet.")
    await expect(page.get_by_text("No open request.")).to_be_visible()
    assert await house.connection.fetchval("select count(*) from lead_key") == 0
    assert await house.connection.fetchval("select count(*) from suppression where owner = 'house'") == 1
    looks = page.get_by_role("table", name="Looks").locator("tbody tr")
    for did in ("erased it", "saved all of it as a file", "found by phone, e-mail or request"):
        await expect(looks.filter(has_text=did).filter(has_text="ticket 61").first).to_contain_text("ana")
    assert "512" not in page.url


async def test_a_lead_is_erased_on_its_page_by_the_end_of_its_id(walk, house):
    sold = (await house.sell(lead(first_name="Xanthippe"))).json["lead"]
    other = (await house.sell(lead())).json["lead"]
    page = walk.page
    await walk.go(f"/leads/{sold}")
    await page.get_by_role("button", name="Erase…").click()
    card = page.get_by_role("region", name="Erase this lead")
    await expect(card).to_contain_text("The key of this lead will be destroyed")
    button = card.get_by_role("button", name="Erase 1 lead")
    await card.get_by_role("textbox", name="Type “").fill(sold[-6:])
    await expect(button).to_be_disabled()
    await card.get_by_role("textbox", name="Why?").fill("case 62")
    await button.click()
    await expect(page.get_by_text("nobody can read these fields any more")).to_be_visible()
    await expect(page.get_by_role("button", name="Erase…")).to_have_count(0)
    kept = await house.connection.fetchval("select count(*) from lead_key")
    assert kept == 1, other
    why = await house.connection.fetchval("select reason from look where what = 'erased' order by at desc limit 1")
    assert why == "case 62"


async def test_a_viewer_finds_nobody_and_erases_nothing(house, browser):
    sold = (await house.sell(lead())).json["lead"]
    await users.create(house.connection, "vera", "correct horse battery", "viewer")
    async with open_walk(browser, house.port) as walk:
        await sign_in_as(walk, "vera")
        await walk.page.locator("#main").wait_for()
        await walk.go("/privacy")
        await expect(walk.page.get_by_text("Owners and operators find persons")).to_be_visible()
        for name in ("Find", "Write one down", "Answer"):
            await expect(walk.page.get_by_role("button", name=name)).to_have_count(0)
        await walk.go(f"/leads/{sold}")
        await expect(walk.page.get_by_text("Bids against the floor")).to_be_visible()
        for name in ("Erase…", "Run again, dry", "Show the fields", "Show the traffic"):
            await expect(walk.page.get_by_role("button", name=name)).to_have_count(0)
    await users.remove(house.connection, "vera", "test")
