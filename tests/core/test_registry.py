"""Plugins are found by their file names, and those of installed packages through entry points; a clash is an error."""

import sys
from importlib.metadata import EntryPoint
from types import ModuleType, SimpleNamespace

import pytest

from outbid.core.reasons import reasons
from outbid.plugins import registry
from outbid.plugins.registry import KINDS, NEEDED, TOGETHER, PluginError, Registry


def whole(kind: str, **more: object) -> SimpleNamespace:
    return SimpleNamespace(**dict.fromkeys(NEEDED[kind], None) | {"REASONS": {}} | more)


@pytest.fixture
def installed(monkeypatch):
    """A module that an installed package would bring; what is set on it can be named by entry points."""
    module = ModuleType("their_package")
    monkeypatch.setitem(sys.modules, "their_package", module)
    return module


METHODS = "expected_value, fair_share, first_to_answer, highest_bid, highest_net, round_robin, waterfall, weighted"


def point(kind: str, name: str, part: str = "plugin") -> EntryPoint:
    return EntryPoint(name, f"their_package:{part}", f"outbid.{kind}")


def test_a_file_is_a_plugin_and_its_name_is_its_registration():
    found = Registry([])
    assert found.names("methods") == METHODS.split(", ")
    assert found.names("deliveries") == [
        "email",
        "form",
        "json",
        "multipart",
        "sftp_csv",
        "store_only",
        "text",
        "webhook",
        "xml",
    ]
    assert found.names("intakes") == ["any", "form", "google", "json", "meta", "query", "webhook", "xml"]
    for kind in KINDS:
        for name in found.names(kind):
            assert found.get(kind, name).__name__ == f"outbid.plugins.{kind}.{name}"
            assert not name.startswith("_")


@pytest.mark.parametrize("kind", KINDS)
def test_an_installed_package_offers_more(installed, kind):
    installed.plugin = whole(kind)
    found = Registry([point(kind, "mine")])
    assert "mine" in found.names(kind)
    assert found.get(kind, "mine") is installed.plugin
    assert found.get(kind, "mine") is found.get(kind, "mine")
    for other in set(KINDS) - {kind}:
        assert "mine" not in found.names(other)


def test_nothing_is_loaded_before_it_is_asked_for():
    found = Registry([EntryPoint("mine", "no_such_package:plugin", "outbid.fields")])
    assert "mine" in found.names("fields")
    with pytest.raises(ModuleNotFoundError):
        found.get("fields", "mine")


def test_a_name_that_is_offered_twice_is_an_error_and_others_go_on(installed):
    installed.plugin = installed.other = whole("fields")
    found = Registry([point("fields", "zip"), point("fields", "mine"), point("fields", "mine", "other")])
    for name in ("zip", "mine"):
        with pytest.raises(PluginError, match=f"fields/{name} is offered more than once; uninstall all but one"):
            found.get("fields", name)
    assert found.get("fields", "text")
    assert found.names("fields").count("mine") == 1


@pytest.mark.parametrize("kind", KINDS)
def test_a_plugin_that_lacks_a_part_is_refused_with_the_part(installed, kind):
    for part in NEEDED[kind]:
        installed.plugin = whole(kind)
        delattr(installed.plugin, part)
        with pytest.raises(PluginError, match=f"{kind}/mine lacks {part}$"):
            Registry([point(kind, "mine")]).get(kind, "mine")
    installed.plugin = object()
    with pytest.raises(PluginError, match=f"lacks {', '.join(NEEDED[kind])}"):
        Registry([point(kind, "mine")]).get(kind, "mine")


def test_an_intake_has_an_address_of_its_own_with_all_of_its_parts_or_none(installed):
    for part in TOGETHER["intakes"]:
        installed.plugin = whole("intakes", **dict.fromkeys(TOGETHER["intakes"], len))
        assert Registry([point("intakes", "mine")]).get("intakes", "mine")
        delattr(installed.plugin, part)
        with pytest.raises(PluginError, match=f"intakes/mine lacks {part}$"):
            Registry([point("intakes", "mine")]).get("intakes", "mine")


def test_an_unknown_name_is_refused_with_those_there_are():
    with pytest.raises(KeyError) as caught:
        Registry([]).get("methods", "dice")
    assert caught.value.args == (f"there is no 'dice' in methods; there are: {METHODS}",)
    with pytest.raises(KeyError):
        Registry([]).get("fields", "_us")


def test_reasons_carry_their_plugins_name(installed):
    installed.plugin = whole("validators", REASONS=reasons(odd=("It is odd.", "Make it even.")))
    found = Registry([point("validators", "mine")]).reasons()
    assert (found["mine.odd"].code, found["mine.odd"].sentence) == ("mine.odd", "It is odd.")
    assert found["zip.not_a_zip"].fix
    assert all(code == reason.code and "." in code for code, reason in found.items())


def test_without_a_list_the_installed_packages_are_asked(monkeypatch):
    asked = []
    monkeypatch.setattr(registry, "entry_points", lambda group: asked.append(group) or [])
    Registry()
    assert asked == [f"outbid.{kind}" for kind in KINDS]
