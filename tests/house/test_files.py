"""What is tracked belongs to everybody: no registry's address, no folder of somebody's machine.

Documents have a module of their own, `test_documentation.py`.
"""

import re
import subprocess

import pytest

from house.tree import ROOT

REGISTRY = re.compile(
    r"https?://[\w.-]*(?:pypi|pythonhosted|npmjs|yarnpkg|crates\.io|conda|debian\.org|ubuntu\.com|rubygems|artifactory|nexus)",
    re.IGNORECASE,
)
PRIVATE_FOLDER = re.compile(r"(?<![\w.<>-])/(?:root|home/\w+|Users/\w+|tmp/(?!outbid-)\w+|work/\w+)\b")
OWN_PATTERNS = {"tests/house/test_files.py"}


def tracked() -> list[str]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("this is no checkout")
    return [name for name in listed.stdout.split("\0") if name and name not in OWN_PATTERNS]


def lines(pattern: re.Pattern[str]) -> list[str]:
    found = []
    for name in tracked():
        path = ROOT / name
        if not path.is_file():
            continue
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        found += [f"{name}: {line.strip()[:120]}" for line in text.splitlines() if pattern.search(line)]
    return found


def test_no_file_names_a_package_registry():
    assert lines(REGISTRY) == []


def test_no_file_names_a_folder_of_somebodys_machine():
    assert lines(PRIVATE_FOLDER) == []


def test_the_patterns_find_what_they_are_for():
    for word in ("pypi", "npmjs", "artifactory"):
        bad = f"https://mirror.{word}.example/simple"
        assert REGISTRY.search(bad)
    for bad in ("/root/.cache", "cd /home/ann/outbid", "'/tmp/x.json'", "/Users/ann/x"):
        assert PRIVATE_FOLDER.search(bad)
    for good in ("/tmp/outbid-abc", "https://example.com/home/x", "src/root/x", "network/"):
        assert not PRIVATE_FOLDER.search(good)
