"""What a page weighs before its first data: budgets on the wire, with gzip."""

import pytest

from outbid.api.portal.files import read_built

KB = 1_000
MOST_JS_OF_A_PAGE = 240 * KB
MOST_JS_IN_ALL = 600 * KB
MOST_CSS = 25 * KB
MOST_FONT = 50 * KB
MOST_REQUESTS = 24
"""Scripts, styles, fonts and the page; what a page asks of the API is its own affair."""


def weight(path: str) -> int:
    file = read_built()[path]
    return len(dict(file.twins).get(b"gzip", file.plain))


def test_all_scripts_together():
    assert sum(weight(path) for path in read_built() if path.endswith(".js")) <= MOST_JS_IN_ALL


@pytest.mark.parametrize("path", ["/leads", "/offers/a", "/campaigns/auto", "/plugins/deliveries/json"])
async def test_a_page_before_its_first_data(walk, path):
    await walk.go(path)
    await walk.page.wait_for_load_state("networkidle")
    asked = await walk.page.evaluate("performance.getEntriesByType('resource').map(one => new URL(one.name).pathname)")
    files = {one for one in asked if not one.startswith("/v1/")}
    assert sum(weight(one) for one in files if one.endswith(".js")) <= MOST_JS_OF_A_PAGE
    assert sum(weight(one) for one in files if one.endswith(".css")) <= MOST_CSS
    assert sum(weight(one) for one in files if one.endswith(".woff2")) <= MOST_FONT
    assert len(files) <= MOST_REQUESTS
