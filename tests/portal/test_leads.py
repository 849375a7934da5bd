"""The table of leads: found by filter, order, id or person, with everything in the address but the person."""

import csv
import io
import re
from urllib.parse import parse_qs, urlsplit

import pytest_asyncio
from playwright.async_api import expect

from api.operator.asking import ask
from harness.market import lead
from portal.walk import Walk


@pytest_asyncio.fixture(scope="module", loop_scope="session", autouse=True)
async def sold(house, buyers) -> list[str]:
    """Four leads for 10, 12, 11 and 10, and a duplicate of the last."""
    found, last = [], lead(email="zoe@example.com", phone="+15125550147")
    for price, fields in (("10", lead()), ("12", lead()), ("11", lead()), ("10", last)):
        buyers.on("a", ping={"accepted": True, "price": price})
        found.append((await house.sell(fields)).json["lead"])
    refused = await house.sell(last | {"amount": 5})
    assert refused.json["outcome"] == "refused"
    return [*found, refused.json["lead"]]


def rows(walk: Walk):
    return walk.page.get_by_role("table", name="Leads").locator("tbody tr")


async def shown(walk: Walk, leads: list[str]) -> None:
    """The table has these leads, in this order."""
    await expect(rows(walk).locator("td:nth-child(2)")).to_have_text([one[-6:] for one in leads])


async def pick(walk: Walk, label: str, option: str) -> None:
    await walk.page.get_by_role("combobox", name=label).click()
    await walk.page.get_by_role("option", name=option).click()


async def asked(walk: Walk, query: str) -> list[dict]:
    answer = await walk.page.request.get(f"{walk.address}/v1/leads?{query}")
    return (await answer.json())["items"]


async def test_the_newest_stand_at_the_top_and_say_where_they_went(walk, sold):
    await walk.go("/leads")
    await shown(walk, sold[::-1])
    await expect(walk.page.get_by_text("5 in all")).to_be_visible()
    (told,) = [row for row in await asked(walk, "") if row["id"] == sold[1]]
    cells = await rows(walk).nth(3).locator("td").all_inner_texts()
    assert cells[2:9] == ["sold", "web", "auto", "a", str(told["bids"]), "$12.00", "$9.60"]
    assert cells[9] == f"{told['took_ms']} ms"
    await expect(rows(walk).nth(0)).to_contain_text("This person was sold within")


async def test_filters_say_how_many_there_are_and_back_goes_back(walk, sold):
    page = walk.page
    await walk.go("/leads")
    await pick(walk, "Status", "sold (4)")
    await shown(walk, sold[3::-1])
    await page.get_by_role("button", name="Price").click()
    await shown(walk, [sold[1], sold[2], *sorted((sold[0], sold[3]), reverse=True)])
    assert parse_qs(urlsplit(page.url).query) == {"status": ["sold"], "sort": ["-price"]}
    await expect(page.get_by_role("columnheader", name="Price")).to_have_attribute("aria-sort", "descending")
    await page.go_back()
    await shown(walk, sold[3::-1])
    await page.go_back()
    await shown(walk, sold[::-1])
    await pick(walk, "Reason", "This person was sold")
    await shown(walk, sold[4:])
    assert parse_qs(urlsplit(page.url).query) == {"reason": ["duplicate"]}


async def test_an_address_shows_what_it_says(walk, sold):
    await walk.go("/leads?buyer=a&from=-1h&sort=at")
    await shown(walk, sold[:4])
    await expect(walk.page.get_by_role("combobox", name="Arrived")).to_have_value("Last hour")
    await walk.go(f"/leads?q={sold[2][-6:]}")
    await shown(walk, [sold[2]])
    await walk.go("/leads?from=2020-01-01T00:00:00Z&to=2020-01-02T00:00:00Z")
    await expect(walk.page.get_by_text("No lead in this range.")).to_be_visible()
    await walk.go("/leads?test=yes")
    await expect(walk.page.get_by_text("No lead in this range.")).to_be_visible()


async def test_the_end_of_an_id_finds_it_and_a_whole_one_opens_it(walk, sold):
    page = walk.page
    await walk.go("/leads")
    await page.get_by_label("Find").fill(sold[1][-5:])
    await page.keyboard.press("Enter")
    await shown(walk, [sold[1]])
    await page.get_by_label("Find").fill("?!")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Write four letters or more")).to_be_visible()
    await page.get_by_label("Find").fill(sold[0])
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(f"{walk.address}/leads/{sold[0]}")


async def test_a_person_is_found_by_phone_with_a_reason_and_stands_in_no_address(walk, house, sold):
    page, urls = walk.page, []
    page.on("request", lambda one: urls.append(one.url))
    page.on("framenavigated", lambda frame: urls.append(frame.url))
    await walk.go("/changes")
    await page.keyboard.press("Control+k")
    await page.get_by_label("Page, name, lead id, phone or e-mail").fill("(512) 555-0147")
    await page.get_by_role("option", name=re.compile("Leads of")).click()
    await expect(page).to_have_url(f"{walk.address}/leads")
    await page.get_by_label("Why do you look?").fill("case 12")
    await page.get_by_role("button", name="Find").click()
    found = page.get_by_role("list", name="Leads that were found").get_by_role("link")
    await expect(found).to_have_text([sold[4], sold[3]])
    assert not [url for url in [*urls, page.url] if "555" in url or "0147" in url]
    assert "0147" not in await page.evaluate("JSON.stringify([document.title, history.state, {...localStorage}])")
    looks = (await (await page.request.get(f"{walk.address}/v1/looks")).json())["items"]
    assert {(look["lead"], look["reason"]) for look in looks} == {(sold[4], "case 12"), (sold[3], "case 12")}
    await page.get_by_role("button", name="Close").click()
    await page.get_by_label("Find").fill("zoe@example.com")
    await page.keyboard.press("Enter")
    await expect(page.get_by_label("Why do you look?")).to_be_visible()
    assert not [url for url in [*urls, page.url] if "zoe" in url]


async def test_the_file_has_what_the_table_has(walk, sold):
    await walk.go("/leads?status=sold")
    async with walk.page.expect_download() as download:
        await walk.page.get_by_role("link", name="Export CSV").click()
    path = await (await download.value).path()
    lines = list(csv.DictReader(io.StringIO(path.read_text())))
    assert [line["id"] for line in lines] == sold[3::-1]


async def test_new_leads_wait_behind_a_button(walk, house, sold):
    await walk.go("/leads?source=web")
    await shown(walk, sold[::-1])
    new = (await house.sell(lead())).json["lead"]
    await expect(walk.page.get_by_role("button", name="1 new")).to_be_visible(timeout=30_000)
    await shown(walk, sold[::-1])
    await walk.page.get_by_role("button", name="1 new").click()
    await shown(walk, [new, *sold[::-1]])
    await expect(walk.page.get_by_role("button", name="1 new")).to_have_count(0)


async def test_nouns_are_told_by_name_with_one_question_at_most_for_all_of_a_kind(walk, house, sold):
    kept = await ask(house, "GET", "/v1/buyers/a")
    named = await ask(house, "PATCH", "/v1/buyers/a", {"name": "Acme & Daughters"}, If_Match=kept.headers["etag"])
    assert named.status == 200, named
    questions: list[str] = []
    walk.page.on("request", lambda one: questions.append(one.url) if "slugs=" in one.url else None)
    await walk.go("/leads?status=sold")
    named_cell = rows(walk).first.get_by_title("a", exact=True)
    await expect(named_cell).to_have_text("Acme & Daughters")
    assert len([url for url in questions if "/v1/buyers?" in url]) <= 1, "none where a picker brought the name"
    await walk.go(f"/leads/{sold[3]}")
    await expect(walk.page.get_by_text("Sold to Acme & Daughters")).to_be_visible()
