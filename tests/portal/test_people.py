"""People come in, prove themselves by codes, and an owner stays; a key is shown once."""

import re
import time
from base64 import b32decode

import pytest_asyncio
from playwright.async_api import expect

from outbid.core.people.totp import STEP_S, code_at
from outbid.store.people import users
from portal.walk import PASSWORD, USER, Walk, open_walk

NO_DEAD_BUTTONS = (
    "/people", "/keys", "/settings", "/jobs", "/privacy", "/suppressions", "/buyers", "/offers/a", "/sources/web",
)  # fmt: skip


async def sign_in_as(walk: Walk, name: str, password: str = PASSWORD) -> None:
    await walk.page.goto(walk.address)
    await walk.page.get_by_label("Name").fill(name)
    await walk.page.get_by_label("Password", exact=True).fill(password)
    await walk.page.get_by_role("button", name="Sign in").click()


@pytest_asyncio.fixture(loop_scope="session")
async def tess(house) -> str:
    """An operator who is there for one test."""
    await users.create(house.connection, "tess", PASSWORD, "operator")
    yield "tess"
    await users.remove(house.connection, "tess", "test")


async def test_an_invited_viewer_comes_in_by_the_link_and_has_no_dead_buttons(walk, house, browser):
    page = walk.page
    await walk.go("/people")
    await page.get_by_role("textbox", name="Name", exact=True).fill("ben@example.com")
    await page.get_by_role("button", name="Make the link").click()
    link = await page.locator("code", has_text="/invite/").inner_text()
    assert link.startswith(walk.address)
    await expect(page.get_by_text("to join as viewer")).to_be_visible()
    async with open_walk(browser, house.port) as guest:
        await guest.page.goto(link)
        await expect(guest.page.get_by_text("You are invited as viewer")).to_be_visible()
        await guest.page.get_by_label("New password").fill("short")
        await guest.page.get_by_role("button", name="Join").click()
        await expect(guest.page.get_by_text("between 10 and 1000 characters")).to_be_visible()
        guest.forgive("422")
        await guest.page.get_by_label("New password").fill(PASSWORD)
        await guest.page.get_by_role("button", name="Join").click()
        await guest.page.locator("#main").wait_for()
        for path in NO_DEAD_BUTTONS:
            await guest.go(path)
            buttons = guest.page.locator("#main button").filter(
                has_text=re.compile("Save|Make|Set|Remove|Revoke|New|Put on|Change|Try again|Withdraw|Add|Pause")
            )
            assert await buttons.all_inner_texts() == [], path
    assert await house.connection.fetchval("select role from house_user where name = 'ben@example.com'") == "viewer"
    await page.reload()
    row = page.get_by_role("row").filter(has_text="ben@example.com")
    await expect(row.get_by_role("combobox")).to_have_value("Viewer")
    async with open_walk(browser, house.port) as other:
        await other.page.goto(link)
        await expect(other.page.get_by_role("alert")).to_contain_text("link_unknown")
        other.forgive("404")


async def test_the_last_owner_is_neither_removed_nor_made_less(walk, house):
    page = walk.page
    await walk.go("/people")
    page.on("dialog", lambda dialog: dialog.accept())
    await page.get_by_role("button", name=f"Remove {USER}").click()
    await expect(page.get_by_role("alert")).to_contain_text("Make somebody else an owner first")
    walk.forgive("409")
    assert await house.connection.fetchval("select role from house_user where name = $1", USER) == "owner"


async def test_a_role_is_changed_and_somebody_is_signed_out_and_removed(walk, house, browser, tess):
    page = walk.page
    async with open_walk(browser, house.port) as guest:
        await sign_in_as(guest, tess)
        await guest.page.locator("#main").wait_for()
        await walk.go("/people")
        await page.get_by_role("combobox", name=f"Role of {tess}").click()
        await page.get_by_role("option", name="Viewer").click()
        await expect(page.get_by_role("combobox", name=f"Role of {tess}")).to_have_value("Viewer")
        await page.get_by_role("button", name=f"Sign out {tess} everywhere").click()
        await expect(page.get_by_role("row").filter(has_text=tess)).to_contain_text("not now")
        await guest.page.goto(f"{guest.address}/leads")
        await expect(guest.page.get_by_role("button", name="Sign in")).to_be_visible()
        guest.forgive("401")
    page.on("dialog", lambda dialog: dialog.accept())
    await page.get_by_role("button", name=f"Remove {tess}").click()
    await expect(page.get_by_role("row").filter(has_text=tess)).to_have_count(0)
    assert await house.connection.fetchval("select count(*) from house_user where name = $1", tess) == 0


async def test_a_code_is_turned_on_wanted_at_the_door_and_a_recovery_code_ends_it(house, browser, tess):
    async with open_walk(browser, house.port) as walk:
        page = walk.page
        await sign_in_as(walk, tess)
        await page.locator("#main").wait_for()
        await walk.go("/me")
        await page.get_by_label("Your password, once more").fill(PASSWORD)
        await page.get_by_role("button", name="Begin").click()
        await expect(page.get_by_role("img", name="QR code of the secret")).to_be_visible()
        secret = b32decode(await page.locator("code").filter(has_text=re.compile("^[A-Z2-7]{32}$")).inner_text())
        step = int(time.time()) // STEP_S
        await page.get_by_label("Code that the app shows").fill(code_at(secret, step - 1))
        await page.get_by_role("button", name="Confirm").click()
        codes = page.locator("li code")
        await expect(codes).to_have_count(10)
        recovery = await codes.first.inner_text()
        await page.get_by_role("button", name="Sign out").click()
        await sign_in_as(walk, tess)
        await expect(page.get_by_role("textbox", name="Code")).to_be_focused()
        walk.forgive("401")
        await page.get_by_role("textbox", name="Code").fill("000000")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("alert")).to_contain_text("code_wrong")
        walk.forgive("401")
        await page.get_by_role("textbox", name="Code").fill(code_at(secret, step))
        await page.keyboard.press("Enter")
        await page.locator("#main").wait_for()
        await walk.go("/me")
        await expect(page.get_by_text("10 recovery codes are left")).to_be_visible()
        await page.get_by_role("textbox", name="Code", exact=True).fill(recovery)
        await page.get_by_role("button", name="Want no code any more").click()
        await expect(page.get_by_role("button", name="Begin")).to_be_visible()


async def test_single_keys_are_switched_off(walk):
    page = walk.page
    await walk.go("/me")
    await page.get_by_role("switch", name="Single keys").click()
    await page.get_by_role("heading", level=1).click()
    await page.keyboard.press("g")
    await page.keyboard.press("b")
    await walk.go("/buyers")
    await page.get_by_role("link", name="a", exact=True).focus()
    await page.keyboard.press("j")
    await expect(page.get_by_role("link", name="a", exact=True)).to_be_focused()
    await page.keyboard.press("ArrowDown")
    await expect(page.get_by_role("link", name="b", exact=True)).to_be_focused()
    await page.keyboard.press("g")
    await page.keyboard.press("o")
    await expect(page).to_have_url(re.compile("/buyers$"))


async def test_a_key_is_shown_once_and_revoked_with_what_it_breaks(walk, house):
    page = walk.page
    await walk.go("/keys")
    await page.get_by_role("combobox", name="For", exact=True).click()
    await page.get_by_role("option", name="web").click()
    await page.get_by_role("textbox", name="Name", exact=True).fill("their server")
    await page.get_by_role("button", name="Make").click()
    secret = await page.locator("code").filter(has_text=re.compile("^ob_[0-9a-f]{8}_")).inner_text()
    slug = secret.split("_")[1]
    row = page.get_by_role("row").filter(has_text=slug)
    await expect(row).to_contain_text("their server")
    await page.reload()
    await expect(row).to_be_visible()
    assert secret not in await page.content()
    said = []
    page.on("dialog", lambda dialog: (said.append(dialog.message), dialog.accept())[1])
    await page.get_by_role("button", name=f"Revoke {slug}").click()
    await expect(row).to_have_count(0)
    assert "Leads that web sends with it are refused at once." in said[0]
    await page.get_by_role("switch", name="Revoked too").click()
    await expect(row).to_contain_text("revoked")


async def test_a_secret_goes_in_and_its_value_never_comes_out(walk):
    page = walk.page
    await walk.go("/keys")
    await page.get_by_role("textbox", name="Secret", exact=True).fill("oak-token")
    await page.locator("input[type=password]").fill("a-word-that-opens-doors")
    await page.get_by_role("button", name="Set", exact=True).click()
    row = page.get_by_role("row").filter(has_text="oak-token")
    await expect(row).to_contain_text("nothing")
    assert "a-word-that-opens-doors" not in await page.content()
    page.on("dialog", lambda dialog: dialog.accept())
    await row.get_by_role("button", name="Remove oak-token").click()
    await expect(row).to_have_count(0)


async def test_an_owner_names_the_house_and_its_zone(walk, house):
    page = walk.page
    await walk.go("/settings")
    await page.get_by_role("textbox", name="Name").fill("Harbor Leads")
    await page.get_by_role("combobox", name="Time zone").click()
    await page.get_by_role("combobox", name="Time zone").fill("Tokyo")
    await page.get_by_role("option", name="Asia/Tokyo").click()
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("The settings are saved.")).to_be_visible()
    row = await house.connection.fetchrow("select name, zone from house_setting")
    assert tuple(row.values()) == ("Harbor Leads", "Asia/Tokyo")
    await house.connection.execute("delete from house_setting")


async def test_lines_go_on_a_suppression_list_and_those_not_understood_are_named(walk, house):
    page = walk.page
    await walk.go("/suppressions")
    await page.get_by_label("Persons, one a line").fill("+1 512 555 0142\nno phone at all\nann@example.com")
    await page.get_by_role("button", name="Put on the list").click()
    await expect(page.get_by_role("status")).to_contain_text("2 put on, 0 stood there already, 1 not understood.")
    await expect(page.get_by_role("status")).to_contain_text("Line 2:")
    await expect(page.get_by_role("row").filter(has_text="the house")).to_contain_text("2")
    await page.get_by_text("Take off", exact=True).click()
    await page.get_by_role("button", name="Take off the list").click()
    await expect(page.get_by_role("status")).to_contain_text("2 taken off, 0 did not stand there")
