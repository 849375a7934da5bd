"""What somebody meets who sits here for the first time: amounts as people type them, words that lead on."""

import re

import pytest
from msgspec import structs
from playwright.async_api import expect

from api.operator.asking import ask
from harness.market import nouns, offer
from outbid.core.market.noun import Key
from outbid.core.market.noun.amount import Wallet


@pytest.mark.parametrize(("typed", "shown"), [("$1,000", "1000"), ("1,000.50", "1000.50"), ("$22.50", "22.50")])
async def test_a_price_is_typed_as_people_write_it_and_kept_as_the_api_has_it(walk, house, typed, shown):
    page = walk.page
    await walk.go("/offers/a")
    price = page.locator("[data-pointer='/price']")
    await price.press_sequentially(typed)
    await expect(price).to_have_value(re.compile(re.escape(typed) + "$"))
    await price.fill(typed)
    await page.keyboard.press("Control+s")  # sent without leaving the field
    await expect(page.get_by_text("Saved: a.")).to_be_visible()
    assert (await ask(house, "GET", "/v1/offers/a")).json["price"] == shown
    await price.press("Tab")
    await expect(price).to_have_value(shown)
    await page.get_by_role("button", name="Undo").click()
    await expect(page.get_by_text("Undone.")).to_be_visible()


async def test_a_payment_of_two_clicks_counts_once_and_reads_as_a_balance(walk, house, buyers):
    market = nouns([offer("a", buyers.port), offer("b", buyers.port)])
    market["key"]["house"] = Key(
        slug="house", holder="house", hash=house.process.exchange.market.nouns["key"]["house"][1].hash
    )
    market["buyer"]["b"] = structs.replace(market["buyer"]["b"], wallet=Wallet(credit="0"))
    await house.change(market)
    page = walk.page
    sent: list[str] = []
    page.on("request", lambda one: sent.append(one.url) if one.method == "POST" else None)
    await walk.go("/wallets?buyer=b")
    amount = page.get_by_role("textbox", name="Amount")
    name = page.get_by_role("textbox", name="Name of the payment")
    credit = page.get_by_role("button", name="Credit")
    line = (await amount.bounding_box())["y"]
    await amount.fill("a thousand")
    await name.fill("wire 7")
    await page.get_by_role("textbox", name="Note").fill("by phone")
    await credit.click()
    await expect(page.get_by_text("Mend what stands at the pointer")).to_have_count(0)
    await expect(page.locator("#main [role=alert]")).to_have_count(0)  # it is told at the field
    await expect(amount).to_have_attribute("aria-invalid", "true")
    tops = [(await box.bounding_box())["y"] for box in (amount, name, credit)]
    assert tops[0] == tops[1] == pytest.approx(line, abs=1)
    assert tops[2] == pytest.approx(line, abs=6)
    walk.forgive("422")
    sent.clear()
    await amount.fill("$1,000")
    await expect(amount).not_to_have_attribute("aria-invalid", "true")  # what was mended is no longer called wrong
    await credit.dblclick()
    await expect(page.get_by_text("$1,000.00 of b is counted.")).to_have_count(1)
    assert [one for one in sent if one.endswith("/v1/deposits")] == [f"{walk.address}/v1/deposits"]
    row = page.get_by_role("table", name="Accounts").get_by_role("row").filter(has_text="wallet")
    await expect(row).to_contain_text("balance $1,000.00")
    await expect(row).not_to_contain_text("−")
    await expect(row).not_to_contain_text("of $0.00")
    await walk.go("/ledger?kind=deposit")
    await expect(page.get_by_role("table", name="Transfers")).to_contain_text("wire 7, by phone")


async def test_a_refused_save_names_all_that_is_wrong_and_leads_there(walk):
    page = walk.page
    await walk.go("/offers/a")
    await page.get_by_role("textbox", name="Name", exact=True).fill("")
    await page.locator("[data-pointer='/priority']").fill("eighty")  # of the wrong type: the structure
    await page.locator("[data-pointer='/floor']").fill("much")  # no amount
    await page.get_by_role("button", name="Add a rule", exact=True).click()
    await page.get_by_role("combobox", name="Rule 1: fact").click()
    await page.get_by_role("option", name="amount", exact=True).click()
    await page.get_by_role("button", name="Save offer").click()
    alert = page.locator("#main [role=alert]")
    await expect(alert.get_by_role("button", name="Priority")).to_be_visible()
    await expect(alert.get_by_role("button", name="Floor")).to_be_visible()
    await expect(alert.get_by_role("button", name="Rule 1 (amount)")).to_be_visible()
    await expect(alert).not_to_contain_text("Filter, all")
    await alert.get_by_role("button", name="Floor").click()
    await expect(page.locator("[data-pointer='/floor']")).to_be_focused()
    await alert.get_by_role("button", name="Rule 1 (amount)").click()
    await expect(page.get_by_role("textbox", name="Rule 1: value")).to_be_focused()
    walk.forgive("422")
    # What is thrown away by one press comes back by another.
    await page.get_by_role("button", name="Discard").click()
    await expect(page.locator("[data-pointer='/floor']")).to_have_value("")
    await page.get_by_role("button", name="Undo").click()
    await expect(page.locator("[data-pointer='/floor']")).to_have_value("much")
    await expect(page.locator("[data-pointer='/priority']")).to_have_value("eighty")
    await page.get_by_role("button", name="Discard").click()


async def test_a_fact_is_found_by_typing_over_the_one_that_is_chosen(walk):
    page = walk.page
    await walk.go("/offers/a")
    await page.get_by_role("button", name="Add a rule", exact=True).click()
    fact = page.get_by_role("combobox", name="Rule 1: fact")
    await expect(fact).to_have_value("zip")
    await fact.click()
    await page.keyboard.type("amou")
    await expect(fact).to_have_value("amou")
    await page.get_by_role("option", name="amount", exact=True).click()
    await fact.click()
    await page.keyboard.type("nothing like it")
    await expect(page.get_by_text("Nothing found")).to_be_visible()
    await page.keyboard.press("Escape")
    await page.get_by_role("combobox", name="Rule 1: test").click()
    await page.get_by_role("option", name="is between").click()
    await expect(page.get_by_text("both included")).to_be_visible()
    await page.get_by_role("button", name="Discard").click()
    buyer = page.get_by_role("combobox", name="Buyer")
    await buyer.click()
    await page.keyboard.type("b")
    await expect(buyer).to_have_value("b")
    await page.keyboard.press("Escape")


async def test_a_count_that_is_refused_says_why_and_not_that_a_campaign_is_wanted(walk):
    page = walk.page
    await walk.go("/offers/a")
    await page.get_by_role("button", name="Add a rule", exact=True).click()
    await page.get_by_role("combobox", name="Rule 1: fact").click()
    await page.get_by_role("option", name="state", exact=True).click()
    await page.get_by_label("Rule 1: value").fill("Bavaria")
    refused = page.get_by_role("alert").filter(has_text="Not done.")
    await expect(refused).to_contain_text("Rule 1: Write what its field takes, not 'Bavaria'.")
    await page.get_by_role("button", name="Save offer").click()
    await expect(page.locator("#main [role=alert]").first).to_contain_text("Rule 1 (state)")
    await expect(page.get_by_text("Pick a campaign: then it is counted here.")).to_have_count(0)
    walk.forgive("422")
    await page.get_by_role("button", name="Discard").click()


async def test_a_name_without_end_pushes_nothing_off_the_page(walk, house):
    long = "Northgate" + "y" * 150
    page = walk.page
    await walk.go("/buyers/b")
    await page.get_by_role("textbox", name="Name", exact=True).fill(long)
    await page.get_by_role("button", name="Save buyer").click()
    notice = page.get_by_text(f"Saved: {long}.")
    await expect(notice).to_be_visible()
    width = page.viewport_size["width"]
    undo = await page.get_by_role("button", name="Undo").bounding_box()
    assert undo["x"] + undo["width"] <= width
    await walk.go("/buyers")
    table = page.get_by_role("table", name="Buyers")
    cell = table.get_by_title(long)
    await expect(cell).to_be_visible()
    last = await table.get_by_role("columnheader").last.bounding_box()
    assert last["x"] + last["width"] <= width
    assert (await ask(house, "PATCH", "/v1/buyers/b", {"name": "b"}, If_Match="*")).status == 200
