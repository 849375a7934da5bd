"""A table of 100,000 leads: any place of it at once, by scrollbar, keys or pages, and each place has an address."""

import re
import time
from collections.abc import AsyncIterator
from statistics import median
from urllib.parse import parse_qs, urlsplit

import pytest
import pytest_asyncio
from playwright.async_api import expect

from harness.many import MANY, Many
from harness.market import lead
from portal.walk import Walk

JUMPS = 7
DRAWN_MS = 100
"""From the answer to rows on the screen, the median of some jumps."""
SPENT_MS = 160
"""Of the page's own thread on a whole jump: empty rows, the question, and the rows."""
WHOLE_MS = 400
"""From the scrollbar's move to rows on the screen."""


@pytest_asyncio.fixture(scope="module", loop_scope="session", autouse=True)
async def many(house) -> AsyncIterator[Many]:
    found = Many(int(time.time() * 1000), cell=house.process.exchange.cell)
    await found.write(house.connection)
    yield found
    await found.remove(house.connection)


def table(walk: Walk):
    return walk.page.get_by_role("table", name="Leads")


def row(walk: Walk, number: int):
    """A row by its number, from 1 on; the head is the first row of the table."""
    return table(walk).locator(f"tr[aria-rowindex='{number + 1}']")


async def shows(walk: Walk, number: int, name: str) -> None:
    """The lead stands in this row, and one can see it."""
    await expect(row(walk, number)).to_contain_text(name[-6:])
    await expect(row(walk, number)).to_be_in_viewport()


async def go_to(walk: Walk, number: int) -> None:
    await walk.page.get_by_label("Row to go to").fill(str(number))
    await walk.page.get_by_role("button", name="Go to row").click()


def words(walk: Walk) -> dict[str, list[str]]:
    return parse_qs(urlsplit(walk.page.url).query)


async def test_the_end_the_middle_and_the_top_are_one_key_away(walk, many):
    await walk.go("/leads")
    await expect(table(walk)).to_have_attribute("aria-rowcount", str(MANY + 1))
    await expect(walk.page.get_by_text("100,000 in all")).to_be_visible()
    await shows(walk, 1, many.name(MANY - 1))
    await walk.page.keyboard.press("j")
    await expect(row(walk, 1).get_by_role("link")).to_be_focused()
    await walk.page.keyboard.press("End")
    await shows(walk, MANY, many.name(0))
    await expect(row(walk, MANY).get_by_role("link")).to_be_focused()
    await walk.page.keyboard.press("k")
    await expect(row(walk, MANY - 1).get_by_role("link")).to_be_focused()
    await walk.page.keyboard.press("PageUp")
    await walk.page.keyboard.press("PageUp")
    await expect(row(walk, MANY - 1)).not_to_be_in_viewport()
    await walk.page.keyboard.press("Home")
    await shows(walk, 1, many.name(MANY - 1))
    await expect(row(walk, 1).get_by_role("link")).to_be_focused()
    for number in (50_000, 2, 99_999):
        await go_to(walk, number)
        await shows(walk, number, many.name(MANY - number))
    assert await table(walk).locator("tbody tr[data-index]").count() < 120, "only rows in sight are drawn"


async def test_keys_go_on_across_pages_and_enter_opens(walk, many):
    await walk.go("/leads?row=99")
    await shows(walk, 99, many.name(MANY - 99))
    await walk.page.keyboard.press("j")
    for number in range(99, 104):
        await expect(row(walk, number).get_by_role("link")).to_be_focused()
        await walk.page.keyboard.press("j")
    await expect(row(walk, 104).get_by_role("link")).to_be_focused()
    await walk.page.keyboard.press("Escape")
    await expect(walk.page.get_by_role("group", name="Leads, rows")).to_be_focused()
    await walk.page.keyboard.press("k")
    await walk.page.keyboard.press("Enter")
    await expect(walk.page).to_have_url(re.compile("/leads/ld_"))


async def test_the_scrollbar_stands_for_all_and_a_place_has_an_address(walk, many, browser):
    await walk.go("/leads")
    await expect(table(walk)).to_have_attribute("aria-rowcount", str(MANY + 1))
    scroller = walk.page.get_by_role("group", name="Leads, rows")
    await scroller.evaluate("(box) => { box.scrollTop = box.scrollHeight / 2 }")
    await expect(walk.page).to_have_url(re.compile("row=50"))
    number = int(words(walk)["row"][0])
    assert abs(number - MANY / 2) < 50
    await shows(walk, number, many.name(MANY - number))
    url = walk.page.url
    await row(walk, number + 3).get_by_role("link").click()
    await expect(walk.page).to_have_url(f"{walk.address}/leads/{many.name(MANY - number - 3)}")
    await walk.page.go_back()
    await shows(walk, number, many.name(MANY - number))
    assert walk.page.url == url
    await walk.page.goto("about:blank")
    await walk.page.goto(url)
    await shows(walk, number, many.name(MANY - number))


async def test_a_list_is_sorted_and_filtered_anywhere_in_it(walk, many):
    sold = [place for place in range(MANY) if many.status(place)[0] == "sold"]
    by_price = sorted(sold, key=lambda place: (many.price_micros(place), many.id(place)), reverse=True)
    await walk.go("/leads?row=70000")
    await shows(walk, 70_000, many.name(30_000))
    await walk.page.get_by_role("button", name="Time").click()
    await shows(walk, 1, many.name(0))
    assert words(walk) == {"sort": ["at"]}
    await go_to(walk, 70_000)
    await shows(walk, 70_000, many.name(69_999))
    await walk.page.get_by_role("combobox", name="Status").click()
    await walk.page.get_by_role("option", name=re.compile("^sold")).click()
    await expect(table(walk)).to_have_attribute("aria-rowcount", str(len(sold) + 1))
    await shows(walk, 1, many.name(sold[0]))
    await go_to(walk, 20_000)
    await shows(walk, 20_000, many.name(sold[19_999]))
    await walk.page.get_by_role("button", name="Price").click()
    await shows(walk, 1, many.name(by_price[0]))
    await go_to(walk, 12_345)
    await shows(walk, 12_345, many.name(by_price[12_344]))
    await walk.page.go_back()
    await shows(walk, 20_000, many.name(sold[19_999]))


async def test_pages_do_without_a_scrollbar(walk, many):
    await walk.go("/leads?row=50001")
    await shows(walk, 50_001, many.name(MANY - 50_001))
    await walk.page.get_by_label("In pages").check()
    await expect(walk.page.get_by_text("Page 501 of 1,000")).to_be_visible()
    await expect(table(walk).locator("tbody tr")).to_have_count(100)
    await walk.page.get_by_role("button", name="Next page").click()
    await expect(row(walk, 50_101)).to_contain_text(many.name(MANY - 50_101)[-6:])
    await row(walk, 50_200).get_by_role("link").focus()
    await walk.page.keyboard.press("j")
    await expect(row(walk, 50_201).get_by_role("link")).to_be_focused()
    await walk.page.keyboard.press("k")
    await expect(row(walk, 50_200).get_by_role("link")).to_be_focused()
    await walk.page.reload()
    await expect(walk.page.get_by_text("Page 502 of 1,000")).to_be_visible()


JUMP = """async (number) => {
  const box = document.querySelector('[data-virtual]');
  performance.clearResourceTimings();
  const begun = performance.now();
  box.scrollTop = (number - 1) * 32;
  const link = () => document.querySelector(`tr[aria-rowindex="${number + 1}"] a`);
  for (let frames = 0; frames < 1200 && !link(); frames++) await new Promise(requestAnimationFrame);
  const shown = performance.now();
  const page = `skip=${Math.floor((number - 1) / 100) * 100}&`;
  const [answer] = performance.getEntriesByType('resource').filter((one) => one.name.includes(page));
  return link() && answer ? [shown - answer.responseEnd, shown - begun] : null;
}"""


@pytest.mark.timed
async def test_a_jump_shows_its_rows_soon_after_the_answer(walk, many, budgets):
    await walk.go("/leads")
    await expect(table(walk)).to_have_attribute("aria-rowcount", str(MANY + 1))
    clock = await walk.page.context.new_cdp_session(walk.page)
    await clock.send("Performance.enable", {"timeDomain": "threadTicks"})
    took, spent = [], []
    for number in range(1, JUMPS + 1):
        before = await busy(clock)
        took.append(await walk.page.evaluate(JUMP, number * 9_001))
        spent.append((await busy(clock) - before) * 1000)
    assert None not in took, took
    kept = [
        budgets("jump in 100,000 rows: answer to rows", median(drawn for drawn, _ in took), DRAWN_MS, "ms"),
        budgets("jump in 100,000 rows: to rows", median(whole for _, whole in took), WHOLE_MS, "ms"),
        budgets("jump in 100,000 rows: the page's own thread", median(spent), SPENT_MS, "ms"),
    ]
    assert all(kept), (took, spent)


async def busy(clock) -> float:
    """Seconds that the page's thread worked so far, whatever else the machine did meanwhile."""
    metrics = (await clock.send("Performance.getMetrics"))["metrics"]
    return next(one["value"] for one in metrics if one["name"] == "TaskDuration")


async def test_no_row_moves_while_leads_come(walk, many, house, buyers):
    await walk.go("/leads")
    await expect(table(walk)).to_have_attribute("aria-rowcount", str(MANY + 1))
    new = (await house.sell(lead(phone="+15125550199", email="new@example.com"))).json["lead"]
    await go_to(walk, 60_000)
    await shows(walk, 60_000, many.name(MANY - 60_000))
    await walk.page.get_by_role("button", name="1 new").click(timeout=30_000)
    await shows(walk, 1, new)
    await shows(walk, 2, many.name(MANY - 1))
    await expect(walk.page.get_by_text("more than 100,000")).to_be_visible()
