"""What is not documented does not exist, and what is documented is so: pages are compared with the code they speak of."""

import datetime
import http.client
import importlib.util
import json
import re
import shlex
import sys
import threading
import tomllib
from collections.abc import Iterator
from http.server import ThreadingHTTPServer
from importlib.metadata import EntryPoint
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import msgspec
import pytest

from outbid.cli.main import parser
from outbid.cli.shown.document import read_document
from outbid.core import reasons
from outbid.core.lead.value import Value
from outbid.core.market import noun
from outbid.core.market.compile import compile_market
from outbid.core.market.snapshot import Market
from outbid.core.match.filter import compile_filter, read_filter
from outbid.plugins.registry import KINDS, Registry
from outbid.settings import Settings

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
REFERENCE = DOCS / "reference"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])
FIRST_LEAD = DOCS / "start" / "sell_your_first_lead.md"
FIELD_TYPE = DOCS / "how_to" / "add_a_field_type.md"
FENCE = re.compile(r"^```([^\n]*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")

# Letters stand in brackets so that a search for the word itself does not find this list.
FORBIDDEN = {
    "a registry's host": r"[p]ypi\.org|[p]ythonhosted\.org|[n]pmjs\.|[c]rates\.io",
    "a folder of somebody's machine": r"(?<![\w.])/([w]ork|[r]oot|[U]sers|[h]ome/\w+)/",
    "a number or name that may be real": r"\b[2-9]\d\d[ .)-]+(?!555\b)\d{3}[ .-]\d{4}\b",
    "how a text came to be": r"(?<![-\w/])([aA]gents?|[sS]essions?|[pP]rompts?|[A]I|[L]LMs?|[cC]hatbots?)\b",
}


class Block(NamedTuple):
    """A fenced block: the page, what stands behind the fence, its text."""

    page: Path
    info: str
    text: str


def all_blocks(page: Path) -> list[Block]:
    return [Block(page, found[1], found[2]) for found in FENCE.finditer(page.read_text(encoding="utf-8"))]


def blocks(info: str, page: Path | None = None) -> list[Block]:
    pages = PAGES if page is None else [page]
    return [block for path in pages for block in all_blocks(path) if block.info == info]


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.fixture(scope="module")
def build() -> Iterator[ModuleType]:
    sys.path.insert(0, str(DOCS))
    spec = importlib.util.spec_from_file_location("outbid_docs_build", DOCS / "build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
        yield module
    finally:
        sys.path.remove(str(DOCS))
        sys.modules.pop("words", None)


def compiled(text: str, plugins: Registry | None = None) -> Market:
    nouns = read_document(text).nouns
    numbered = {kind: {s: (i, n) for i, (s, n) in enumerate(found.items(), 1)} for kind, found in nouns.items()}
    return compile_market(1, numbered, plugins or Registry(installed=[]))


# -- the reference ---------------------------------------------------------------------------------------------------


def test_the_reference_is_what_the_code_gives(build):
    committed = {path.name: path.read_text(encoding="utf-8") for path in REFERENCE.iterdir()}
    made = build.pages()
    assert sorted(committed) == sorted(made)
    old = [name for name in made if made[name] != committed[name]]
    assert not old, f"run `make docs`: {', '.join(old)} would change"


def test_every_setting_of_a_process_is_documented():
    text = (REFERENCE / "settings.md").read_text(encoding="utf-8")
    assert [name for name in Settings.__struct_fields__ if f"`OUTBID_{name.upper()}`" not in text] == []


def test_every_command_and_option_is_documented(build):
    text = (REFERENCE / "commands.md").read_text(encoding="utf-8")
    sections = dict(re.findall(r"^## (outbid [^\n]+)\n(.*?)(?=^## |\Z)", text, re.DOTALL | re.MULTILINE))
    for words, command in build.leaves(parser(), ("outbid",)):
        section = sections[" ".join(words)]
        for action in command._actions:
            for option in action.option_strings or [action.dest]:
                assert option in ("-h", "--help") or f"`{option}" in section, (words, option)


OURS = ("duplicate.", "suppressed.")


def test_every_reason_is_documented():
    text = (REFERENCE / "reasons.md").read_text(encoding="utf-8")
    # What these checks declare are reasons of the exchange, without a plugin's name in front.
    codes = [*reasons.ALL, *(code for code in Registry([]).reasons() if not code.startswith(OURS))]
    assert [code for code in codes if f"| `{code}` |" not in text] == []


def test_every_plugin_and_each_of_its_settings_is_documented(build):
    text = (REFERENCE / "plugins.md").read_text(encoding="utf-8")
    for kind in KINDS:
        section = text.partition(f"\n## {kind}\n")[2].partition("\n## ")[0]
        for name in Registry([]).names(kind):
            described = section.partition(f"\n### {name}\n")[2].partition("\n### ")[0]
            assert described, (kind, name)
            if "[dialect](dialects.md)" in described:
                described += (REFERENCE / "dialects.md").read_text(encoding="utf-8")
            for setting in Registry([]).get(kind, name).Settings.__struct_encode_fields__:
                assert f"| `{setting}` |" in described, (kind, name, setting)


def test_every_setting_of_a_noun_is_documented():
    text = (REFERENCE / "market.md").read_text(encoding="utf-8")
    parts = {
        part.__name__: part
        for part in (
            noun.Field,
            noun.Check,
            noun.Enricher,
            noun.Tier,
            noun.Cap,
            noun.Wallet,
            noun.Payout,
            noun.Quotes,
            noun.Queue,
            noun.Pricing,
            noun.PriceRule,
            noun.FloorRule,
            noun.MarginRule,
            noun.PayoutRule,
        )
    }
    for name, struct in {**noun.KINDS, **parts}.items():
        section = re.search(rf"^##+ {name}\n(.*?)(?=^##|\Z)", text, re.DOTALL | re.MULTILINE)
        assert section, name
        assert [field for field in struct.__struct_encode_fields__ if f"| `{field}` |" not in section[1]] == []


def test_every_route_is_documented(build):
    text = (REFERENCE / "http.md").read_text(encoding="utf-8")
    routes = build.app.Routes(None, None, None, None, {}).litestar().routes
    paths = {build.plain_path(route.path) for route in routes if not route.path.startswith("/v1/schema")}
    assert [path for path in sorted(paths) if f"`{path}`" not in text] == []


def test_every_table_is_documented(build):
    text = (REFERENCE / "database.md").read_text(encoding="utf-8")
    schema = (Path(build.migrate.__file__).parent.parent / "schema.sql").read_text(encoding="utf-8")
    assert [line for line in schema.splitlines() if line and not line.startswith("--") and line not in text] == []


def test_nothing_in_the_reference_is_left_without_words():
    for page in ("settings.md", "commands.md", "market.md", "dialects.md"):
        for line in (REFERENCE / page).read_text(encoding="utf-8").splitlines():
            assert not line.endswith("| — |"), f"{page}: {line}: add it to the code, or to docs/words.py"
    for line in (REFERENCE / "plugins.md").read_text(encoding="utf-8").splitlines():
        assert not (line.endswith("| — |") and line.count(" | ") == 3), line


# -- pages -----------------------------------------------------------------------------------------------------------


def without_fences(text: str) -> str:
    return FENCE.sub("", text)


def anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", without_fences(page.read_text(encoding="utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_link_leads_somewhere(page):
    for target in LINK.findall(without_fences(page.read_text(encoding="utf-8"))):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        found = (page.parent / path).resolve() if path else page
        assert found.exists(), f"{named(page)} links to {target}"
        if anchor:
            assert anchor in anchors(found), f"{named(page)} links to {target}"


def test_every_page_stands_in_the_index():
    index = (DOCS / "README.md").read_text(encoding="utf-8")
    pages = [page.relative_to(DOCS) for page in DOCS.rglob("*.md") if page.parent.name != "decisions"]
    linked = {target.partition("#")[0] for target in LINK.findall(index)}
    assert [str(page) for page in pages if str(page) not in linked and page.name != "README.md"] == []


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_no_page_holds_what_belongs_in_none(page):
    text = page.read_text(encoding="utf-8")
    found = {what: match[0] for what, pattern in FORBIDDEN.items() if (match := re.search(pattern, text))}
    assert found == {}


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_commands_on_pages_can_be_run(page):
    """Every line that shows somebody calling `outbid` has words that the program knows."""
    text = page.read_text(encoding="utf-8")
    for line in re.findall(r"^\$ (?:\.venv/bin/)?outbid ([^\n]+)$", text, re.MULTILINE):
        words = shlex.split(line.partition(" > ")[0], comments=True)
        assert parser().parse_args(words), line


# -- examples --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("block", blocks("yaml market"), ids=lambda block: named(block.page))
def test_a_market_on_a_page_compiles(block):
    market = compiled(block.text)
    assert market.sources
    assert market.offers


@pytest.mark.parametrize("block", blocks("yaml filter"), ids=lambda block: named(block.page))
def test_filters_on_a_page_compile_against_its_market(block):
    market = compiled(blocks("yaml market", block.page)[0].text)
    facts = next(iter(market.campaigns.values())).facts
    for part in yaml_list(block.text):
        compile_filter(read_filter(part, facts))


def yaml_list(text: str) -> list[Any]:
    """A list in YAML, every scalar as text, read as market files are."""
    indented = "".join(f"        {line}\n" for line in text.splitlines())
    offer = "  - slug: x\n    buyer: x\n    campaign: x\n    tier: x\n    delivery: {plugin: json}\n    filter:\n      any:\n"
    read = read_document(f"offers:\n{offer}{indented}").nouns["offer"]["x"]
    assert isinstance(read, noun.Offer)
    assert read.filter is not None
    return read.filter["any"]


def test_the_buyer_of_the_first_lead_answers_as_his_page_says(capsys):
    names: dict[str, Any] = {"__name__": "buyer"}
    exec(compile(blocks("python buyer.py", FIRST_LEAD)[0].text, "buyer.py", "exec"), names)
    server = ThreadingHTTPServer(("127.0.0.1", 0), names["Buyer"])
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        for path, expected in names["ANSWERS"].items():
            connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=10)
            connection.request("POST", path, body=b'{"zip": "78701"}')
            assert json.loads(connection.getresponse().read()) == expected
            connection.close()
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
    assert '/ping {"zip": "78701"}' in capsys.readouterr().out


@pytest.fixture
def vehicles(tmp_path, monkeypatch) -> Iterator[Registry]:
    """The package of the page about field types, installed as far as the registry can tell."""
    package = tmp_path / "outbid_vehicles"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "vin.py").write_text(blocks("python vin.py", FIELD_TYPE)[0].text, encoding="utf-8")
    declared = tomllib.loads(blocks("toml pyproject.toml", FIELD_TYPE)[0].text)["project"]["entry-points"]
    monkeypatch.syspath_prepend(str(tmp_path))
    yield Registry(
        EntryPoint(name=name, value=value, group=group)
        for group, points in declared.items()
        for name, value in points.items()
    )
    for name in [name for name in sys.modules if name.startswith("outbid_vehicles")]:
        del sys.modules[name]


def test_the_field_type_of_the_page_does_what_its_samples_say(vehicles):
    plugin = vehicles.get("fields", "vin")
    samples = [block for block in all_blocks(FIELD_TYPE) if block.info.startswith("json ")]
    reached = set()
    for sample in (json.loads(block.text) for block in samples):
        settings = msgspec.convert(sample["settings"], plugin.Settings)
        for read in sample["reads"]:
            value: Value = plugin.read(read["raw"], settings, datetime.date.fromisoformat(sample["today"]))
            assert value == Value(read["raw"], read.get("value"), read.get("parts", {}), read.get("fault")), read
            reached.add(value.fault)
    assert reached - {None} == set(plugin.REASONS)
    assert plugin.read(plugin.EXAMPLE, plugin.Settings(), datetime.date(2026, 11, 24)).fault is None


def test_the_field_type_of_the_page_can_be_used_in_a_market(vehicles):
    market = blocks("yaml market", FIRST_LEAD)[0].text
    fields = blocks("yaml", FIELD_TYPE)[0].text.partition("fields:\n")[2]
    added = "".join(f"    {line}\n" for line in fields.splitlines())
    campaign = next(
        iter(compiled(market.replace("    fields:\n", f"    fields:\n{added}"), vehicles).campaigns.values())
    )
    assert {"vehicle.maker", "trailer.maker"} <= set(campaign.facts)
    assert "vehicle" not in campaign.facts
    faulty = next(field for field in campaign.fields if field.name == "vehicle").read("1EXAMPLE800000001", None)
    assert faulty.fault == "vin.wrong_check"
    assert "vin.wrong_check" in vehicles.reasons()


def test_python_on_pages_is_python():
    for page in PAGES:
        for block in all_blocks(page):
            if block.info.startswith("python"):
                compile(block.text, named(page), "exec")


def test_every_page_calls_the_exchange_at_its_port():
    pages = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
    calls = [line for page in pages for line in page.read_text(encoding="utf-8").splitlines() if "curl" in line]
    local = [line for line in calls if "localhost" in line or "127.0.0.1" in line]
    assert local
    assert [line for line in local if ":8800/" not in line] == []
    assert [line for line in local if re.search(r"\s[^\s'\"]+\?", line)] == [], "the shell reads the ? of a bare URL"
