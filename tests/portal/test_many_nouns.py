"""A house with more nouns than a page asks for: each is found, picked and opened, and lists are walked by keys."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
import pytest_asyncio
from msgspec.structs import replace
from playwright.async_api import expect

from api.operator.asking import HOUSE_KEY
from harness.market import nouns, offer
from outbid.api.auth import key_hash
from outbid.core.market.noun import Buyer, Key, Seller

MANY = 620
"""More than the 500 that the API gives at once."""
LAST = f"z{MANY - 1:04}"


@pytest_asyncio.fixture(scope="module", loop_scope="session", autouse=True)
async def many(house, buyers) -> None:
    market = nouns([offer("a", buyers.port), offer("b", buyers.port)])
    market["key"]["house"] = Key(slug="house", holder="house", hash=key_hash(HOUSE_KEY))
    for at in range(MANY):
        slug = f"z{at:04}"
        market["buyer"][slug] = Buyer(slug=slug, name=f"Zest {at} Motors")
        market["seller"][slug] = Seller(slug=slug, name=f"Feed {at}")
        market["source"][slug] = replace(market["source"]["web"], slug=slug, seller="z0000", paused=True)
    await house.change(market)


async def test_a_buyer_behind_the_first_500_is_picked_by_name_and_stays_named(walk):
    page = walk.page
    await walk.go("/offers/a")
    box = page.get_by_role("combobox", name="Buyer", exact=True)
    await box.fill(f"motors {MANY - 1}")
    await page.get_by_role("option", name=f"Zest {MANY - 1} Motors").click()
    await expect(box).to_have_value(f"Zest {MANY - 1} Motors")
    asked = []
    page.on("request", lambda one: asked.append(one.url))
    await walk.go(f"/leads?buyer={LAST}")
    await expect(page.get_by_role("combobox", name="Buyer", exact=True)).to_have_value(f"Zest {MANY - 1} Motors")
    named = [parse_qs(urlsplit(url).query) for url in asked if "/v1/buyers?" in url]
    assert [one["slugs"] for one in named if "slugs" in one] == [[LAST]], "its name, in one request"
    assert all(int(one.get("limit", ["100"])[0]) <= 50 for one in named if "slugs" not in one), (
        "and no more than it shows"
    )


async def test_the_palette_finds_each_of_them(walk):
    await walk.go("/leads")
    await walk.page.keyboard.press("Control+k")
    await walk.page.keyboard.type(f"zest {MANY - 1}")
    await expect(walk.page.get_by_role("option", name=f"Zest {MANY - 1} Motors buyer")).to_be_visible()
    await walk.page.keyboard.press("Enter")
    await expect(walk.page).to_have_url(f"{walk.address}/buyers/{LAST}")


async def test_a_list_finds_each_of_them_and_goes_on_behind_its_first_page(walk):
    page = walk.page
    await walk.go("/buyers")
    table = page.get_by_role("table", name="Buyers")
    await expect(table).to_have_attribute("aria-rowcount", "501")
    await page.get_by_role("button", name="More rows").click()
    await expect(table).to_have_attribute("aria-rowcount", str(MANY + 2 + 1))
    await page.get_by_label("Find", exact=True).fill(f"{MANY - 1} zest")
    await expect(table.locator("tbody tr")).to_have_count(1)
    await expect(table.get_by_role("link")).to_have_text(f"Zest {MANY - 1} Motors")


async def test_how_many_belong_to_each_is_told_beyond_500_and_leads_to_them(walk):
    page = walk.page
    await walk.go("/sellers?q=feed+0")
    row = page.get_by_role("table", name="Sellers").locator("tbody tr").first
    await row.get_by_role("link", name=str(MANY), exact=True).click()
    await expect(page).to_have_url(f"{walk.address}/sources?seller=z0000")
    await expect(page.get_by_text("Only those of the seller Feed 0.")).to_be_visible()
    await expect(page.get_by_role("table", name="Sources")).to_have_attribute("aria-rowcount", "501")
    await page.get_by_role("button", name="All sources").click()
    await expect(page).to_have_url(f"{walk.address}/sources")


@pytest.mark.parametrize("path", ["sellers", "buyers", "campaigns", "offers", "sources"])
async def test_j_k_and_enter_walk_every_list_of_nouns(walk, path):
    page = walk.page
    await walk.go(f"/{path}")
    links = page.locator("tbody a[data-link]")
    await links.first.wait_for()
    several = await links.count() > 1
    await page.keyboard.press("j")
    await expect(links.nth(0)).to_be_focused()
    if several:
        await page.keyboard.press("j")
        await expect(links.nth(1)).to_be_focused()
        await page.keyboard.press("k")
        await expect(links.nth(0)).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(links.nth(0)).not_to_be_focused()
    await page.keyboard.press("j")
    target = await links.nth(0).get_attribute("href")
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(walk.address + target)
    assert re.fullmatch(f"/{path}/[\\w-]+", target)


async def test_a_long_list_of_values_is_pasted_judged_searched_thinned_and_kept(walk, house):
    page = walk.page
    await walk.go("/offers/b")
    await page.get_by_role("button", name="Add a rule", exact=True).click()
    for box, option in (("fact", "amount"), ("test", "is one of")):
        await page.get_by_role("combobox", name=f"Rule 1: {box}").click()
        await page.get_by_role("option", name=option, exact=True).click()
    await page.get_by_role("button", name="Rule 1: paste a list").click()
    text = page.get_by_label("Rule 1: values to add")
    await text.fill("\n".join([*map(str, range(1, 1202)), "seven", "1201; nine 3"]))
    await page.get_by_role("button", name="Rule 1: add these values").click()
    await expect(page.get_by_text("1,203 read, 1,201 on the list, 2 unknown")).to_be_visible()
    await expect(page.get_by_text("amount: write a number, not 'seven'")).to_be_visible()
    await expect(text).to_have_value("seven\nnine")
    await page.get_by_label("Rule 1: search its values").fill("777")
    await expect(page.get_by_text("1 of 1,201 values")).to_be_visible()
    await page.get_by_role("button", name="Rule 1: remove 777").click()
    await expect(page.get_by_text("0 of 1,200 values")).to_be_visible()
    async with page.expect_download() as download:
        await page.get_by_role("button", name="Download").click()
    path = await (await download.value).path()
    wanted = [str(one) for one in range(1, 1202) if one != 777]
    assert path.read_text().split() == wanted
    await page.get_by_role("button", name="Save offer").click()
    await expect(page.get_by_text("Saved: b.")).to_be_visible()
    kept = await (await page.request.get(f"{walk.address}/v1/offers/b")).json()
    assert kept["filter"] == {"all": [{"fact": "amount", "one_of": wanted}]}


async def test_a_hundred_thousand_values_do_not_hold_the_page_up(walk):
    page = walk.page
    await walk.go("/offers/a")
    await page.get_by_role("button", name="Add a rule", exact=True).click()
    for box, option in (("fact", "amount"), ("test", "is one of")):
        await page.get_by_role("combobox", name=f"Rule 1: {box}").click()
        await page.get_by_role("option", name=option, exact=True).click()
    await page.get_by_role("combobox", name="Rule 1: values").evaluate(
        """(box) => {
          const data = new DataTransfer();
          data.setData('text', Array.from({ length: 100000 }, (_, at) => String(at)).join('\\n'));
          box.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
        }"""
    )
    await expect(page.get_by_text("100,000 read, 100,000 on the list, 0 unknown")).to_be_visible()
    await page.get_by_label("Rule 1: search its values").press_sequentially("99999")
    await expect(page.get_by_text("1 of 100,000 values")).to_be_visible(timeout=5_000)
