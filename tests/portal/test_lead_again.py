"""A lead's page answers later questions: what would be of it now, what was changed since, what its buyer may be told."""

from playwright.async_api import expect

from api.operator.asking import ask
from harness.market import lead


async def test_a_lead_is_run_again_dry_and_what_was_changed_since_is_told(walk, house):
    sold = (await house.sell(lead())).json["lead"]
    page = walk.page
    await walk.go(f"/leads/{sold}")
    since = page.get_by_text("The market is the same still.")
    await expect(since).to_be_visible()
    changed = await ask(house, "PATCH", "/v1/offers/b", {"floor": "9.50"}, If_Match="*")
    assert changed.status == 200
    await page.reload()
    await expect(page.get_by_role("listitem").filter(has_text="offer b")).to_contain_text("Floor")
    before = await house.connection.fetchval("select count(*) from lead")
    await page.get_by_role("button", name="Run again, dry").click()
    await expect(page).to_have_url(f"{walk.address}/leads/{sold}?open=again")
    card = page.get_by_role("region", name="Run again, dry")
    await card.get_by_role("textbox", name="Why do you run it again?").fill("case 31")
    await card.get_by_role("button", name="Run", exact=True).click()
    # The person was sold just now, by this very lead; whoever bids is told as if it were not so.
    await expect(card).to_contain_text("Would be refused. This person was sold within the window")
    await expect(card).to_contain_text("$10.00")
    assert await house.connection.fetchval("select count(*) from lead") == before
    look = await house.connection.fetchrow("select what, reason from look order by at desc limit 1")
    assert tuple(look.values()) == ("fields", "case 31")


async def test_the_winner_says_what_it_passed_and_a_later_offer_that_it_was_not_there(walk, house):
    sold = (await house.sell(lead())).json["lead"]
    offer = (await ask(house, "GET", "/v1/offers/a")).json | {"slug": "late"}
    made = await ask(house, "PUT", "/v1/offers/late", offer, If_None_Match="*")
    assert made.status == 201, made.body
    page = walk.page
    await walk.go(f"/leads/{sold}")
    won = page.get_by_role("list", name="Why a won")
    await expect(won).to_contain_text("It named $10.00")
    await expect(won).to_contain_text("let the lead pass")
    await page.get_by_role("combobox", name="Asked why one is not here? Pick an offer").click()
    await page.get_by_role("option", name="late").click()
    await expect(page.get_by_text("late was not in the campaign when this lead came")).to_be_visible()
    again = page.get_by_role("link", name="Run again, dry, asks it")
    await expect(again).to_have_attribute("href", f"/leads/{sold}?open=again")
    assert (await ask(house, "DELETE", "/v1/offers/late", If_Match="*")).status == 204


async def test_an_offer_that_is_gone_is_left_out_of_the_bids(walk, house):
    sold = (await house.sell(lead())).json["lead"]
    assert (await ask(house, "DELETE", "/v1/offers/b", If_Match="*")).status == 204
    page = walk.page
    await walk.go(f"/leads/{sold}?open=again")
    card = page.get_by_role("region", name="Run again, dry")
    await card.get_by_role("textbox", name="Why do you run it again?").fill("case 32")
    await card.get_by_role("button", name="Run", exact=True).click()
    await expect(card).to_contain_text("A dry run by version")
    walk.forgive("422")
    await expect(page.get_by_role("listitem").filter(has_text="is gone")).to_contain_text("b")


async def test_a_buyer_is_written_his_part_alone(walk, house):
    sold = (await house.sell(lead())).json["lead"]
    page = walk.page
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await walk.go(f"/leads/{sold}")
    await page.get_by_role("combobox", name="What a buyer may be told").select_option("a")
    await page.get_by_role("button", name="Copy as text for the buyer").click()
    text = await page.evaluate("navigator.clipboard.readText()")
    assert sold in text
    assert "your bid $10.00" in text
    assert "You accepted the post." in text
    assert "Offer b" not in text
