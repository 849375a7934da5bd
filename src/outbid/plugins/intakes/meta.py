"""Leads of Meta's lead ads: calls name leads by their ids, several in one; what a form holds is fetched.

https://developers.facebook.com/docs/marketing-api/guides/lead-ads/retrieving
"""

import hmac
from collections.abc import Callable, Iterator, Mapping
from typing import Annotated, Any
from urllib.parse import parse_qs, quote

import msgspec
from msgspec import Meta

from outbid.core.contract import Arrival, Binding, Malformed
from outbid.core.dialect.mapping import Entry, as_text
from outbid.core.dialect.reference import filled, only_refers, refers
from outbid.core.dialect.wire import Http, Response, parse_target
from outbid.core.heard import Fetch, Heard, Inbound, Lead, Reply, Told
from outbid.core.instructions.speech import Speech
from outbid.plugins.intakes._dialect import Asks, Dialect, Pairs, bind_dialect
from outbid.plugins.intakes._documents import read_json
from outbid.plugins.intakes._proof import Signature, compile_signature
from outbid.plugins.intakes._pushed import not_here

METHODS = ("GET", "POST")
MOST_IDS = 1_000
"""Leads that one call may name."""
LONGEST_ID = 64
IDS = ("leadgen_id", "form_id", "page_id", "ad_id")
FIELDS = "id,created_time,form_id,ad_id,campaign_id,field_data"


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One app with its pages. A question of a form is a field by its name, such as `full_name`."""

    app_secret: Annotated[str, Meta(description="what Meta signs with: `{secret:NAME}`")]
    verify_token: Annotated[str, Meta(description="what Meta says when it tries the address: `{secret:NAME}`")]
    access_token: Annotated[str, Meta(description="what leads are fetched with: `{secret:NAME}`")]
    graph_url: Annotated[
        str, Meta(description="where leads are fetched, with the version, such as `https://graph.example.com/v21.0`")
    ]
    names: Annotated[dict[str, str], Meta(description="from names of questions to the campaign's fields")] = {}
    fields: Annotated[
        dict[str, str | Entry], Meta(description="from the campaign's fields to [terms](mapping.md) of questions")
    ] = {}


class Bound(msgspec.Struct, frozen=True):
    """Settings compiled."""

    verify_token: str
    signed: Callable[[Inbound], Malformed | None]
    fetch: Callable[[Mapping[str, str]], Http]
    read: Callable[[Response], Arrival | Malformed]


def speech(settings: Settings) -> Speech:
    """What is told of it: the platform sends, so nobody writes a request."""
    return Speech(format="json", own=True, pushed=True)


def read(content_type: str, body: bytes, settings: Settings) -> Arrival | Malformed:
    """Nothing is read at `/v1/leads`."""
    return not_here()


def bind(settings: Settings, binding: Binding) -> Bound:
    """Compile the settings. Raises ValueError."""
    for name in ("app_secret", "verify_token", "access_token"):
        if not only_refers(getattr(settings, name)):
            raise ValueError(f"{name}: write a reference, {{secret:NAME}}; secrets never stand in the market")
    signature = Signature(header="X-Hub-Signature-256", secret=settings.app_secret, prefix="sha256=")
    try:
        target = parse_target(settings.graph_url.rstrip("/"), binding.exceptions)
    except ValueError as error:
        raise ValueError(f"graph_url: {error}") from None
    token = filled(settings.access_token, binding.secrets)
    dialect = Dialect(names=settings.names, fields=settings.fields, asks=Asks(paths=()), pairs=Pairs(at="field_data"))
    spoken = bind_dialect(dialect, binding, lambda inbound: read_json("", inbound.body), lambda query: {})

    def request(ids: Mapping[str, str]) -> Http:
        path = f"{target.path.rstrip('/')}/{quote(ids['leadgen_id'], safe='')}?fields={FIELDS}"
        headers = (("Authorization", f"Bearer {token}"),)
        return Http(msgspec.structs.replace(target, path=path), "GET", headers)

    def arrival(response: Response) -> Arrival | Malformed:
        if response.status != 200:
            return Malformed(502, "fetch_failed", f"the answer has status {response.status}")
        found = spoken.hear(Inbound("POST", "", "", (), response.body))
        if isinstance(found, Malformed):
            return found
        (thing,) = found.things
        assert isinstance(thing, Lead)
        return thing.arrival

    verify_token = filled(settings.verify_token, binding.secrets)
    return Bound(verify_token, compile_signature(signature, binding.secrets), request, arrival)


def hear(inbound: Inbound, bound: Bound) -> Heard | Malformed:
    """The challenge, or the leads that a call names."""
    if inbound.method == "GET":
        return _challenge(inbound, bound)
    fault = bound.signed(inbound)
    document = fault or read_json(inbound.header("content-type"), inbound.body)
    if isinstance(document, Malformed):
        return document
    found = {fetch.once: fetch for fetch in _named(document)}
    if len(found) > MOST_IDS:
        return Malformed(413, "too_many_leads", f"at most {MOST_IDS} leads in one call")
    return Heard(tuple(found.values()), None)


def answer(told: Told, bound: Bound) -> Reply | None:
    """Meta hears our answer."""
    return None


def fetch(ids: Mapping[str, str], bound: Bound) -> Http:
    """The request for what a form holds."""
    return bound.fetch(ids)


def fetched(response: Response, bound: Bound) -> Arrival | Malformed:
    """The lead of an answer to it."""
    return bound.read(response)


def _challenge(inbound: Inbound, bound: Bound) -> Heard | Malformed:
    said = {name: values[-1] for name, values in parse_qs(inbound.query).items()}
    token = said.get("hub.verify_token", "")
    if refers(bound.verify_token) or not hmac.compare_digest(token.encode(), bound.verify_token.encode()):
        return Malformed(403, "key_unknown", "")
    challenge = said.get("hub.challenge", "")[:LONGEST_ID]
    return Heard((Reply(200, "text/plain; charset=utf-8", challenge.encode()),), None)


def _named(document: dict[str, Any]) -> Iterator[Fetch]:
    """The leads that a call names. Calls about other things name none."""
    for entry in _objects(document.get("entry")):
        for change in _objects(entry.get("changes")):
            value = change.get("value")
            if change.get("field") != "leadgen" or not isinstance(value, dict):
                continue
            ids = {name: _id(value.get(name)) for name in IDS}
            if ids["leadgen_id"]:
                yield Fetch({name: word for name, word in ids.items() if word}, ids["leadgen_id"])


def _objects(found: Any) -> list[dict[str, Any]]:
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def _id(value: Any) -> str:
    """An id as text, exact however long it is; empty if there is none that could be one."""
    text = as_text(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    return text if text.isascii() and text.isalnum() and len(text) <= LONGEST_ID else ""
