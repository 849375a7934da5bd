"""Intakes hear and answer at sources' own addresses what their samples say, and never fail, whatever comes.

A sample may hold, beside `settings` and `reads`: `known` (fields of the campaign), `secrets`, and
`hears`, each a `method`, `rest`, `query`, `headers` and body, and either the `malformed` that comes of it or the `key`
and `things`: a `lead` (its fields) with `ping`, `bids`, `asks`, `test` and `once`, a `fetch` with `once`, a `deletion`,
or a `reply`; `answers`, each what is `told` and the `reply` (null: ours); `fetches`, each `ids`, the `request`, the
`answer`, and the `fields` or the `malformed` that are read from it.
"""

import hmac
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outbid.core.contract import Arrival, Binding, Malformed
from outbid.core.heard import Deletion, Fetch, Heard, Inbound, Lead, Reply, Told
from outbid.core.reasons import ALL
from outbid.plugins.registry import Registry
from plugins.test_conversations import answer_of, body_of, check_request, samples

KNOWN = ("first_name", "phone", "zip")
SPOKEN = [name for name in Registry([]).names("intakes") if hasattr(Registry([]).get("intakes", name), "hear")]


def bound(plugin: ModuleType, sample: dict[str, Any]) -> Any:
    said = msgspec.convert(sample.get("settings", {}), plugin.Settings)
    known = dict.fromkeys(sample.get("known", KNOWN), True)
    return plugin.bind(said, Binding(known, secrets=sample.get("secrets", {})))


def inbound_of(said: dict[str, Any]) -> Inbound:
    headers = tuple(said.get("headers", {}).items())
    rest = said.get("rest", "").strip("/")
    return Inbound(said.get("method", "POST"), rest, said.get("query", ""), headers, body_of(said))


def plain(thing: Any) -> dict[str, Any]:
    """A thing as samples write it."""
    if isinstance(thing, Lead):
        arrived = thing.arrival
        told = {"ping": arrived.ping, "bids": list(arrived.bids), "asks": thing.asks, "test": thing.test}
        return {"lead": arrived.fields} | {
            name: value for name, value in (told | {"once": thing.once}).items() if value
        }
    if isinstance(thing, Fetch):
        return {"fetch": thing.ids, "once": thing.once}
    if isinstance(thing, Deletion):
        return {"deletion": msgspec.to_builtins(thing)}
    return {"reply": thing.body.decode()}


def refused(found: Malformed) -> dict[str, Any]:
    return {"status": found.status, "code": found.code} | ({"pointer": found.pointer} if found.pointer else {})


@pytest.mark.parametrize(("name", "path"), samples("intakes"))
def test_the_intake_hears_and_answers_what_the_sample_tells(name: str, path: Path) -> None:
    plugin, sample = Registry([]).get("intakes", name), json.loads(path.read_text(encoding="utf-8"))
    spoken = bound(plugin, sample)
    for said in sample.get("hears", ()):
        found = plugin.hear(inbound_of(said), spoken)
        if isinstance(found, Malformed):
            assert refused(found) == said["malformed"], said
        else:
            assert ([plain(thing) for thing in found.things], found.key) == (said["things"], said["key"])
    for said in sample.get("answers", ()):
        reply = plugin.answer(msgspec.convert(said["told"], Told), spoken)
        assert (reply is None) == (said["reply"] is None)
        if reply is not None:
            told = {"json": json.loads(reply.body)} if "json" in said["reply"] else {"text": reply.body.decode()}
            assert told | {"status": reply.status, "content_type": reply.content_type} == said["reply"]
    for said in sample.get("fetches", ()):
        check_request(plugin.fetch(said["ids"], spoken), said["request"])
        came = plugin.fetched(answer_of(said["answer"]), spoken)
        if isinstance(came, Arrival):
            assert came.fields == said["fields"]
        else:
            assert refused(came) == said["malformed"]


def test_every_spoken_intake_is_heard_and_refuses_in_its_samples() -> None:
    for name in SPOKEN:
        found = [json.loads(path.read_text()) for _, path in (each.values for each in samples("intakes")) if _ == name]
        heard = [each for sample in found for each in sample.get("hears", ())]
        assert any("things" in each for each in heard), name
        assert any("malformed" in each for each in heard), name


RICH: dict[str, dict[str, Any]] = {
    "dialect": {
        "key": "key",
        "asks": {"field": "mode"},
        "test": {"field": "test"},
        "once": "id",
        "ping_id": "a.b",
        "bid_ids": "a[0]",
        "pairs": {"at": "a"},
        "deletion": {"field": "type", "words": ["x"], "phone": "a", "email": "b.c", "reference": "id"},
        "fields": {"phone": "a.b | digits", "zip": {"value": "a", "map": {"x": "y"}}, "first_name": "{a} {b[1].c}"},
    },
    "google": {"google_key": "{secret:k}", "fields": {"phone": "a"}},
    "meta": {
        "app_secret": "{secret:k}",
        "verify_token": "{secret:k}",
        "access_token": "{secret:k}",
        "graph_url": "https://graph.example.com",
    },
}
NAMES = st.sampled_from(
    ["a", "b", "key", "mode", "id", "type", "test", "google_key", "user_column_data", "entry", "changes", "name", "x"]
)
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=5), NAMES)
TREES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4), max_leaves=12
)


def as_xml(tree: Any, name: str = "r") -> str:
    if isinstance(tree, dict):
        return f"<{name}>{''.join(as_xml(value, key) for key, value in tree.items())}</{name}>"
    if isinstance(tree, list):
        return "".join(as_xml(value, name) for value in tree)
    return f"<{name} x='1'>{'' if tree is None else str(tree)}</{name}>"


BODIES = st.one_of(
    st.binary(max_size=60),
    TREES.map(msgspec.json.encode),
    TREES.map(lambda tree: as_xml(tree).encode("utf-8", "replace")),
    st.lists(st.tuples(NAMES, st.text(max_size=5)), max_size=5).map(
        lambda pairs: "&".join(f"{name}={value}" for name, value in pairs).encode("utf-8", "replace")
    ),
)


@pytest.mark.parametrize("name", SPOKEN)
@settings(max_examples=150, deadline=None)
@given(
    body=BODIES, query=st.text(max_size=20) | st.just("key=k&mode=ping"), rest=st.text(max_size=8), get=st.booleans()
)
def test_whatever_comes_is_heard_or_refused_with_a_reason(
    name: str, body: bytes, query: str, rest: str, get: bool
) -> None:
    plugin = Registry([]).get("intakes", name)
    sample = {"settings": RICH.get(name, RICH["dialect"]), "secrets": {"k": "k"}}
    codes = ALL.keys() | Registry([]).reasons().keys()
    found = plugin.hear(Inbound("GET" if get else "POST", rest, query, (), body), bound(plugin, sample))
    assert isinstance(found, Heard | Malformed)
    if isinstance(found, Malformed):
        assert found.code in codes
        assert 400 <= found.status < 500
    else:
        assert all(isinstance(thing, Lead | Fetch | Deletion | Reply) for thing in found.things)


@pytest.mark.parametrize(
    ("settings_", "sentence"),
    [
        ({"fields": {"nobody": "a"}}, "no field 'nobody'"),
        ({"fields": {"zip": "a..b"}}, "is not a path"),
        ({"fields": {"zip": "a | nostep"}}, "no step 'nostep'"),
        ({"fields": {"zip": "@price"}}, "no name of a field"),
        ({"fields": {"zip": {"value": "a", "when": {"fact": "state", "equals": "TX"}}}}, "state"),
        ({"key": "a[b"}, "is not a path"),
        ({"signature": {"header": "X", "secret": "plain"}}, "write a reference"),
        ({"signature": {"header": "X", "secret": "{secret:a}", "signs": "{url}"}}, "write {body}"),
        ({"answers": {"otherwise": {"body": {"a": "buyer"}}}}, "an answer has no 'buyer'"),
        ({"answers": {"otherwise": {"body": {"a": "@ref"}}}}, "an answer has no '@ref'"),
        ({"answers": {"otherwise": {"body": "text"}}}, "write keys and terms"),
        ({"answers": {"format": "text", "otherwise": {"body": {"a": "=b"}}}}, "write one text"),
        ({"answers": {"format": "xml", "otherwise": {"body": {"a b": "=b"}}}}, "cannot be the name"),
    ],
)
def test_a_dialect_that_cannot_be_is_refused_with_what_is_wrong(settings_: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence.replace("{", r"\{")):
        bound(Registry([]).get("intakes", "json"), {"settings": settings_})


@pytest.mark.parametrize("coding", ["utf-8", "utf-16"])
def test_xml_that_says_utf_16_is_heard_as_it_is_written(coding: str) -> None:
    plugin = Registry([]).get("intakes", "xml")
    body = '<?xml version="1.0" encoding="utf-16"?>\n<lead><first_name>Zoë</first_name></lead>'.encode(coding)
    found = plugin.hear(Inbound("POST", "", "", (), body), bound(plugin, {}))
    assert [plain(thing)["lead"] for thing in found.things] == [{"first_name": "Zoë"}]
    assert plugin.read("text/xml", body, plugin.Settings()).fields == {"first_name": "Zoë"}


KEY = "ob_0123456789abcdef"


def hear(name: str, settings_: dict[str, Any], body: Any, query: str = "", **headers: str) -> Any:
    plugin = Registry([]).get("intakes", name)
    spoken = bound(plugin, {"settings": settings_, "secrets": {"k": "s"}})
    return plugin.hear(
        Inbound("POST", "", query, tuple((k.replace("_", "-"), v) for k, v in headers.items()), body), spoken
    )


def one(found: Any) -> Any:
    assert isinstance(found, Heard), found
    return found.things[0]


def test_the_key_comes_into_no_field_whatever_reads_it() -> None:
    said = {"key": "Key", "fields": {"first_name": "First | upper", "phone": "tel", "zip": "{Key}{First} {more[0].x}"}}
    came = {
        "Key": KEY,
        "First": KEY,
        "tel": f"512 {KEY}",
        "more": [{"x": f" {KEY} "}],
        "note": f"key={KEY}&a=1",
        "o": KEY,
    }
    found = hear("json", said, msgspec.json.encode(came))
    lead = one(found).arrival.fields
    assert found.key == KEY
    assert KEY.lower() not in json.dumps(lead).lower()
    assert (lead["phone"], lead["note"]) == ("512 ", "key=&a=1")
    assert "o" not in lead


def test_a_short_key_is_cut_out_of_no_longer_text() -> None:
    found = hear("json", {"key": "Key"}, b'{"Key":"ann","first_name":"Joanna","zip":"ann"}')
    assert one(found).arrival.fields == {"first_name": "Joanna"}


def test_ids_that_differ_after_their_first_characters_are_not_taken_for_one() -> None:
    for length, fits in ((500, True), (501, False)):
        found = hear("json", {"once": "a.id"}, msgspec.json.encode({"a": {"id": "x" * length}}))
        if fits:
            assert one(found).once == "x" * length
        else:
            assert refused(found) == {"status": 400, "code": "lead_id_too_long", "pointer": "/a/id"}
            assert "a.id has 501 characters" in found.detail


@pytest.mark.parametrize("name", ["webhook", "form", "any"])
def test_of_a_signed_request_nothing_that_is_not_signed_is_read(name: str) -> None:
    said = {
        "signature": {"header": "X-Sign", "secret": "{secret:k}"},
        "once": "id",
        "test": {"field": "test"},
        "deletion": {"field": "type", "words": ["GONE"], "phone": "phone"},
    }
    body = b"zip=78701" if name == "form" else b'{"zip":"78701"}'
    sign = hmac.new(b"s", body, "sha256").hexdigest()
    query = "id=1&test=1&first_name=Eve"
    lead = one(hear(name, said, body, query, x_sign=sign, authorization="Bearer 78701"))
    assert (lead.arrival.fields, lead.once, lead.test) == ({"zip": "78701"}, "", False)
    assert isinstance(one(hear(name, said, body, "type=GONE&phone=1", x_sign=sign)), Lead)


@pytest.mark.parametrize(
    ("key", "place"),
    [("Key", "the field 'Key'"), ("header:X-Api-Key", "the header 'X-Api-Key'"), ("", "'Authorization: Bearer KEY'")],
)
def test_who_sent_no_key_is_told_where_it_stands(key: str, place: str) -> None:
    plugin = Registry([]).get("intakes", "json")
    spoken = bound(plugin, {"settings": {"key": key, "answers": {"otherwise": {"body": {"what": "fix"}}}}})
    reply = plugin.answer(Told("denied", 401, {"reason": "key_missing", "fix": "other"}), spoken)
    assert json.loads(reply.body) == {"what": f"Send the source's key as {'the header ' * (not key)}{place}."}
    kept = plugin.answer(Told("denied", 401, {"reason": "key_unknown", "fix": "other"}), spoken)
    assert json.loads(kept.body) == {"what": "other"}


def test_more_leads_than_are_taken_at_once_are_told_as_such() -> None:
    found = hear("json", {"several": "l"}, msgspec.json.encode({"l": [{"a": 1}] * 101}))
    assert refused(found) == {"status": 400, "code": "too_many_leads"}
    meta = RICH["meta"]
    changes = [{"field": "leadgen", "value": {"leadgen_id": str(n)}} for n in range(1001)]
    body = msgspec.json.encode({"object": "page", "entry": [{"changes": changes}]})
    sign = "sha256=" + hmac.new(b"s", body, "sha256").hexdigest()
    assert refused(hear("meta", meta, body, x_hub_signature_256=sign)) == {"status": 413, "code": "too_many_leads"}
