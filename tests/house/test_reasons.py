"""Reasons: whatever code is told exists with a sentence, and whatever exists is told somewhere."""

import ast
from collections.abc import Iterator

import pytest

from house.tree import called, modules, texts
from outbid.core.reasons import ALL
from outbid.plugins.registry import KINDS, Registry

PLUGINS = {
    f"plugins/{kind}/{name}.py": Registry([]).get(kind, name) for kind in KINDS for name in Registry([]).names(kind)
}
POSITIONS = {"Flaw": 0, "Refused": 0, "fail": 0, "fail_soon": 0, "Failure": 0, "_no": 2, "No": 1, "Malformed": 1, "Close": 1,
             "problem": 1, "PingReply": 4, "Skip": 1}  # fmt: skip
"""Where the code stands among the arguments of what tells it; `reason=` and `code=` tell one anywhere."""
NOT_REASONS = {"plugins/registry.py"}
TOLD_IN_BYTES = {
    "head_too_large": "api/bounded.py",
    "request_malformed": "api/bounded.py",
    "request_late": "api/patient.py",
}
"""Told below the application, in an answer that is written out as bytes."""
YET_TO_COME: set[str] = set()
"""Declared for what is not built yet. Take a code out when it is told."""


def literals(node: ast.AST) -> Iterator[str]:
    """The texts that an expression may come to."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from (*literals(node.body), *literals(node.orelse))
    elif isinstance(node, ast.BoolOp):
        yield from (text for value in node.values for text in literals(value))


def told(tree: ast.AST) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            at = POSITIONS.get(called(node))
            given = [node.args[at]] if at is not None and at < len(node.args) else []
            given += [keyword.value for keyword in node.keywords if keyword.arg in ("reason", "code")]
            found |= {text for value in given for text in literals(value)}
        elif isinstance(node, ast.FunctionDef) and ("reason" in node.name or node.name == "_why_unsold"):
            answers = [inner.value for inner in ast.walk(node) if isinstance(inner, ast.Return) and inner.value]
            found |= {text for value in answers for text in literals(value)}
    return {code for code in found if code.isidentifier()}


@pytest.mark.parametrize(
    "path",
    [path for path in sorted(modules()) if path not in NOT_REASONS and not path.startswith(("cli/", "store/server/"))],
)
def test_every_code_that_is_told_is_declared(path):
    own = set(getattr(PLUGINS.get(path), "REASONS", {}))
    assert told(modules()[path]) - set(ALL) - own == set()


def test_the_codes_are_found_where_they_are_told():
    assert "body_too_large" in told(modules()["api/intake.py"])
    assert "no_match" in told(modules()["core/route.py"])
    assert "lead_unknown" in told(modules()["api/app.py"])


@pytest.mark.parametrize("code", sorted(ALL))
def test_every_reason_of_the_house_is_told_somewhere(code):
    elsewhere = (tree for path, tree in modules().items() if path != "core/reasons.py")
    everywhere = {text.value for tree in elsewhere for text in texts(tree)}
    assert (code in everywhere or code in TOLD_IN_BYTES) != (code in YET_TO_COME)


@pytest.mark.parametrize(("code", "path"), TOLD_IN_BYTES.items())
def test_a_reason_that_is_told_in_bytes_is_told_with_its_code(code, path):
    found = [node.value for node in ast.walk(modules()[path]) if isinstance(node, ast.Constant)]
    assert any(b'"code":"%s"' % code.encode() in value for value in found if isinstance(value, bytes))


@pytest.mark.parametrize("path", sorted(PLUGINS))
def test_every_reason_of_a_plugin_is_told_by_it(path):
    beside = {
        text.value
        for other, tree in modules().items()
        if other.startswith(path.rpartition("/")[0])
        for text in texts(tree)
    }
    assert set(getattr(PLUGINS[path], "REASONS", {})) - beside == set()


@pytest.mark.parametrize("reason", [*ALL.values(), *Registry([]).reasons().values()], ids=lambda reason: reason.code)
def test_a_reason_says_what_happened_in_a_sentence(reason):
    assert reason.sentence[0].isupper()
    assert reason.sentence.endswith(".")
    assert reason.fix == "" or reason.fix.endswith((".", "}."))


def test_codes_are_words_and_plugins_codes_begin_with_their_name():
    for code in ALL:
        assert code.isidentifier()
        assert code == code.lower()
    assert not set(ALL) & set(Registry([]).reasons())
