"""Every page, in a full house and an empty one: no violation of accessibility, nothing wider than the screen, no complaint.

A page is opened once; then the screen changes under it, from scheme to scheme and from width to width.
"""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from harness.house import open_house
from outbid.store.people import users
from portal.full import FULL, fill, full_market
from portal.pages import PAGES
from portal.walk import PASSWORD, USER, Walk, open_walk

WEB = Path(__file__).parents[2] / "web"
AXE = WEB / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
VIEWS = [("light", 1440), ("dark", 320)]
MATRIX = [(scheme, width) for scheme in ("light", "dark") for width in (1440, 1024, 320)]
EMPTY = {"lead": "ld_" + "0" * 29} | dict.fromkeys(FULL, "nobody")
"""What an address names that nothing stands at: the page has to say so."""
LOOK = """async rules => {
    await new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn)));
    const found = await axe.run(document, {runOnly: {type: 'tag', values: rules}});
    return found.violations.map(one => [one.id, one.nodes.slice(0, 5).map(
        node => node.html.slice(0, 200) + ' ' + node.failureSummary)]);
}"""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """The empty house belongs to the whole matrix: in each test run every page is looked at once."""
    if "filled" in metafunc.fixturenames:
        both = [True, False] if metafunc.config.getoption("--whole-matrix") else [True]
        metafunc.parametrize("filled", both, ids=lambda is_full: "full" if is_full else "empty", indirect=True)


@pytest.fixture(scope="module")
def filled(request) -> bool:
    return request.param


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def seen(browser, worker_database, buyers, filled) -> AsyncIterator[Walk]:
    """Somebody who is signed in, in a house of which every list has rows, or none has."""
    await worker_database.empty()
    market = full_market(buyers.port) if filled else {}
    async with open_house(worker_database.url, worker_database.app_url, market) as house:
        await users.create(house.connection, USER, PASSWORD)
        names = await fill(house, buyers) if filled else EMPTY
        async with open_walk(browser, house.port, reduced_motion="reduce") as walk:
            await walk.sign_in()
            walk.names = names
            yield walk


def test_no_page_is_forgotten():
    files = WEB.glob("src/pages/*/page.ts")
    told = {path for file in files for path in re.findall(r"path: '([^']+)'", file.read_text(encoding="utf-8"))}
    plain = [path.partition("?")[0] for path in PAGES]
    missing = [one for one in told if not any(re.fullmatch(re.sub(r"\$\w+", r"[^/]+", one), path) for path in plain)]
    assert len(told) > 30
    assert missing == []


@pytest.mark.skipif(not AXE.exists(), reason="axe is not installed: it comes with the portal's build")
@pytest.mark.parametrize("path", PAGES)
async def test_a_page_is_accessible_and_fits(seen, path, request):
    page = seen.page
    views = MATRIX if request.config.getoption("--whole-matrix") else VIEWS
    seen.faults.clear()
    await page.set_viewport_size({"width": views[0][1], "height": 900})
    await seen.go(path.format(**seen.names))
    await page.wait_for_load_state("networkidle")
    await page.evaluate(AXE.read_text(encoding="utf-8"))
    found = {}
    for scheme, width in views:
        await page.emulate_media(color_scheme=scheme)
        await page.set_viewport_size({"width": width, "height": 900})
        wrong = await page.evaluate(LOOK, RULES)
        wider = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if wider > 0:
            wrong.append(f"the page is {wider} px wider than the screen")
        if wrong:
            found[f"{scheme} {width}"] = wrong
    assert found == {}
    if seen.names is EMPTY and "{" in path:
        seen.faults = [fault for fault in seen.faults if "404" not in fault]
    assert seen.faults == []
