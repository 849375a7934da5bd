"""Deliveries and intakes do what their samples say: one JSON file, one or more turns of a conversation.

A delivery's sample: `settings`, `known` (names of fields, and of facts with false), `ping_fields`, `secrets`, an
`ask`, the `row` that a buyer fetches where there is one, and `turns`. A turn is a `kind` (ping or post), the `request`
it must make (its body as `json` or `text`) and the `answer` it gets (a status with `json`, `text` or `hex`; or a
`failure` with `sent`), both absent where it asks nobody, and the `reply` that is read from it.
An intake's sample: `settings` and `reads`, each a `content_type`, a body (`json`, `text`, `hex` or `repeat`), and
either the `fields` or the `malformed` that comes of it.
"""

import email
import email.policy
import json
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec
import pytest

from outbid.core.contract import Arrival, Ask, Binding
from outbid.core.dialect.wire import Failure, Http, Mail, Response
from outbid.core.lead.value import Value
from outbid.plugins.registry import Registry

SAMPLES = Path(__file__).parent


def samples(kind: str) -> list[Any]:
    names = Registry([]).names(kind)
    found = [(name, path) for name in names for path in sorted((SAMPLES / kind / name).glob("*.json"))]
    return [pytest.param(name, path, id=f"{name}-{path.stem}") for name, path in found]


def body_of(given: dict[str, Any]) -> bytes:
    """The body that a sample writes down in one of several ways."""
    if "json" in given:
        return json.dumps(given["json"]).encode()
    if "hex" in given:
        return bytes.fromhex(given["hex"])
    if "repeat" in given:
        return "".join(text * count for text, count in given["repeat"]).encode()
    return given.get("text", "").encode()


def answer_of(given: dict[str, Any]) -> Response | Failure:
    if "failure" in given:
        return Failure(given["failure"], given["sent"], "wait")
    return Response(given["status"], tuple(given.get("headers", {}).items()), body_of(given))


def ask_of(sample: dict[str, Any]) -> Ask:
    given = {"facts": {}, "values": {}, "ref": "ref-1", "at_ms": 1_780_000_000_000, "currency": "USD"}
    given |= sample.get("ask", {})
    reference = given.pop("ref")
    values = {name: msgspec.convert(value, Value) for name, value in given.pop("values").items()}
    return Ask(values=values, refer=lambda buyer: reference, **given)


def bound_of(plugin: ModuleType, sample: dict[str, Any], buyer: int = 0) -> Any:
    settings = msgspec.convert(sample["settings"], plugin.Settings)
    known, ping_fields = sample.get("known", {}), tuple(sample.get("ping_fields", ()))
    return plugin.bind(settings, Binding(known, ping_fields, buyer=buyer, secrets=sample.get("secrets", {})))


def turn(plugin: ModuleType, bound: Any, ask: Ask, given: dict[str, Any]) -> Any:
    talk = getattr(plugin, given["kind"])(ask, bound)
    if "answer" not in given:
        with pytest.raises(StopIteration) as stop:
            next(talk)
        return stop.value.value
    request = next(talk)
    check_request(request, given.get("request", {}))
    with pytest.raises(StopIteration) as stop:
        talk.send(answer_of(given["answer"]))
    return stop.value.value


def check_mail(request: Mail, expected: dict[str, Any]) -> None:
    """`mail`: the envelope, headers, and each part that is no container by its type, as text."""
    message = email.message_from_bytes(request.body, policy=email.policy.SMTP)
    parts = {part.get_content_type(): part.get_content() for part in message.walk() if not part.is_multipart()}
    found = {"url": f"smtp://{request.target.host}:{request.target.port}", "rcpt": list(request.to)}
    found |= {name.lower(): str(value) for name, value in message.items()}
    texts = {kind: part.decode() if isinstance(part, bytes) else part for kind, part in parts.items()}
    found |= {kind: text.replace("\r\n", "\n") for kind, text in texts.items()}
    assert {name: found.get(name) for name in expected} == expected


def check_request(request: Http | Mail, expected: dict[str, Any]) -> None:
    if isinstance(request, Mail):
        check_mail(request, expected)
        return
    assert isinstance(request, Http)
    target = request.target
    url = f"{target.scheme}://{target.host}:{target.port}{target.path}"
    assert url == expected.get("url", url)
    assert request.method == expected.get("method", "POST")
    if "json" in expected:
        assert json.loads(request.body) == expected["json"]
    if "text" in expected:
        assert request.body.decode() == expected["text"]
    for name, value in expected.get("headers", {}).items():
        assert dict((*request.headers, *request.more))[name] == value


@pytest.mark.parametrize(("name", "path"), samples("deliveries"))
def test_the_delivery_says_and_understands_what_the_sample_tells(name: str, path: Path) -> None:
    plugin, sample = Registry([]).get("deliveries", name), json.loads(path.read_text(encoding="utf-8"))
    bound, ask = bound_of(plugin, sample), ask_of(sample)
    assert sample["turns"]
    if "row" in sample:
        assert plugin.row(ask, bound) == sample["row"]
    for given in sample["turns"]:
        reply = json.loads(msgspec.json.encode(turn(plugin, bound, ask, given)))
        if given["kind"] != "ping":
            reached = given.get("reached", given.get("answer", {}).get("sent", True))
            assert reply.pop("reached") is reached, given.get("answer")
        plain = {key: value for key, value in reply.items() if value not in ("", None, 0, [])}
        assert plain == given["reply"], given.get("answer")


LINES = b"who,phone\r\nAnn,\r\n'=Bob,'+15125550142\r\n"


@pytest.mark.parametrize(
    ("answer", "outcome", "reason"),
    [(Response(250, (), b""), "accept", ""), (Response(530, (), b"PermissionDenied"), "error", "not_taken"),
     (Failure("unreachable", False, "connect"), "error", "unreachable"),
     (Failure("cut_off", True, "send"), "uncertain", "cut_off")],
)  # fmt: skip
def test_a_file_has_the_same_name_and_bytes_whenever_it_is_made(answer, outcome, reason) -> None:
    plugin = Registry([]).get("deliveries", "sftp_csv")
    sample = json.loads(next((SAMPLES / "deliveries" / "sftp_csv").glob("*.json")).read_text())
    bound = bound_of(plugin, sample)
    rows = [{"who": "Ann", "phone": None}, {"who": "=Bob", "phone": "+15125550142"}]
    talk = plugin.file(rows, 7, 1_700_000_000_123, bound)
    made = next(talk)
    assert made == next(plugin.file(rows, 7, 1_700_000_000_123, bound))
    assert (made.name, made.body) == ("leads_20231114_221320_7.csv", LINES)
    assert (made.target.host, made.target.port, made.target.path) == ("files.b.example", 22, "in")
    with pytest.raises(StopIteration) as stop:
        talk.send(answer)
    assert (stop.value.value.outcome, stop.value.value.reason) == (outcome, reason)


@pytest.mark.parametrize(
    ("change", "words"),
    [({"name": "leads.csv"}, "number"), ({"name": "a/{number}"}, "no /"), ({"name": "{number}{zip}"}, "plain characters"),
     ({"password": "plain"}, "secret:NAME"), ({"password": ""}, "password or a key"), ({"host_key": "x"}, "SHA256"),
     ({"columns": {}}, "at least one"), ({"columns": {"k": "={secret:files}"}}, "cannot refer")],
)  # fmt: skip
def test_settings_of_files_are_checked(change: dict[str, Any], words: str) -> None:
    plugin = Registry([]).get("deliveries", "sftp_csv")
    sample = json.loads(next((SAMPLES / "deliveries" / "sftp_csv").glob("*.json")).read_text())
    with pytest.raises(ValueError, match=words):
        bound_of(plugin, sample | {"settings": sample["settings"] | change})


def read_all(plugin: ModuleType, sample: dict[str, Any]) -> Iterator[tuple[dict[str, Any], Any]]:
    settings = msgspec.convert(sample.get("settings", {}), plugin.Settings)
    for given in sample["reads"]:
        yield given, plugin.read(given.get("content_type", ""), body_of(given), settings)


@pytest.mark.parametrize(("name", "path"), samples("intakes"))
def test_the_intake_reads_what_the_sample_tells(name: str, path: Path) -> None:
    plugin, sample = Registry([]).get("intakes", name), json.loads(path.read_text(encoding="utf-8"))
    assert sample["reads"]
    for given, found in read_all(plugin, sample):
        if isinstance(found, Arrival):
            assert found.fields == given["fields"], given
            assert (found.ping, list(found.bids)) == (given.get("ping"), given.get("bids", [])), given
            assert [type(value) for value in found.fields.values()] == [type(v) for v in given["fields"].values()]
        else:
            assert {"status": found.status, "code": found.code, "pointer": found.pointer} == (
                {"pointer": ""} | given["malformed"]
            ), given
            assert found.detail


PINGED = {("ping", outcome) for outcome in ("bid", "pass", "error", "nonsense")}
WHOLE = PINGED | {("post", outcome) for outcome in ("accept", "reject", "error", "uncertain")}
OUTCOMES = {
    "store_only": {("post", "accept")},
    "sftp_csv": {("post", "accept")},
    "email": {
        (kind, outcome) for kind in ("post", "deliver") for outcome in ("accept", "reject", "error", "uncertain")
    },
}
"""Of deliveries that ask nobody for a bid, or for nothing at all."""


@pytest.mark.parametrize("kind", ["deliveries", "intakes"])
def test_every_plugin_has_samples(kind: str) -> None:
    for name in Registry([]).names(kind):
        assert list((SAMPLES / kind / name).glob("*.json")), name


def test_the_samples_reach_every_outcome_of_a_delivery() -> None:
    for name in Registry([]).names("deliveries"):
        found = [json.loads(path.read_text()) for path in (SAMPLES / "deliveries" / name).glob("*.json")]
        seen = {(turn["kind"], turn["reply"]["outcome"]) for sample in found for turn in sample["turns"]}
        assert seen == OUTCOMES.get(name, WHOLE), name


@pytest.mark.parametrize("kind", ["deliveries", "intakes"])
def test_settings_refuse_unknown_keys(kind: str) -> None:
    for name in Registry([]).names(kind):
        settings = Registry([]).get(kind, name).Settings
        with pytest.raises(msgspec.ValidationError, match="unknown field"):
            msgspec.convert({"no_such_setting": 1}, settings)


@pytest.mark.parametrize("kind", ["ping", "post"])
def test_an_answer_in_latin_1_is_read_as_nonsense(kind: str) -> None:
    plugin = Registry([]).get("deliveries", "json")
    bound = bound_of(plugin, {"settings": {"ping_url": "https://b.example/", "post_url": "https://b.example/"}})
    answer = {"status": 200, "hex": '{"accepted": true, "reason": "é"}'.encode("latin-1").hex()}
    reply = turn(plugin, bound, ask_of({}), {"kind": kind, "answer": answer})
    assert (reply.reason, reply.said[:12]) == ("nonsense", '{"accepted":')


def test_buyers_who_are_sent_their_reference_share_no_ping() -> None:
    plugin, ask = Registry([]).get("deliveries", "json"), ask_of({"ask": {"facts": {"zip": "78701"}}})
    urls = {"ping_url": "https://b.example/", "post_url": "https://b.example/"}
    bodies = []
    told = msgspec.structs.replace(ask, refer=lambda buyer: f"ref-{buyer}")
    for buyer, ping in ((1, {"id": "@ref"}), (2, {"id": "@ref"}), (3, {"zip": "zip"})):
        bound = bound_of(plugin, {"settings": urls | {"ping": ping}, "known": {"zip": False}}, buyer)
        bodies.append(json.loads(next(plugin.ping(told, bound)).body))
    assert bodies == [{"id": "ref-1"}, {"id": "ref-2"}, {"zip": "78701"}]
