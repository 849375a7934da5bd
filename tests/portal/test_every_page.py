"""Every page, empty of surprises: no violation of accessibility, nothing wider than the screen, no complaint."""

from pathlib import Path

import pytest
import pytest_asyncio

from harness.market import lead
from portal.walk import Walk, open_walk

AXE = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
VIEWS = [("light", 1440), ("dark", 320)]
MATRIX = [(scheme, width) for scheme in ("light", "dark") for width in (1440, 768, 320)]
PAGES = [
    "/leads",
    "/leads/{lead}",
    "/reports",
    "/reports/funnel?compare=week",
    "/reports/hours",
    "/reports/sales?from=2026-01-01&to=2026-01-02",
    "/sandbox",
    "/campaigns",
    "/campaigns/auto",
    "/campaigns/new",
    "/sellers",
    "/sellers/acme",
    "/sellers/new",
    "/sources",
    "/sources/web",
    "/sources/new",
    "/buyers",
    "/buyers/a",
    "/buyers/new",
    "/groups",
    "/groups/new",
    "/offers",
    "/offers/a",
    "/offers/new",
    "/wallets",
    "/ledger",
    "/changes",
    "/changes/1",
    "/plugins",
    "/plugins/deliveries/json",
    "/people",
    "/keys",
    "/suppressions",
    "/privacy",
    "/jobs",
    "/settings",
    "/me",
    "/nowhere",
]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    views = MATRIX if metafunc.config.getoption("--whole-matrix") else VIEWS
    if "view" in metafunc.fixturenames:
        metafunc.parametrize("view", views, ids=[f"{scheme}-{width}" for scheme, width in views], scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def seen(browser, house, view) -> Walk:
    """Somebody who is signed in, on a screen of some kind, in a house in which a lead was sold."""
    scheme, width = view
    sold = (await house.sell(lead(email=f"{scheme}{width}@example.com", phone=f"+1512555{width:04}"))).json
    async with open_walk(browser, house.port, color_scheme=scheme, viewport={"width": width, "height": 900}) as walk:
        await walk.sign_in()
        walk.lead = sold["lead"]
        yield walk


@pytest.mark.skipif(not AXE.exists(), reason="axe is not installed: it comes with the portal's build")
@pytest.mark.parametrize("path", PAGES)
async def test_a_page_is_accessible_and_fits(seen, path):
    await seen.go(path.format(lead=seen.lead))
    await seen.page.wait_for_load_state("networkidle")
    await seen.page.evaluate(AXE.read_text(encoding="utf-8"))
    found = await seen.page.evaluate(
        "rules => axe.run(document, {runOnly: {type: 'tag', values: rules}}).then(found => found.violations.map("
        "one => [one.id, one.nodes.slice(0, 5).map(node => node.html.slice(0, 200) + ' ' + node.failureSummary)]))",
        RULES,
    )
    assert found == []
    wider = await seen.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wider <= 0, f"the page is {wider} px wider than the screen"
    assert seen.faults == []
