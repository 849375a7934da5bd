"""The palette leads by keys to a page, a noun, a lead."""

from playwright.async_api import expect


async def test_a_noun_is_found_by_its_name_and_opened_by_keys(walk):
    await walk.go("/leads")
    await walk.page.keyboard.press("Control+k")
    await walk.page.keyboard.type("acm")
    await expect(walk.page.get_by_role("option", name="acme seller")).to_be_visible()
    await walk.page.keyboard.press("Enter")
    await expect(walk.page).to_have_url(f"{walk.address}/sellers/acme")


async def test_two_keys_lead_to_a_page_and_a_lead_is_opened_by_its_id(walk):
    await walk.go("/leads")
    await walk.page.keyboard.press("g")
    await walk.page.keyboard.press("o")
    await expect(walk.page).to_have_url(f"{walk.address}/offers")
    await walk.page.keyboard.press("Control+k")
    await walk.page.keyboard.type("wallets")
    await walk.page.keyboard.press("Enter")
    await expect(walk.page).to_have_url(f"{walk.address}/wallets")
