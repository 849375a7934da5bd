"""What the page of claims says of itself is so: each row names tests that there are, or says what is missing."""

import ast
import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "explain" / "engine.md"
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")
NOT_YET = "not yet: "
COUNTED = re.compile(r"^(\d+) claims, (\d+) of them not yet\.$", re.MULTILINE)


class Row(NamedTuple):
    """One claim: its section, its words, and what stands behind it."""

    section: str
    claim: str
    proof: str

    @property
    def tests(self) -> list[tuple[str, str]]:
        return NAMED.findall(self.proof)


def rows_of(text: str) -> list[Row]:
    """Every row of every table, without their heads."""
    found, section = [], ""
    for line in text.splitlines():
        if line.startswith("## "):
            section = line.removeprefix("## ")
        elif line.startswith("| ") and not line.startswith("| What must hold"):
            claim, proof = line.strip("| ").split(" | ")
            found.append(Row(section, claim, proof))
    return found


TEXT = PAGE.read_text(encoding="utf-8")
ROWS = rows_of(TEXT)


@cache
def proofs_in(path: str) -> dict[str, bool]:
    """The test functions of a file: name → may it fail or be left out as a whole?"""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return {
        node.name: any(word in ast.unparse(mark) for mark in _marks(node) for word in ("mark.xfail(", "mark.skip"))
        for node in tree.body
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    }


def _marks(function: ast.FunctionDef | ast.AsyncFunctionDef) -> list[ast.expr]:
    """The decorators that count for all of a test: not those whose parameters are marked one by one."""
    return [mark for mark in function.decorator_list if not ast.unparse(mark).startswith("pytest.mark.parametrize")]


def faults_of(row: Row) -> list[str]:
    """What is wrong with a row."""
    if row.proof.startswith(NOT_YET):
        return [] if len(row.proof) > len(NOT_YET) and not row.tests else ["it says not yet, and not what is missing"]
    found = [] if row.tests else ["it names no test"]
    if NAMED.sub("", row.proof).strip():
        found.append("beside its tests it says something else")
    if len(set(row.tests)) < len(row.tests):
        found.append("it names a test twice")
    for path, name in row.tests:
        if not (ROOT / path).is_file():
            found.append(f"there is no {path}")
        elif name not in proofs_in(path):
            found.append(f"there is no {name} in {path}")
        elif proofs_in(path)[name]:
            found.append(f"{name} is expected to fail, or left out: it proves nothing")
    return found


def test_every_claim_names_tests_that_there_are_or_says_what_is_missing():
    assert {row.claim: faults for row in ROWS if (faults := faults_of(row))} == {}


@pytest.mark.parametrize(
    ("proof", "fault"),
    [
        ("", "it names no test"),
        ("not yet: ", "not what is missing"),
        ("`tests/core/test_money.py::test_that_never_was`", "there is no test_that_never_was"),
        ("`tests/core/test_nothing.py::test_x`", "there is no tests/core/test_nothing.py"),
        ("`tests/core/test_money.py::test_amounts_survive_as_text` " * 2, "names a test twice"),
        ("`tests/core/test_money.py::test_amounts_survive_as_text` and more", "something else"),
        ("`tests/core/test_window.py::test_hours_abut_where_the_clock_moves_by_half_an_hour`", "expected to fail"),
    ],
)
def test_a_row_that_proves_nothing_is_found(proof, fault):
    assert any(fault in found for found in faults_of(Row("", "it holds", proof)))


def test_the_page_counts_its_claims_and_those_that_are_not_yet():
    counted = COUNTED.search(TEXT)
    assert counted, "the head of the page says how many claims there are"
    missing = [row for row in ROWS if row.proof.startswith(NOT_YET)]
    assert (int(counted[1]), int(counted[2])) == (len(ROWS), len(missing))


def test_no_claim_stands_twice_and_what_is_not_yet_stands_last_in_its_section():
    assert len({row.claim for row in ROWS}) == len(ROWS)
    for section in {row.section for row in ROWS}:
        missing = [row.proof.startswith(NOT_YET) for row in ROWS if row.section == section]
        assert missing == sorted(missing), section


def test_the_page_is_linked_from_the_index():
    assert "(explain/engine.md)" in (ROOT / "docs" / "README.md").read_text(encoding="utf-8")
