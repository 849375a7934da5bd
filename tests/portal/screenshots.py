"""`make screenshots`: a picture of every page of a running house, light and dark, wide and narrow.

    OUTBID_URL=http://127.0.0.1:8800 OUTBID_PERSON=demo OUTBID_PASSWORD=… python -m tests.portal.screenshots [FOLDER [WORD…]]

The house is one that somebody runs (`make run`): pictures of an empty one show little. Pages are those of the walk over
every page; what stands in braces is filled from the house's own lists. With words, only pages that hold one of them.
"""

import asyncio
import os
import sys
from pathlib import Path
from typing import Any

from playwright.async_api import Page, async_playwright
from tests.portal.pages import PAGES

VIEWS = [("light", 1440), ("dark", 1440), ("light", 390), ("dark", 390)]
LISTS = {
    "lead": "/v1/leads?status=sold&limit=1",
    "campaign": "/v1/campaigns",
    "seller": "/v1/sellers",
    "source": "/v1/sources",
    "buyer": "/v1/buyers",
    "group": "/v1/groups",
    "offer": "/v1/offers",
}
SETTLED_MS = 1_200
"""A chart and the first second of the stream stand by then."""
TALLEST = 4_000
"""A screen as tall as the page: what stays in sight as one scrolls stands once."""


async def first(page: Page, path: str) -> str:
    """The id or slug of the first row of a list."""
    found: Any = await page.evaluate("path => fetch(path).then(answer => answer.json())", path)
    rows = found.get("items", [])
    if not rows:
        return "none"
    return str(rows[0].get("id") or rows[0]["noun"]["slug"])


async def sign_in(page: Page, address: str) -> None:
    await page.goto(address)
    await page.get_by_label("Name").fill(os.environ.get("OUTBID_PERSON", "demo"))
    await page.get_by_label("Password", exact=True).fill(os.environ["OUTBID_PASSWORD"])
    await page.get_by_role("button", name="Sign in").click()
    await page.locator("#main").wait_for()


async def take(page: Page, address: str, path: str, folder: Path) -> None:
    """Four pictures of a page: it is opened once, and the screen changes under it."""
    await page.set_viewport_size({"width": VIEWS[0][1], "height": 900})
    await page.goto(address + path)
    await page.get_by_role("heading", level=1).wait_for()
    name = path.strip("/").replace("/", "_").partition("?")[0] or "live"
    for scheme, width in VIEWS:
        await page.emulate_media(color_scheme=scheme)
        await page.set_viewport_size({"width": width, "height": 900})
        height = await page.evaluate("document.documentElement.scrollHeight")
        await page.set_viewport_size({"width": width, "height": min(height, TALLEST)})
        await page.wait_for_timeout(SETTLED_MS)
        await page.screenshot(path=folder / f"{name}-{scheme}-{width}.png")


async def main(folder: Path, words: list[str]) -> None:
    address = os.environ.get("OUTBID_URL", "http://127.0.0.1:8800")
    folder.mkdir(parents=True, exist_ok=True)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=os.environ.get("OUTBID_CHROMIUM", "/usr/bin/chromium"), args=["--no-sandbox"]
        )
        page = await (await browser.new_context()).new_page()
        await sign_in(page, address)
        names = {name: await first(page, path) for name, path in LISTS.items()}
        for path in PAGES:
            if not words or any(word in path for word in words):
                await take(page, address, path.format(**names), folder)
        await browser.close()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1] if len(sys.argv) > 1 else "var/screenshots"), sys.argv[2:]))
