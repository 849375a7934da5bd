"""What is installed holds the portal; what cannot be built says how it can."""

import importlib.util
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from outbid.api.portal.files import read_built

ROOT = Path(__file__).parents[3]


@pytest.fixture
def hook():
    spec = importlib.util.spec_from_file_location("hatch_build", ROOT / "hatch_build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def hook_at(hook, root: Path):
    return hook.PortalHook(str(root), {}, None, None, str(root), "wheel")


def test_without_a_build_and_without_node_it_says_what_to_do(hook, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SystemExit, match="run `make portal`"):
        hook_at(hook, tmp_path).initialize("standard", {})


def test_what_was_built_is_taken_as_it_is(hook, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    index = tmp_path / "src" / "outbid" / "web" / "index.html"
    index.parent.mkdir(parents=True)
    index.write_text("built")
    hook_at(hook, tmp_path).initialize("standard", {})
    assert index.read_text() == "built"


def test_an_editable_install_builds_nothing(hook, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    hook_at(hook, tmp_path).initialize("editable", {})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not read_built(), reason="the portal is not built")
def test_the_wheel_holds_every_file_of_the_portal(tmp_path):
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    held = set(zipfile.ZipFile(wheel).namelist())
    assert {f"outbid/web{path}" for path in read_built()} <= held
    assert "outbid/web/index.html" in held
    assert not any("node_modules" in name for name in held)
