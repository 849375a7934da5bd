"""Every plugin stands in one file and explains its settings: the portal draws its form from them."""

import ast

import msgspec
import pytest

from house.tree import modules
from outbid.plugins.registry import KINDS, NEEDED, Registry

ALL = [(kind, name) for kind in KINDS for name in Registry([]).names(kind)]


@pytest.mark.parametrize(("kind", "name"), ALL)
def test_every_setting_is_described(kind, name):
    settings = Registry([]).get(kind, name).Settings
    schema = msgspec.json.schema(settings)["$defs"]
    described = {
        f"{title}.{field}": bool(shape.get("description"))
        for title, found in schema.items()
        for field, shape in found.get("properties", {}).items()
        if "enum" not in shape or len(shape["enum"]) > 1  # a tag says which struct it is
    }
    assert [field for field, there in described.items() if not there] == []


@pytest.mark.parametrize(("kind", "name"), ALL)
def test_settings_are_frozen_and_refuse_what_they_do_not_know(kind, name):
    settings = Registry([]).get(kind, name).Settings
    config = settings.__struct_config__
    assert config.frozen
    assert config.forbid_unknown_fields
    assert settings.__doc__


@pytest.mark.parametrize(("kind", "name"), ALL)
def test_a_plugin_is_whole_and_names_no_neighbour(kind, name):
    plugin = Registry([]).get(kind, name)
    assert [part for part in NEEDED[kind] if not hasattr(plugin, part)] == []
    tree = modules()[f"plugins/{kind}/{name}.py"]
    named = [node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module]
    inside = [module for module in named if module.startswith("outbid.plugins.")]
    assert [module for module in inside if not module.rpartition(".")[2].startswith("_")] == []


def test_no_plugin_is_named_outside_its_folder():
    """Adding one edits nothing else."""
    listed = {
        path: [node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module]
        for path, tree in modules().items()
        if not path.startswith("plugins/")
    }
    kinds = tuple(f"outbid.plugins.{kind}" for kind in KINDS)
    named = {path for path, found in listed.items() if any(module.startswith(kinds) for module in found)}
    assert named == {"cli/demo/selling/places.py"}, "made-up people live in the states that the field types know"
