"""Plugins: a form can be drawn for each of them, and its answers are what the market accepts."""

from api.operator.asking import ask
from outbid.plugins.registry import KINDS, Registry


async def test_every_plugin_is_listed_with_its_settings_and_reasons(house):
    registry = Registry()
    rows = (await ask(house, "GET", "/v1/plugins")).json["items"]
    assert [(row["kind"], row["name"]) for row in rows] == [(k, n) for k in KINDS for n in registry.names(k)]
    known = {row["code"] for row in (await ask(house, "GET", "/v1/reasons")).json}
    for row in rows:
        module = registry.get(row["kind"], row["name"])
        assert row["description"] == module.__doc__.splitlines()[0]
        name = row["settings"]["$ref"].rpartition("/")[2]
        described = row["settings"]["$defs"][name]
        assert set(described["properties"]) == set(module.Settings.__struct_encode_fields__)
        assert {reason["code"] for reason in row["reasons"]} <= known
        assert len(row["reasons"]) == len(getattr(module, "REASONS", {}))


async def test_a_setting_that_a_schema_names_as_needed_is_needed(house):
    rows = {
        (row["kind"], row["name"]): row["settings"] for row in (await ask(house, "GET", "/v1/plugins")).json["items"]
    }
    schema = rows["deliveries", "json"]
    needed = schema["$defs"][schema["$ref"].rpartition("/")[2]]["required"]
    read = (await ask(house, "GET", "/v1/offers/b")).json
    for name in needed:
        settings = {key: value for key, value in read["delivery"]["settings"].items() if key != name}
        body = read | {"delivery": {"plugin": "json", "settings": settings}}
        answer = await ask(house, "PUT", "/v1/offers/b", body, If_Match="*")
        assert answer.status == 422
        assert [name in error["detail"] for error in answer.json["errors"]] == [True]
