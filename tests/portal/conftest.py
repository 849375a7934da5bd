"""A real Chromium that looks at the portal of a real exchange."""

import shutil
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright, expect

from api.operator.asking import HOUSE_KEY
from harness.buyers import ACCEPT, Buyers, bid
from harness.house import House, open_house
from harness.market import nouns, offer
from outbid.api.auth import key_hash
from outbid.api.portal.files import read_built
from outbid.core.market.noun import Key
from outbid.store.people import users
from portal.walk import PASSWORD, USER, Walk, open_walk

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
expect.set_options(timeout=20_000)  # a busy machine is no fault of a page
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


MEASURED = pytest.StashKey[list[tuple[str, float, float, str]]]()


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "timed: measures times, so only on a quiet machine where somebody asks for it")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--whole-matrix", action="store_true", help="every page in every scheme and width; times, too")


@pytest.fixture(scope="session")
def budgets(pytestconfig: pytest.Config) -> Callable[[str, float, float, str], bool]:
    """A function that notes a figure beside its budget: `(what, measured, budget, unit)`; gives whether it is kept."""
    measured = pytestconfig.stash.setdefault(MEASURED, [])

    def note(what: str, figure: float, budget: float, unit: str) -> bool:
        measured.append((what, figure, budget, unit))
        return figure <= budget

    return note


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """The table of budgets and what was measured."""
    for what, figure, budget, unit in config.stash.get(MEASURED, []):
        missed = "" if figure <= budget else "  MISSED"
        terminalreporter.write_line(f"{what:<60} {figure:>8.3g} {unit:<2} of {budget:g}{missed}")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Times are measured where somebody asks for them. Without a browser or a portal, one line says why not."""
    if not config.getoption("--whole-matrix"):
        items[:] = [item for item in items if item.get_closest_marker("timed") is None]
    missing = "Chromium is not installed" if CHROMIUM is None else "" if read_built() else "the portal is not built"
    for item in items:
        if missing and Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.skip(reason=missing))


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        found = await playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield found
        await found.close()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def buyers() -> AsyncIterator[Buyers]:
    async with Buyers() as found:
        found.on("a", ping=bid("10"), post=ACCEPT)
        found.on("b", ping=bid("8"), post=ACCEPT)
        yield found


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def house(worker_database, buyers) -> AsyncIterator[House]:
    """Two buyers who bid 10 and 8, and somebody who may sign in."""
    await worker_database.empty()
    market = nouns([offer("a", buyers.port), offer("b", buyers.port)])
    market["key"]["house"] = Key(slug="house", holder="house", hash=key_hash(HOUSE_KEY))
    async with open_house(worker_database.url, worker_database.app_url, market) as found:
        await users.create(found.connection, USER, PASSWORD)
        yield found


@pytest_asyncio.fixture(loop_scope="session")
async def walk(browser, house) -> AsyncIterator[Walk]:
    """A page of somebody who is signed in. After the test the browser must have had nothing to complain of."""
    async with open_walk(browser, house.port) as found:
        await found.sign_in()
        yield found
