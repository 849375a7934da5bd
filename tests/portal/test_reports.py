"""Reports as they are drawn: their figures are the API's and a hand count's, and all that is seen stands in the URL."""

import csv
import io
import re

import pytest
import pytest_asyncio
from playwright.async_api import expect

from harness.buyers import ACCEPT, REJECT, bid
from harness.house import open_house, until
from harness.market import lead, nouns, offer
from outbid.plugins.reports import Reports, read
from outbid.store.people import users
from portal.walk import PASSWORD, USER

SALES = [("10", ACCEPT), ("10", ACCEPT), ("9", ACCEPT)]
"""What `a` bid, who won each time; then his rejection gave one to `b`, at 8."""

OF_ONES_OWN = """/*
title: Heads
about: How many leads each source sent, as far as a sample says.
of: leads
groups: [source, day, hour_of_day]
group: [source]
sort: -heads
chart: {kind: bars, ys: [heads]}
columns:
  - {name: heads, title: Heads, kind: count, sum: times, estimate: true}
*/
select starts, source, times from tallies where outcome = 'received'
"""


class WithOnesOwn(Reports):
    """The built-in reports, and one that somebody added."""

    def __init__(self) -> None:
        super().__init__(installed=())
        self._found["heads"] = read("heads", OF_ONES_OWN)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def house(worker_database, buyers):
    await worker_database.empty()
    market = nouns([offer("a", buyers.port), offer("b", buyers.port)])
    async with open_house(worker_database.url, worker_database.app_url, market, reports=WithOnesOwn()) as found:
        await users.create(found.connection, USER, PASSWORD)
        yield found


@pytest_asyncio.fixture(scope="module", loop_scope="session", autouse=True)
async def sold(house, buyers):
    """Three leads sold to `a` for 29, one to `b` for 8, one refused for want of a field."""
    for price, answer in SALES:
        buyers.on("a", ping=bid(price), post=answer)
        assert (await house.sell(lead())).json["outcome"] == "sold"
    buyers.on("a", ping=bid("10"), post=REJECT)
    assert (await house.sell(lead())).json["price"] == "6.40"  # 80 % of 8
    assert (await house.sell({"first_name": "Ann"})).status == 422
    buyers.on("a", ping=bid("10"), post=ACCEPT)

    async def is_counted() -> bool:
        answered = "select coalesce(sum(times), 0) from tally where outcome = 'answered' and dimension = ''"
        return await house.connection.fetchval(answered) == len(SALES) + 2

    await until(is_counted)


async def rows(page) -> list[list[str]]:
    """The table's rows, as they are read."""
    found = await page.locator("table tbody tr").all()
    return [[text.strip() for text in await row.locator("td").all_inner_texts()] for row in found]


async def foot(page) -> list[str]:
    return [text.strip() for text in await page.locator("table tfoot td").all_inner_texts()]


async def told(walk, path: str) -> dict:
    """What the API says to who is signed in on this page."""
    answer = await walk.page.request.get(walk.address + path)
    assert answer.ok, await answer.text()
    return await answer.json()


async def test_every_report_is_found_and_led_to(walk):
    await walk.go("/reports")
    heads = (await told(walk, "/v1/reports"))["items"]
    assert {row[0] for row in await rows(walk.page)} == {head["title"] for head in heads}
    await walk.page.get_by_role("link", name="Sales", exact=True).click()
    await expect(walk.page.get_by_role("heading", level=1)).to_have_text("Sales")
    assert walk.page.url.endswith("/reports/sales")


async def test_its_figures_are_the_hand_count_and_the_apis(walk):
    await walk.go("/reports/sales")
    await expect(walk.page.locator("table tfoot")).to_be_visible()
    assert await rows(walk.page) == [
        ["a", "3", "$29.00", "$9.67", "$23.20", "$5.80", "20.0 %"],
        ["b", "1", "$8.00", "$8.00", "$6.40", "$1.60", "20.0 %"],
    ]
    assert await foot(walk.page) == ["Total", "4", "$37.00", "$9.25", "$29.60", "$7.40", "20.0 %"]
    said = await told(walk, "/v1/reports/sales")
    assert [[row[0], row[2], row[3]] for row in said["rows"]] == [["a", 3, "29.00"], ["b", 1, "8.00"]]
    await expect(walk.page.get_by_role("list", name="Chart").get_by_text("$29.00")).to_be_visible()


async def test_groups_and_order_stand_in_the_address_and_back_works(walk):
    page = walk.page
    await walk.go("/reports/sales")
    await page.get_by_role("button", name="Sold", exact=True).click()
    await expect(page).to_have_url(re.compile("sort=-sold"))
    await page.get_by_role("button", name="Sold", exact=True).click()
    await expect(page).to_have_url(re.compile("sort=sold"))
    await expect(page.locator("table tbody tr").first).to_contain_text("b")
    assert [row[0] for row in await rows(page)] == ["b", "a"]
    await page.get_by_role("combobox", name="Group by").focus()
    await page.keyboard.press("ArrowDown")
    await page.get_by_role("option", name="Source", exact=True).click()
    await expect(page).to_have_url(re.compile(r"group_by=buyer%2Csource"))
    await expect(page.get_by_role("columnheader", name="Source")).to_be_visible()
    await page.go_back()
    await expect(page.get_by_role("columnheader", name="Source")).to_have_count(0)
    await page.go_back()
    await expect(page.locator("table tbody tr").first).to_contain_text("a")
    await expect(page).to_have_url(re.compile("sort=-sold"))


async def test_an_address_is_all_that_is_needed(walk):
    await walk.go("/reports/sales?group_by=offer,source&buyer=b&from=today&by=sale")
    await expect(walk.page.locator("table tfoot")).to_be_visible()
    assert [row[:3] for row in await rows(walk.page)] == [["b", "web", "1"]]
    await expect(walk.page.get_by_label("Counted")).to_have_value("sale")
    await walk.page.get_by_role("link", name="web", exact=True).click()
    await expect(walk.page).to_have_url(re.compile("/sources/web"))


async def test_compared_it_says_what_was_and_what_changed(walk):
    await walk.go("/reports/sales?compare=previous&from=-7d")
    await expect(walk.page.get_by_role("columnheader", name="Was, change").first).to_be_visible()
    assert (await rows(walk.page))[0][:3] == ["a", "3", "– new"]


async def test_a_reason_is_its_sentence(walk):
    await walk.go("/reports/reasons")
    sentences = {row["code"]: row["sentence"] for row in await told(walk, "/v1/reasons")}
    said = (await told(walk, "/v1/reports/reasons"))["rows"]
    assert said == [["refused", "required.missing", 1]]
    await expect(walk.page.get_by_role("cell", name=sentences["required.missing"])).to_be_visible()
    assert await foot(walk.page) == ["Total", "", "1"]


async def test_a_report_of_ones_own_needs_no_page_of_its_own(walk):
    await walk.go("/reports")
    await walk.page.get_by_role("link", name="Heads", exact=True).click()
    await expect(walk.page.get_by_text("as far as a sample says")).to_be_visible()
    await expect(walk.page.get_by_role("columnheader", name="Heads ≈")).to_be_visible()
    assert await rows(walk.page) == [["web", "≈ 5"]]
    assert await foot(walk.page) == ["Total", "≈ 5"]
    await walk.go("/reports/heads?group_by=hour_of_day")
    await expect(walk.page.get_by_role("img", name="Heads ≈ over time")).to_be_visible()


async def test_over_time_it_is_lines_whose_table_says_what_the_api_says(walk):
    page = walk.page
    await walk.go("/reports/sales?group_by=day&from=-7d")
    await expect(page.get_by_role("img", name="Price, Payout over time").locator("canvas")).to_be_visible()
    await page.get_by_role("button", name="As table: Price, Payout over time").click()
    days = page.get_by_role("table", name="Price, Payout over time").locator("tbody tr")
    await expect(days).to_have_count(7)
    address = await page.get_by_role("link", name="CSV").get_attribute("href")
    figures = await told(walk, address.replace("/export", ""))
    names = [column["name"] for column in figures["columns"]]
    (today,) = figures["rows"]
    newest = [cell.strip() for cell in (await days.first.inner_text()).split("\t")]
    assert newest[1:] == [f"${float(today[names.index(name)]):,.2f}" for name in ("price", "payout")]
    before = [cell.strip() for cell in (await days.nth(3).inner_text()).split("\t")]
    assert before[1:] == ["$0.00", "$0.00"]


async def test_the_file_has_the_same_rows(walk):
    await walk.go("/reports/sales?group_by=buyer,source&sort=sold")
    await expect(walk.page.locator("table tfoot")).to_be_visible()
    address = await walk.page.get_by_role("link", name="CSV").get_attribute("href")
    answer = await walk.page.request.get(walk.address + address)
    titles, *lines = csv.reader(io.StringIO((await answer.body()).decode("utf-8-sig")))
    assert titles[:4] == ["Buyer", "Source", "Currency", "Sold"]
    assert [[line[0], line[1], line[3]] for line in lines] == [row[:3] for row in await rows(walk.page)]
    assert [line[:5] for line in lines] == [["b", "web", "USD", "1", "8.00"], ["a", "web", "USD", "3", "29.00"]]


async def test_a_view_is_kept_opened_and_forgotten(walk):
    page = walk.page
    await walk.go("/reports/sales?group_by=source&sort=-sold")
    await page.get_by_role("button", name="Save view").click()
    await page.get_by_label("Name of the view").fill("By source")
    await page.keyboard.press("Enter")
    views = page.get_by_role("list", name="Saved views")
    await expect(views.get_by_role("link", name="By source")).to_be_visible()
    assert (await told(walk, "/v1/views?page=reports/sales"))["items"][0]["query"] == "group_by=source&sort=-sold"
    await walk.go("/reports")
    await page.get_by_role("link", name="By source").click()
    await expect(page).to_have_url(f"{walk.address}/reports/sales?group_by=source&sort=-sold")
    await expect(page.get_by_role("columnheader", name="Source")).to_be_visible()
    await page.get_by_role("button", name="Forget the view By source").click()
    await expect(views).to_have_count(0)
    assert (await told(walk, "/v1/views?page=reports/sales"))["items"] == []


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/reports/sales?from=2026-02-30", "2026-02-30"),
        ("/reports/sales?group_by=weather", "weather"),
    ],
)
async def test_what_cannot_be_asked_is_said_in_words(walk, path, words):
    await walk.go(path)
    await expect(walk.page.get_by_role("alert")).to_contain_text(words)
    walk.forgive("400")


async def test_the_route_of_a_campaign_has_the_hand_count_at_each_gate(walk):
    await walk.go("/campaigns/auto")
    gates = walk.page.get_by_role("list", name="Route of a lead", exact=True).locator("> li")
    await expect(gates.first).to_contain_text("5 leads")
    assert [" ".join((await gate.inner_text()).split()) for gate in await gates.all()] == [
        "Received 5 leads",
        "Fields 7 fields 0 refused",
        "Checks required, type, duplicate 1 refused 1 A field that the campaign requires did not come.",
        "Tier 1: main 2 offers 8 asked 8 bids 5 won 4 sold",
        "Tier 2: rest 0 offers 0 asked 0 bids 0 won 0 sold",
        "End 4 sold 0 unsold",
    ]
    await walk.page.get_by_role("link", name="A field that the campaign requires did not come.").click()
    await expect(walk.page).to_have_url(re.compile(r"/leads\?campaign=auto&from=-24h&status=refused&reason=required"))
    await walk.go("/campaigns/auto")
    await walk.page.get_by_role("link", name="Tier 1: main").click()
    await expect(walk.page).to_have_url(re.compile(r"/reports/funnel\?campaign=auto&group_by=offer&from=-24h"))
    await expect(walk.page.locator("table tfoot")).to_contain_text("Total")
