"""The live page: what it shows is what the exchange did, second by second, also after it was away."""

import json
import re
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import pytest_asyncio
from playwright.async_api import BrowserContext, Page, expect

from api.operator.asking import ask
from harness.buyers import ACCEPT, Buyers, bid
from harness.house import request, until
from harness.market import lead, nouns, offer
from outbid.store import database
from outbid.store.people import users
from portal.walk import PASSWORD, USER, Walk, open_walk
from sale.test_kill import Running, _free_port, _open, _ready, _server

TOLD_MS = 30_000
"""A figure is of whole seconds and fetched every five: it is right in so long."""


@pytest_asyncio.fixture(scope="module", loop_scope="session", autouse=True)
async def sold(house):
    """A house that sold: five leads, and one that was refused."""
    twice = lead()
    for fields in (lead(), lead(), lead(), lead(), twice, twice | {"amount": 5}):
        await house.sell(fields)


async def summary(walk: Walk, window: str = "5m") -> dict:
    answer = await walk.page.request.get(f"{walk.address}/v1/live/summary?window={window}")
    return await answer.json()


def figure(page: Page, label: str):
    """What stands under the word of a figure."""
    return page.get_by_role("link", name=label, exact=True).locator("xpath=../following-sibling::div[1]")


def new(page: Page):
    return page.get_by_role("button", name=re.compile("new$"))


async def test_figures_bars_and_buyers_are_those_of_the_api(walk, house):
    await walk.go("/")
    await expect(walk.page.get_by_text("streaming")).to_be_visible()
    await house.sell(lead())
    page = walk.page

    async def agree() -> bool:
        told = await summary(walk)
        (today,) = told["today"]
        wanted = {
            "Leads a second": f"{told['now']['leads_a_second']:.2g}",
            "Sold": f"{told['now']['sold_percent']:.1f} %",
            "Revenue today": f"${float(today['revenue']):,.2f}",
            "Margin today": f"${float(today['margin']):,.2f}",
            "Answer, 95th pct": f"{told['now']['answer_p95']} ms",
            "Post rejects": f"{told['now']['reject_percent']:.1f} %",
        }
        shown = {label: await figure(page, label).inner_text() for label in wanted}
        bars = await page.get_by_role("list", name="Where leads stop").get_by_role("listitem").all_inner_texts()
        stops = [[str(stop["leads"]), f"{stop['percent']:.1f} %"] for stop in told["stops"]]
        won = {buyer["buyer"]: str(buyer["won"]) for buyer in told["buyers"]}
        rows = await page.get_by_role("table", name="Buyers now").locator("tbody tr").all_inner_texts()
        same = told["received"] == 7 and [bar.split()[-3:] for bar in bars] == [" ".join(x).split() for x in stops]
        return same and shown == wanted and {row.split()[0]: row.split()[1] for row in rows} == won

    await until(agree, TOLD_MS / 1000)


async def test_a_bar_leads_to_the_leads_that_it_is_of(walk):
    await walk.go("/")
    await walk.page.get_by_role("link", name="This person was sold").click()
    await expect(walk.page).to_have_url(re.compile(r"/leads\?status=refused&reason=duplicate&from=-5m"))
    rows = walk.page.get_by_role("table", name="Leads").locator("tbody tr")
    await expect(rows).to_have_count(1)
    await expect(rows).to_contain_text("refused")


async def test_new_leads_wait_until_somebody_wants_to_see_them(walk, house):
    await walk.go("/")
    await expect(walk.page.get_by_text("streaming")).to_be_visible()
    top = walk.page.get_by_role("table", name="Last leads").locator("tbody tr").first
    before = await top.inner_text()
    answers = [await house.sell(lead()) for _ in range(3)]
    await expect(new(walk.page)).to_have_text("3 new")
    assert await top.inner_text() == before
    await new(walk.page).click()
    await expect(top).to_contain_text(answers[-1].json["lead"][-6:])
    await expect(new(walk.page)).to_have_count(0)


async def test_the_space_bar_holds_the_page_and_lets_it_go_on_where_it_was(walk, house):
    page = walk.page
    await walk.go("/")
    await expect(page.get_by_text("streaming")).to_be_visible()
    await page.keyboard.press("Space")
    await expect(page.get_by_text("paused at")).to_be_visible()
    asked: list[str] = []
    page.on("request", lambda one: asked.append(one.url) if "/v1/live/summary" in one.url else None)
    before = await figure(page, "Revenue today").inner_text()
    for _ in range(2):
        await house.sell(lead())
    await page.wait_for_timeout(6_000)
    assert asked == []
    assert await figure(page, "Revenue today").inner_text() == before
    await expect(new(page)).to_have_count(0)
    await page.keyboard.press("Space")
    await expect(new(page)).to_have_text("2 new")
    await expect(figure(page, "Revenue today")).not_to_have_text(before, timeout=TOLD_MS)


async def test_the_chart_is_a_table_too_and_the_campaign_and_window_stand_in_the_address(walk, house):
    page = walk.page
    await walk.go("/?campaign=auto&window=1m")
    await expect(page.get_by_role("combobox", name="How far back")).to_have_value("Last minute")
    await expect(page.get_by_role("combobox", name="Campaign")).to_have_value("auto")
    await house.sell(lead())
    await page.get_by_role("button", name="As table: Leads a second").click()
    rows = page.get_by_role("table", name="Leads a second").locator("tbody tr")
    await expect(rows).to_have_count(60)

    async def agree() -> bool:
        told = [row.split() for row in await rows.all_inner_texts()]
        series = (await summary(walk, "1m"))["series"]
        shown = {cells[0]: (int(cells[1]), int(cells[2])) for cells in told}
        since = datetime.fromisoformat(series["since"]).astimezone(ZoneInfo("America/New_York"))
        counts = zip(series["received"], series["sold"], strict=True)
        wanted = {f"{since + timedelta(seconds=n):%H:%M:%S}": pair for n, pair in enumerate(counts)}
        both = shown.keys() & wanted.keys()
        return len(both) > 55 and sum(wanted[at][1] for at in both) > 0 and all(shown[at] == wanted[at] for at in both)

    await until(agree, TOLD_MS / 1000)


async def test_a_change_of_the_market_is_marked_and_told_in_the_table(walk, house):
    page = walk.page
    changed = await ask(house, "PATCH", "/v1/offers/b", {"priority": 7}, If_Match="*")
    assert changed.status == 200, changed.body
    (last,) = (await ask(house, "GET", "/v1/versions?limit=1")).json["items"]
    words = f"Version {last['number']} by {last['by']}: offer b changed"
    await walk.go("/?window=1m")
    await expect(page.get_by_title(words)).to_have_count(2, timeout=TOLD_MS)
    await page.get_by_role("button", name="As table: Leads a second").click()
    row = page.get_by_role("table", name="Leads a second").locator("tbody tr").filter(has_text=words)
    second = datetime.fromisoformat(last["at"]).astimezone(ZoneInfo("America/New_York"))
    await expect(row.get_by_role("rowheader")).to_have_text(f"{second:%H:%M:%S}")
    await row.get_by_role("link", name=words).click()
    await expect(page).to_have_url(f"{walk.address}/changes/{last['number']}")


async def test_a_part_of_the_chart_is_chosen_by_dragging_and_stands_still_in_the_address(walk):
    page = walk.page
    await walk.go("/?window=1m")
    chart = page.get_by_role("img", name=re.compile("^Leads a second"))
    await expect(chart.locator("canvas")).to_be_visible()
    box = await chart.bounding_box()
    for share, act in ((0.3, page.mouse.down), (0.7, page.mouse.up)):
        await page.mouse.move(box["x"] + box["width"] * share, box["y"] + 60)
        await act()
    await expect(page.get_by_text("paused at")).to_be_visible()
    query = parse_qs(urlsplit(page.url).query)
    since, until_ = (datetime.fromisoformat(query[name][0]) for name in ("since", "until"))
    assert 15 < (until_ - since).total_seconds() < 35, "four tenths of a minute and its axis"
    await expect(page.get_by_role("link", name="Leads of this time")).to_have_attribute(
        "href", re.compile(r"^/leads\?from=.+&to=.+")
    )
    await page.get_by_role("button", name="Whole window").click()
    await expect(page.get_by_text("streaming")).to_be_visible()
    assert parse_qs(urlsplit(page.url).query) == {"window": ["1m"]}


async def test_two_tabs_have_one_stream_and_the_second_goes_on_when_the_first_is_closed(walk, house):
    streams = opened_streams(walk.page.context)
    await walk.go("/")
    await expect(walk.page.get_by_text("streaming")).to_be_visible()
    second = await walk.page.context.new_page()
    await second.goto(walk.address)
    await expect(second.get_by_text("streaming")).to_be_visible()
    answer = await house.sell(lead())
    for page in (walk.page, second):
        await expect(new(page)).to_have_text("1 new")
    assert len(streams) == 1
    await walk.page.close()
    await house.sell(lead())
    await expect(new(second)).to_have_text("2 new")
    await new(second).click()
    await expect(second.get_by_role("table", name="Last leads")).to_contain_text(answer.json["lead"][-6:])
    assert len(streams) == 2
    assert "after=" in streams[1], "it goes on behind the second that was told last"


async def test_a_tab_that_nobody_sees_lets_go_after_a_minute_and_misses_nothing(walk, house):
    page, streams = walk.page, opened_streams(walk.page.context)
    await page.clock.install()
    await walk.go("/")
    await expect(page.get_by_text("streaming")).to_be_visible()
    closed: list[str] = []
    page.on("requestfailed", lambda one: closed.append(one.url) if "/v1/stream" in one.url else None)
    await page.clock.pause_at(await page.evaluate("Date.now() / 1000 + 1"))
    await seen(page, False)
    await page.clock.run_for(50_000)
    assert closed == []
    await page.clock.run_for(10_000)
    await until(lambda: len(closed) == 1)
    await page.clock.resume()
    await house.sell(lead())
    await seen(page, True)
    await expect(new(page)).to_have_text("1 new")
    assert len(streams) > 1
    assert all("after=" in one for one in streams[1:]), "it goes on behind the second that was told last"


def opened_streams(context: BrowserContext) -> list[str]:
    found: list[str] = []
    context.on("request", lambda one: found.append(one.url) if "/v1/stream" in one.url else None)
    return found


async def seen(page: Page, is_seen: bool) -> None:
    await page.evaluate(
        """(isSeen) => {
            Object.defineProperty(document, 'hidden', { configurable: true, value: !isSeen });
            document.dispatchEvent(new Event('visibilitychange'));
        }""",
        is_seen,
    )


async def test_a_server_that_comes_back_is_listened_to_again_without_a_gap(browser, server_folder):
    port = _free_port()
    running = Running(server_folder, port)
    async with Buyers() as buyers:
        buyers.on("a", ping=bid("10"), post=ACCEPT)
        await running.start()
        try:
            await _open(running, port, nouns([offer("a", buyers.port)]), server_folder)
            connection = await database.connect(_server(server_folder).start().url)
            await users.create(connection, USER, PASSWORD)
            await connection.close()
            await sell(port)
            async with open_walk(browser, port) as walk:
                await walk.sign_in()
                await _outlives(walk, running, port)
        finally:
            running.stop()


async def _outlives(walk: Walk, running: Running, port: int) -> None:
    page = walk.page
    await expect(page.get_by_text("streaming")).to_be_visible(timeout=TOLD_MS)
    await sell(port)
    await expect(new(page)).to_have_text("1 new")
    running.stop()
    await expect(page.get_by_text("last seen")).to_be_visible(timeout=TOLD_MS)
    await running.start()
    await until(lambda: _ready(port), 60)
    for _ in range(2):
        await sell(port)
    await expect(page.get_by_text("streaming")).to_be_visible(timeout=30_000)
    await expect(new(page)).to_have_text("3 new", timeout=TOLD_MS)
    walk.forgive("ERR_")


async def sell(port: int) -> None:
    answer = await request(port, "POST", "/v1/leads", json.dumps(lead()).encode())
    assert answer.json["outcome"] == "sold", answer
