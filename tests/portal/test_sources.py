"""A seller's way in, tried from the source's page: how to post, a test lead, an error, a key that is shown once."""

import msgspec
from playwright.async_api import expect

from api.operator.asking import ask
from harness.market import lead


async def test_a_test_lead_is_sold_refused_and_mended_in_the_console(walk, house):
    await walk.go("/sources/web")
    page = walk.page
    console = page.get_by_label("The lead as JSON")
    sent = msgspec.json.decode(await sample(console))
    await page.get_by_role("button", name="Send", exact=True).click()
    told = page.get_by_role("status").filter(has_text="Why this came of it")
    await expect(told).to_contain_text("sold")
    await expect(told).to_contain_text('"test": true')
    await console.fill(msgspec.json.encode(sent | {"phone": "555-01"}).decode())
    await page.get_by_role("button", name="Send", exact=True).click()
    answer = page.get_by_role("status").filter(has_text="/phone")
    await expect(answer).to_contain_text("refused")
    walk.forgive("422")
    await page.get_by_text("No bid", exact=True).click()
    await console.fill(msgspec.json.encode(sent | {"test_outcome": "no_bid"}).decode())
    await page.get_by_role("button", name="Send", exact=True).click()
    await expect(page.get_by_role("status").filter(has_text="no_bids")).to_be_visible()
    assert (await ask(house, "GET", "/v1/leads?test=false")).json["items"] == []


async def test_the_console_uses_one_key_a_tab_and_takes_its_old_one_away(walk, house):
    async def consoles() -> list[bool]:
        found = (await ask(house, "GET", "/v1/keys?holder=source&owner=web")).json["items"]
        return sorted(key["revoked"] for key in found if key["name"] == "test console of ana")

    async def send() -> None:
        await walk.go("/sources/web")
        await sample(walk.page.get_by_label("The lead as JSON"))
        await walk.page.get_by_role("button", name="Send", exact=True).click()
        await expect(walk.page.get_by_role("link", name="Why this came of it")).to_be_visible()

    await send()
    before = await consoles()
    await send()
    assert await consoles() == before
    assert before.count(False) == 1
    await walk.page.evaluate("sessionStorage.clear()")
    await send()
    assert await consoles() == sorted([*before, True])
    walk.faults = [fault for fault in walk.faults if "401" not in fault]  # until the exchange has read the new key
    await walk.go("/leads?test=true")
    sold = walk.page.locator("#main").get_by_role("row").filter(has_text="test: would buy")
    told = (await ask(house, "GET", "/v1/leads?test=true&status=sold")).json["items"]
    await expect(sold).to_have_count(len(told))
    assert told, (await ask(house, "GET", "/v1/leads?test=true")).json["items"]
    await expect(sold.first).to_contain_text("$")


async def test_a_test_sale_to_an_empty_wallet_says_that_nobody_could_pay(walk, house):
    page = walk.page
    for slug in "ab":
        change = await ask(house, "PATCH", f"/v1/buyers/{slug}", {"wallet": {"credit": "0"}}, If_Match="*")
        assert change.status == 200
    await walk.go("/sources/web")
    await page.get_by_label("The lead as JSON").fill(msgspec.json.encode(lead()).decode())
    await page.get_by_role("button", name="Send", exact=True).click()
    answer = page.get_by_role("status").filter(has_text="Why this came of it")
    await expect(answer).to_contain_text("A test is not paid: with real money")
    await expect(answer.get_by_role("link", name="Pay in")).to_have_attribute("href", "/wallets")
    walk.faults = [fault for fault in walk.faults if "401" not in fault]
    start = (await ask(house, "GET", "/v1/start")).json["steps"]
    assert [step["done"] for step in start if step["step"] == "pay_in"] == [False]
    for slug in "ab":
        paid = {"buyer": slug, "currency": "USD", "amount": "50", "reference": f"first {slug}"}
        assert (await ask(house, "POST", "/v1/deposits", paid)).status in (200, 201)
    await walk.go("/sources/web")
    await page.get_by_label("The lead as JSON").fill(msgspec.json.encode(lead()).decode())
    await page.get_by_role("button", name="Send", exact=True).click()
    await expect(answer).to_contain_text("sold")
    await page.wait_for_load_state("networkidle")
    await expect(answer).not_to_contain_text("A test is not paid")


async def sample(console) -> str:
    """What the console is filled with, once it is."""
    await expect(console).not_to_have_value("")
    return await console.input_value()


async def test_a_key_is_shown_once_and_revoked_for_good(walk, house):
    await walk.go("/sources/web")
    page = walk.page
    await page.get_by_role("button", name="New live key").click()
    shown = page.get_by_role("status").filter(has_text="shown this once")
    await expect(shown).to_be_visible()
    secret = (await shown.locator("code").inner_text()).strip()
    assert (await ask(house, "GET", "/v1/leads/ld_0", key=secret)).json["code"] == "lead_unknown"
    await page.reload()
    await expect(page.get_by_role("heading", name="Keys")).to_be_visible()
    await expect(page.get_by_text(secret)).to_have_count(0)
    page.once("dialog", lambda dialog: dialog.accept())
    row = page.get_by_role("listitem").filter(has_text="live key")
    await row.get_by_role("button", name="Revoke").click()
    await expect(row).to_contain_text("revoked")
    assert (await ask(house, "GET", "/v1/leads/ld_0", key=secret)).json["code"] == "key_unknown"


async def test_a_link_to_the_instructions_needs_no_sign_in(walk, house, browser):
    await walk.go("/sources/web")
    await walk.page.get_by_role("button", name="Make a link for the seller").click()
    link = walk.page.locator("code").filter(has_text="/instructions/")
    await expect(link).to_be_visible()
    context = await browser.new_context()
    page = await context.new_page()
    answer = await page.goto((await link.inner_text()).strip())
    assert answer is not None
    assert answer.status == 200
    await expect(page.get_by_role("heading", level=1)).to_be_visible()
    await context.close()
