"""Jobs that were given up and tried again; who looked at a person, as owners and operators see it and viewers do not."""

from playwright.async_api import expect

from harness.market import lead
from outbid.core.ids import uuid7
from outbid.store import jobs
from outbid.store.people import users
from portal.walk import PASSWORD, open_walk


async def test_a_dead_job_is_tried_again(walk, house):
    now_ms = house.process.exchange.clock.now_ms()
    identifier = uuid7(now_ms, bytes(10))
    await jobs.put(house.connection, 0, identifier, "nothing", {}, now_ms + 600_000, "of a test")
    await house.connection.execute(
        "update job set state = 'dead', attempt = 10, error = 'it was away' where id = $1", identifier
    )
    page = walk.page
    await walk.go("/jobs?state=dead")
    row = page.get_by_role("row").filter(has_text="of a test")
    await expect(row).to_contain_text("dead")
    await expect(row).to_contain_text("it was away")
    await row.get_by_role("button", name="Try again").click()
    await expect(page.get_by_text("No job was given up.")).to_be_visible()
    state = await house.connection.fetchval("select state from job where id = $1", identifier)
    assert state == "open"
    await house.connection.execute("delete from job where id = $1", identifier)


async def test_who_looked_at_a_person_is_told_to_operators_and_not_to_viewers(walk, house, browser):
    sold = (await house.sell(lead(email="looked@example.com", phone="+15125550199"))).json["lead"]
    page = walk.page
    looked = await page.evaluate(
        "async path => (await fetch(path)).status", f"/v1/leads/{sold}/fields?reason=a%20complaint%20of%20his"
    )
    assert looked == 200
    await walk.go("/privacy")
    row = page.get_by_role("row").filter(has_text=sold)
    await expect(row).to_contain_text("ana")
    await expect(row).to_contain_text("a complaint of his")
    await users.create(house.connection, "vic", PASSWORD, "viewer")
    async with open_walk(browser, house.port) as guest:
        await guest.page.goto(guest.address)
        await guest.page.get_by_label("Name").fill("vic")
        await guest.page.get_by_label("Password", exact=True).fill(PASSWORD)
        await guest.page.get_by_role("button", name="Sign in").click()
        await guest.page.locator("#main").wait_for()
        await guest.go("/privacy")
        await expect(guest.page.get_by_text("Owners and operators find persons")).to_be_visible()
        assert sold not in await guest.page.content()
