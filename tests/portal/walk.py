"""Somebody at a browser, and what the browser complained of."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from playwright.async_api import Browser, Page

USER = "ana"
PASSWORD = "correct horse battery"


class Walk:
    """A page. `faults` are errors of the console, exceptions and requests to another host.

    Whoever expects one (a refusal of the API is an error of the console, too) takes it out with `forgive`.
    """

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.address = address
        self.faults: list[str] = []
        page.on("console", lambda line: self.faults.append(line.text) if line.type == "error" else None)
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("request", self._asked)

    def _asked(self, request: Any) -> None:
        if not request.url.startswith((self.address, "data:", "blob:")):
            self.faults.append(f"a request to {request.url}")

    def forgive(self, words: str) -> None:
        """Take out what the browser said, which must have been said."""
        kept = [fault for fault in self.faults if words not in fault]
        assert len(kept) < len(self.faults), f"nothing said {words!r}: {self.faults}"
        self.faults = kept

    async def sign_in(self) -> None:
        await self.page.goto(self.address)
        await self.page.get_by_label("Name").fill(USER)
        await self.page.get_by_label("Password", exact=True).fill(PASSWORD)
        await self.page.get_by_role("button", name="Sign in").click()
        await self.page.locator("#main").wait_for()

    async def go(self, path: str) -> None:
        """To an address of the portal, until its heading stands."""
        await self.page.goto(self.address + path)
        await self.page.get_by_role("heading", level=1).wait_for()


@asynccontextmanager
async def open_walk(browser: Browser, port: int, **more: Any) -> AsyncIterator[Walk]:
    """A fresh browser profile at a house; `more` is of playwright's `new_context`: `color_scheme`, `viewport`."""
    context = await browser.new_context(**more)
    context.set_default_timeout(20_000)
    walk = Walk(await context.new_page(), f"http://127.0.0.1:{port}")
    try:
        yield walk
        assert walk.faults == []
    finally:
        await context.close()
