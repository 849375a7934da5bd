"""One clock, one source of chance, one door to the network, one to the database; and nobody reads without a scope."""

import ast
import re
from collections.abc import Iterator

import pytest

from house.tree import SOURCE, called, functions, modules, texts

PATHS = sorted(modules())


def imports(tree: ast.AST) -> Iterator[str]:
    """Every imported name, as `module` and `module.name`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{name.name}" for name in node.names)


def uses(tree: ast.AST) -> set[str]:
    """Every dotted name that is read, as it is written (`datetime.now`, `os.urandom`)."""
    return {
        f"{node.value.id}.{node.attr}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
    }


# -- clock and chance ------------------------------------------------------------------------------------------------

CLOCKS = {"time", "random", "secrets", "uuid"}
CLOCK_NAMES = {
    "datetime.now", "datetime.utcnow", "datetime.today", "date.today", "os.urandom", "os.getrandom",
    "random.random", "uuid.uuid4", "time.time",
}  # fmt: skip
OTHER_CLOCKS = {
    "exchange/clock.py": "the one clock",
    "exchange/outbound/talk/call.py": "how long the phases of a call took; its deadlines are the loop's",
    "master_key.py": "a master key is made once",
    "cli/keys.py": "a key is 128 random bits",
    "cli/serving/serve.py": "the supervisor looks twice a second",
    "cli/demo/selling/arrivals.py": "made-up sellers live in their own time",
    "cli/demo/selling/call.py": "made-up sellers live in their own time",
    "cli/demo/buying/fleet.py": "made-up buyers throw dice",
    "cli/demo/selling/people.py": "made-up people are drawn",
    "cli/demo/sellers.py": "made-up sellers live in their own time",
    "store/server/place.py": "passwords of the embedded server",
    "store/server/embedded.py": "waits for the embedded server",
    "store/server/launch.py": "waits for the embedded server",
    "store/server/machine/lock.py": "waits for another process",
    "store/server/machine/processes.py": "waits for processes to end",
}


@pytest.mark.parametrize("path", PATHS)
def test_time_and_chance_come_from_the_one_clock(path):
    tree = modules()[path]
    found = {name for name in imports(tree) if name in CLOCKS} | (uses(tree) & CLOCK_NAMES)
    assert found == set() or path in OTHER_CLOCKS


# -- network ---------------------------------------------------------------------------------------------------------

NETWORK = {
    "socket", "httptools", "http.client", "urllib.request", "ssl", "requests", "httpx", "aiohttp", "smtplib", "ftplib",
    "asyncio.open_connection",
}  # fmt: skip
CONNECTS = {"open_connection", "create_connection", "sock_connect", "urlopen", "getaddrinfo", "gethostbyname"}
OTHER_NETWORKS = {
    "exchange/process.py": "the host's name, for the list of lanes",
    "api/bounded.py": "reads requests; the server listens",
    "cli/serving/accepting.py": "connections of the listening socket",
    "cli/serving/serve.py": "the listening socket",
    "cli/serving/worker.py": "the listening socket",
    "cli/demo/selling/call.py": "the example sellers are clients of ours",
    "cli/demo/buying/serve.py": "the example buyers are servers of their own",
    "cli/demo/run.py": "waits until the exchange listens",
    "store/server/launch.py": "asks whether the embedded server listens",
}


@pytest.mark.parametrize("path", PATHS)
def test_the_one_door_to_the_network_is_outbound(path):
    tree = modules()[path]
    found = {name for name in imports(tree) if name in NETWORK}
    found |= {called(node) for node in ast.walk(tree) if isinstance(node, ast.Call)} & CONNECTS
    assert found == set() or path.startswith("exchange/outbound/") or path in OTHER_NETWORKS


# -- database --------------------------------------------------------------------------------------------------------

SQL = re.compile(
    r"\bselect\b[\s\S]+\bfrom\b|\binsert\s+into\b|\bupdate\b[\s\S]+\bset\b|\bdelete\s+from\b|\bcreate\s+(table|index|role)\b"
    r"|\balter\s+(table|role)\b|\bdrop\s+table\b|\bpg_\w+\s*\(|^show \w+$",
    re.IGNORECASE,
)


@pytest.mark.parametrize("path", [path for path in PATHS if not path.startswith("store/")])
def test_only_the_store_speaks_sql(path):
    assert [text.value for text in texts(modules()[path]) if SQL.search(text.value)] == []


GUARDED = re.compile(
    r"\b(?:from|join)\s+(lead|sale|chapter|transfer|account|hold|lead_status|lead_key|traffic|look|person)\b",
    re.IGNORECASE,
)
WITHOUT_SCOPE = {
    "leads.py:_records": "chapters of leads that were read within a scope",
    "tally/recount.py:_earlier": "chapters of leads that were read within a scope",
    "money/rooms.py:look": "room by ids that only the market gives; the exchange and its dry run ask, for the house",
    "money/ceilings.py": "the market's limits, written with a version of it, for the house",
    "commit/sql.py": "the statements of the writer, which acts for the house",
    "commit/writer.py": "the statements of the writer, which acts for the house",
    "upkeep/migrate.py": "the schema itself",
    "upkeep/partitions.py": "the schema itself",
}


def readers() -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    """Functions of the store whose SQL, or a constant of their module that they name, reads a guarded table."""
    for path, tree in modules().items():
        if not path.startswith("store/") or path.startswith("store/server/"):
            continue
        constants = {
            target.id: " ".join(text.value for text in texts(node.value))
            for node in tree.body
            if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None
            for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
            if isinstance(target, ast.Name)
        }
        for found in functions(tree):
            words = [text.value for text in texts(found)]
            words += [constants.get(node.id, "") for node in ast.walk(found) if isinstance(node, ast.Name)]
            if any(GUARDED.search(word) for word in words):
                yield path.removeprefix("store/"), found


def test_every_function_that_reads_leads_or_money_takes_a_scope_and_looks_at_it():
    blind, seen = [], set()
    for name, found in readers():
        seen.add(f"{name}:{found.name}")
        if name in WITHOUT_SCOPE or f"{name}:{found.name}" in WITHOUT_SCOPE:
            continue
        parameters = {argument.arg for argument in (*found.args.args, *found.args.kwonlyargs)}
        looks = any(isinstance(node, ast.Name) and node.id == "scope" for node in ast.walk(found))
        if "scope" not in parameters or not looks:
            blind.append(f"{name}:{found.name}")
    assert blind == []
    assert {"leads.py:read", "leads.py:newest", "leads.py:deals", "money/ledger.py:accounts"} <= seen


def test_a_scope_is_never_given_by_default():
    for name, found in readers():
        defaults = found.args.defaults + [default for default in found.args.kw_defaults if default]
        names = {node.id for default in defaults for node in ast.walk(default) if isinstance(node, ast.Name)}
        assert "HOUSE" not in names, f"{name}:{found.name}"


@pytest.mark.parametrize(
    "allowed", [OTHER_CLOCKS, OTHER_NETWORKS, {f"store/{name.partition(':')[0]}": "" for name in WITHOUT_SCOPE}]
)
def test_every_exception_still_stands(allowed):
    assert [path for path in allowed if not (SOURCE / path).is_file()] == []
