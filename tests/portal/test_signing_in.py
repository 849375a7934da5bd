"""The door of the portal: in with a password, out again, and no way past it."""

from playwright.async_api import expect

from portal.walk import PASSWORD, USER, open_walk


async def test_a_wrong_password_is_refused_in_words_and_what_was_typed_stays(browser, house):
    async with open_walk(browser, house.port) as walk:
        await walk.page.goto(walk.address)
        await walk.page.get_by_label("Name").fill(USER)
        await walk.page.get_by_label("Password", exact=True).fill("wrong")
        await walk.page.get_by_role("button", name="Sign in").click()
        await expect(walk.page.get_by_role("alert")).to_contain_text("login_failed")
        await expect(walk.page.get_by_label("Name")).to_have_value(USER)
        walk.forgive("401")
        await walk.page.get_by_label("Password", exact=True).fill(PASSWORD)
        await walk.page.keyboard.press("Enter")
        await expect(walk.page.get_by_role("navigation", name="Pages")).to_be_attached()


async def test_who_signs_out_sees_the_door_at_every_address(walk):
    await walk.page.get_by_role("button", name="Sign out").click()
    await expect(walk.page.get_by_role("button", name="Sign in")).to_be_visible()
    await walk.page.goto(f"{walk.address}/leads")
    await expect(walk.page.get_by_role("button", name="Sign in")).to_be_visible()


async def test_a_session_that_ended_elsewhere_leads_to_the_door(walk, house):
    await house.connection.execute("delete from house_session")
    await walk.page.goto(f"{walk.address}/leads")
    await expect(walk.page.get_by_role("button", name="Sign in")).to_be_visible()
    walk.forgive("401")
