"""The first test lead: sold at the first press of the console, and found among the leads."""

from playwright.async_api import expect


async def test_the_first_test_lead_is_sold_at_the_first_press_and_is_found_among_the_leads(walk):
    page = walk.page
    await walk.go("/sources/web")
    await page.get_by_role("button", name="Send", exact=True).click()
    await expect(page.get_by_role("status").get_by_text("sold", exact=True)).to_be_visible(timeout=30_000)
    # Until every process of the exchange has read the new key, the browser may have seen refusals.
    walk.faults = [fault for fault in walk.faults if "401" not in fault]
    await page.get_by_role("link", name="Why this came of it").click()
    await expect(page.get_by_text("A test lead: buyers are not asked")).to_be_visible()
    await walk.go("/leads")
    await page.get_by_role("button", name="Show it").click()
    await expect(page.locator("#main a[href^='/leads/ld_']")).to_have_count(1)
