"""`make screenshots`: a picture of every page of a running house, light and dark, wide and narrow.

    OUTBID_URL=http://127.0.0.1:8800 OUTBID_PERSON=demo OUTBID_PASSWORD=… python -m tests.portal.screenshots [FOLDER]

The house is one that somebody runs (`make run`): pictures of an empty one show little. Paths are those of the walk over
every page; what stands in braces is filled from the house's own lists.
"""

import asyncio
import os
import sys
from pathlib import Path
from typing import Any

from playwright.async_api import Page, async_playwright

VIEWS = [("light", 1440), ("dark", 1440), ("light", 390), ("dark", 390)]
LISTS = {"lead": "/v1/leads?status=sold&limit=1", "campaign": "/v1/campaigns", "source": "/v1/sources"}
PATHS = [
    "/",
    "/start",
    "/leads",
    "/leads/{lead}",
    "/review",
    "/reports",
    "/sandbox",
    "/campaigns",
    "/campaigns/{campaign}",
    "/sellers",
    "/sources",
    "/sources/{source}",
    "/buyers",
    "/offers",
    "/offers/{offer}",
    "/groups",
    "/wallets",
    "/ledger",
    "/people",
    "/keys",
    "/plugins",
    "/plugins/deliveries/json",
    "/changes",
    "/settings",
]


async def first(page: Page, path: str) -> str:
    """The id or slug of the first row of a list."""
    found: Any = await page.evaluate("path => fetch(path).then(answer => answer.json())", path)
    rows = found.get("items", [])
    if not rows:
        return "none"
    return str(rows[0].get("id") or rows[0]["noun"]["slug"])


async def main(folder: Path) -> None:
    address = os.environ.get("OUTBID_URL", "http://127.0.0.1:8800")
    person, password = os.environ.get("OUTBID_PERSON", "demo"), os.environ["OUTBID_PASSWORD"]
    folder.mkdir(parents=True, exist_ok=True)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=os.environ.get("OUTBID_CHROMIUM", "/usr/bin/chromium"), args=["--no-sandbox"]
        )
        context = await browser.new_context()
        page = await context.new_page()
        await page.goto(address)
        await page.get_by_label("Name").fill(person)
        await page.get_by_label("Password", exact=True).fill(password)
        await page.get_by_role("button", name="Sign in").click()
        await page.locator("#main").wait_for()
        names = {name: await first(page, path) for name, path in (LISTS | {"offer": "/v1/offers"}).items()}
        for path in PATHS:
            for scheme, width in VIEWS:
                await page.emulate_media(color_scheme=scheme)
                await page.set_viewport_size({"width": width, "height": 900})
                await page.goto(address + path.format(**names))
                await page.get_by_role("heading", level=1).wait_for()
                await page.wait_for_timeout(1200)
                name = path.format(**names).strip("/").replace("/", "_") or "live"
                await page.screenshot(path=folder / f"{name}-{scheme}-{width}.png", full_page=True)
        await browser.close()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1] if len(sys.argv) > 1 else "var/screenshots")))
