"""The house is made of small pieces with plain names."""

import ast
import re

import pytest

from house.tree import SOURCE, functions, modules

MOST_LINES = 400
MOST_LINES_OF_A_FUNCTION = 50
MOST_FILES = 9
DATA_TABLES: set[str] = set()
"""Modules that are a table of data and may be longer."""
FORBIDDEN = {"manager", "service", "helper", "helpers", "util", "utils", "base", "common", "misc"}

PATHS = sorted(modules())


@pytest.mark.parametrize("path", PATHS)
def test_a_module_begins_with_one_line_that_stands_for_it(path):
    first = ast.get_docstring(modules()[path], clean=False)
    assert first, "no docstring"
    line = first.strip().splitlines()[0]
    assert len(line) <= 120
    assert line.endswith((".", ":", "?", "!")), line
    assert "\n\n" in first or "\n" not in first.strip(), "one line, then a blank one"


@pytest.mark.parametrize("path", PATHS)
def test_no_module_is_longer_than_400_lines(path):
    lines = (SOURCE / path).read_text(encoding="utf-8").count("\n")
    assert lines <= MOST_LINES or path in DATA_TABLES


@pytest.mark.parametrize("path", PATHS)
def test_no_function_is_longer_than_50_lines(path):
    long = {
        found.name: found.end_lineno - found.lineno + 1
        for found in functions(modules()[path])
        if found.end_lineno - found.lineno + 1 > MOST_LINES_OF_A_FUNCTION
    }
    assert long == {}


def test_a_folder_holds_nine_files():
    """Plugins are looked up by name, so a kind may have any number; others are divided by subject."""
    counts: dict[str, int] = {}
    for path in PATHS:
        folder, _, name = path.rpartition("/")
        if name != "__init__.py" and not folder.startswith("plugins/"):
            counts[folder] = counts.get(folder, 0) + 1
    assert {folder: count for folder, count in counts.items() if count > MOST_FILES} == {}


def words(name: str) -> set[str]:
    return {word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)}


@pytest.mark.parametrize("path", PATHS)
def test_nothing_is_named_manager_service_helper_util_or_base(path):
    names = list(path.removesuffix(".py").split("/"))
    names += [node.name for node in ast.walk(modules()[path]) if isinstance(node, ast.ClassDef)]
    assert {name for name in names if words(name) & FORBIDDEN} == set()


def test_the_words_of_a_name_are_told_apart():
    assert words("DatabaseFault") == {"database", "fault"}
    assert words("HTTPService") == {"http", "service"}
    assert words("_base_of") == {"base", "of"}
