"""The sandbox: what it says of a lead is what then happens to it, and nothing of it is kept."""

import json

from playwright.async_api import expect

from harness.buyers import ACCEPT, bid
from harness.house import until
from harness.market import lead


async def run(walk, fields: dict, bids: dict[str, str]) -> None:
    """Paste a lead, name bids, run it."""
    page = walk.page
    await walk.go("/sandbox?source=web")
    await expect(page.get_by_label("The lead as JSON")).not_to_have_value("")
    await page.get_by_label("The lead as JSON").fill(json.dumps(fields))
    for offer, price in bids.items():
        await page.get_by_label(offer, exact=True).fill(price)
    await page.get_by_role("button", name="Run").click()


async def test_it_begins_with_the_sample_of_the_source_which_would_be_sold(walk):
    page = walk.page
    await walk.go("/sandbox")
    text = page.get_by_label("The lead as JSON")
    await expect(text).not_to_have_value("")
    sample = json.loads(await text.input_value())
    assert {"first_name", "email", "phone", "zip"} <= set(sample)
    await page.get_by_label("b", exact=True).fill("8")
    await page.get_by_role("button", name="Run").click()
    await expect(page.get_by_text("Would be sold to b for $8.00. The seller gets $6.40.")).to_be_visible()
    await expect(page.get_by_role("list", name="Checks").get_by_text("passed")).to_have_count(3)


async def test_its_winner_is_who_then_buys_and_nothing_was_sold_before(walk, house, buyers):
    buyers.on("a", ping=bid("7.50"), post=ACCEPT)
    buyers.on("b", ping=bid("9.25"), post=ACCEPT)
    before = [await house.connection.fetchval(f"select count(*) from {table}") for table in ("lead", "transfer")]
    asked = sum(map(len, buyers.got.values()))
    fields = lead()
    await run(walk, fields, {"a": "7.50", "b": "9.25"})
    await expect(walk.page.get_by_text("Would be sold to b for $9.25. The seller gets $7.40.")).to_be_visible()
    offers = walk.page.get_by_role("list", name="Asked in tier main").get_by_role("listitem")
    assert [(await row.inner_text()).split()[0] for row in await offers.all()] == ["b", "a"]
    await expect(offers.first).to_contain_text("would win")
    after = [await house.connection.fetchval(f"select count(*) from {table}") for table in ("lead", "transfer")]
    assert (after, sum(map(len, buyers.got.values()))) == (before, asked)

    answer = (await house.sell(fields)).json
    assert (answer["outcome"], answer["price"]) == ("sold", "7.40")
    state = await house.state(answer["lead"])
    market = house.process.exchange.market
    assert [(market.offers[s.offer].slug, s.price_micros) for s in state.sales] == [("b", 9_250_000)]


async def test_a_lead_that_came_before_would_be_refused_by_the_sentence_of_the_reason(walk, house):
    fields = lead()
    sold = (await house.sell(fields)).json["lead"]

    async def is_over() -> bool:
        return (await house.state(sold)).status == "sold"

    await until(is_over)
    await run(walk, fields, {"a": "10"})
    reasons = await (await walk.page.request.get(f"{walk.address}/v1/reasons")).json()
    sentence = next(row["sentence"] for row in reasons if row["code"] == "duplicate")
    await expect(walk.page.get_by_text(f"Would be refused. {sentence}")).to_be_visible()
    check = walk.page.get_by_role("list", name="Checks").get_by_role("listitem").filter(has_text="duplicate").first
    await expect(check).to_contain_text(sentence)
    other = fields | {"amount": 5}  # sent again as it was, it would be the same lead
    state = await house.state((await house.sell(other)).json["lead"])
    assert (state.status, state.reason) == ("refused", "duplicate")


async def test_what_cannot_be_read_or_bid_is_said_where_it_is(walk):
    async with walk.page.expect_response(lambda answer: answer.status == 422):
        await run(walk, lead(), {"a": "ten"})
    await expect(walk.page.get_by_label("a", exact=True)).to_have_attribute("aria-invalid", "true")
    walk.forgive("422")
    await walk.page.get_by_label("a", exact=True).fill("10")
    await walk.page.get_by_label("The lead as JSON").fill("[1]")
    await walk.page.get_by_role("button", name="Run").click()
    await expect(walk.page.get_by_role("alert")).to_contain_text("A lead is a JSON object")


async def test_the_page_says_how_to_sell_without_a_buyers_server(walk):
    await walk.go("/sandbox")
    await expect(walk.page.locator("#main")).to_contain_text("write sandbox:accept as an offer’s post url")
