"""Forms judge what is typed when it is left; who may change nothing reads; a wallet says how long it lasts."""

import re

import pytest
from msgspec import structs
from playwright.async_api import expect

from api.operator.asking import ask
from harness.market import lead, nouns, offer
from outbid.core.market.noun import Key
from outbid.core.market.noun.amount import Wallet
from outbid.store.people import users
from portal.full import FULL
from portal.pages import PAGES
from portal.test_people import sign_in_as
from portal.walk import PASSWORD, open_walk

DEAD = "#main :is(input, select, textarea, button):disabled"


@pytest.mark.parametrize(
    ("field", "typed", "told", "right"),
    [
        ("Priority", "eighty", "“eighty” is not a number.", "80"),
        ("Price", "twelve", "“twelve” is not an amount, such as 12.50.", "12.50"),
        ("Handicap", "half", "“half” is not a share, such as 12.5%, with its sign, from 0% to 100%.", "5%"),
    ],
)
async def test_words_in_a_number_are_told_when_the_field_is_left_and_stay(walk, field, typed, told, right):
    page = walk.page
    await walk.go("/offers/a")
    box = page.get_by_role("textbox", name=re.compile(f"^{field}\\b"))
    await box.fill(typed)
    await expect(page.get_by_text(told)).to_have_count(0)
    await box.press("Tab")
    await expect(page.get_by_text(told)).to_be_visible()
    await expect(box).to_have_value(typed)
    await expect(box).to_have_attribute("aria-invalid", "true")
    await box.fill(right)
    await expect(page.get_by_text(told)).to_have_count(0)
    await page.get_by_role("button", name="Discard").click()


async def test_the_count_says_which_rule_is_not_whole(walk):
    page = walk.page
    await walk.go("/offers/a")
    waits = page.get_by_role("status").filter(has_text="Not counted yet")
    await page.get_by_role("button", name="Add a rule", exact=True).click()
    fact = page.get_by_role("combobox", name="Rule 1: fact")
    await expect(fact).to_have_value("zip"), "the campaign's first whole field, not the first letter"
    await expect(waits).to_contain_text("Rule 1 (zip): has no value yet.")
    await fact.click()
    await page.get_by_role("option", name="amount", exact=True).click()
    await page.get_by_role("combobox", name="Rule 1: test").click()
    await page.get_by_role("option", name="is at least").click()
    await page.get_by_role("textbox", name="Rule 1: value").fill("eighty")
    await page.keyboard.press("Tab")
    await expect(waits).to_contain_text("Rule 1 (amount): “eighty” is not a number.")
    await expect(page.get_by_role("textbox", name="Rule 1: value")).to_have_value("eighty")
    await page.get_by_role("textbox", name="Rule 1: value").fill("80")
    await expect(waits).to_have_count(0)
    await page.get_by_role("button", name="Discard").click()


async def test_a_viewer_reads_plain_text_and_meets_nothing_that_does_not_answer(house, browser):
    sold = (await house.sell(lead())).json["lead"]
    await users.create(house.connection, "vito", PASSWORD, "viewer")
    async with open_walk(browser, house.port) as walk:
        await sign_in_as(walk, "vito")
        page = walk.page
        await page.locator("#main").wait_for()
        dead = {}
        for path in PAGES:
            if path.endswith("/new") or path in (
                "/me",
                "/groups/{group}",
            ):  # his own: a button waits for what he fills in
                continue
            await walk.go(path.format(lead=sold, **FULL))
            await page.wait_for_load_state("networkidle")
            if found := await page.locator(DEAD).evaluate_all("all => all.map(one => one.outerHTML.slice(0, 120))"):
                dead[path] = found
        assert dead == {}
        await walk.go("/offers/a")
        await expect(page.get_by_text("You look only; an operator may change this.")).to_be_visible()
        await expect(page.get_by_role("term").filter(has_text="Buyer").first).to_be_visible()
        await expect(page.get_by_role("textbox")).to_have_count(0)
    await users.remove(house.connection, "vito", "test")


async def test_a_wallet_that_is_empty_says_so_and_leads_to_the_deposit(walk, house, buyers):
    market = nouns([offer("a", buyers.port), offer("b", buyers.port)])
    market["key"]["house"] = Key(
        slug="house", holder="house", hash=house.process.exchange.market.nouns["key"]["house"][1].hash
    )
    market["buyer"]["a"] = structs.replace(market["buyer"]["a"], name="Northgate Auto", wallet=Wallet(credit="10"))
    await house.change(market)
    page = walk.page
    await walk.go("/buyers/a")
    card = page.get_by_role("region", name="Wallet now")
    await expect(card).to_contain_text("empty")
    assert (await house.sell(lead())).json["outcome"] == "sold"
    await page.reload()
    await expect(card).to_contain_text("He buys nothing before money is paid in.")
    await card.get_by_role("link", name="Credit it").click()
    await expect(page.get_by_role("combobox", name="Buyer")).to_have_value("Northgate Auto")
    row = page.get_by_role("table", name="Accounts").get_by_role("row").filter(has_text="wallet")
    await expect(row).to_contain_text("empty")
    await page.get_by_role("textbox", name="Amount").fill("100")
    await page.get_by_role("textbox", name="Name of the payment").fill("wire 1")
    await page.get_by_role("button", name="Credit").click()
    await expect(page.get_by_text("$100.00 of a is counted.")).to_be_visible()
    await walk.go("/buyers/a")
    await expect(card).to_contain_text("$100.00 left")
    (told,) = (await ask(house, "GET", "/v1/accounts?kind=buyer&slug=a")).json["items"]
    assert 0 < told["runway_hours"] <= 10
    await page.reload()  # the pace is of now: the page is asked after the API was
    await expect(card).to_contain_text(f"Lasts about {round(told['runway_hours'])} hours at the pace of the last day")
