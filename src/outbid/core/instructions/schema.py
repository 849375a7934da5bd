"""A source's leads and pings as JSON Schema (2020-12), and its address as an OpenAPI 3.1 document."""

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from outbid.core.instructions.speech import Speech, document_of
from outbid.core.instructions.told import FieldLine, Instructions

DRAFT = "https://json-schema.org/draft/2020-12/schema"
BLANK = {"type": "string", "pattern": r"^\s*$"}
Schema = dict[str, Any]
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_MEDIA = {"json": "application/json", "form": "application/x-www-form-urlencoded", "xml": "application/xml"}


def schemas_of(told: Instructions) -> Schema:
    """One document with `$defs` for the lead and, where he can ask first, the ping; a lead is what it describes."""
    found = {"lead": lead_schema(told)}
    if told.quotes is not None:
        found["ping"] = ping_schema(told)
    return {
        "$schema": DRAFT,
        "$id": f"{told.address}/v1/sources/{told.slug}/lead",
        "title": told.name or told.slug,
        "$ref": "#/$defs/lead",
        "$defs": found,
    }


def lead_schema(told: Instructions) -> Schema:
    """A lead: names as the seller writes them. Undeclared names are kept, so they are allowed."""
    groups = [{"anyOf": [_has(told.speech, path) for path in group if path]} for group in told.one_of]
    made = _object(told, {field.name for field in told.fields if field.needed})
    return made | ({"allOf": groups} if groups else {})


def ping_schema(told: Instructions) -> Schema:
    """A ping: what is personal may be missing."""
    return _object(told, {field.name for field in told.fields if field.needed and field.pinged})


def _object(told: Instructions, needed: set[str]) -> Schema:
    root: Schema = {"type": "object", "properties": {}}
    for field in told.fields:
        for path in filter(None, (field.path, *field.more)):
            _place(root, _parts(told.speech, path), _value(field, needed=field.name in needed), field.name in needed)
    return root


def _value(field: FieldLine, *, needed: bool) -> Schema:
    words: Schema = {"description": _words(field)}
    if field.example is not None:
        words["examples"] = [field.example]
    found: Schema = dict(field.schema) if not (field.term or field.more or field.words) else {}
    if needed:
        found = {"allOf": [found, {"not": {"type": "null"}}, {"not": BLANK}]}
    return found | words


def _words(field: FieldLine) -> str:
    parts = [field.about, *(f"{label}: {text}." for label, text in field.facts.items())]
    if field.words:
        parts.append(f"One of: {', '.join(map(str, field.words))}.")
    if field.mask:
        parts.append(f"It may be masked {field.mask}.")
    return " ".join(parts)


def _parts(speech: Speech, path: str) -> list[str]:
    """The names that lead to a value; a place in a list, an attribute or a list of pairs is told as one flat name."""
    flat = speech.format != "json" or speech.pairs is not None or any(sign in path for sign in "[]@")
    return [path] if flat else path.split(".")


def _place(root: Schema, parts: list[str], value: Schema, needed: bool) -> None:
    at = root
    for part in parts[:-1]:
        inner = at["properties"].setdefault(part, {"type": "object", "properties": {}})
        _require(at, part, needed)
        at = inner
    at["properties"][parts[-1]] = value
    _require(at, parts[-1], needed)


def _require(schema: Schema, name: str, needed: bool) -> None:
    if needed and name not in schema.setdefault("required", []):
        schema["required"].append(name)


def _has(speech: Speech, path: str) -> Schema:
    found: Schema = {"not": {"anyOf": [{"type": "null"}, BLANK]}}
    for part in reversed(_parts(speech, path)):
        found = {"type": "object", "required": [part], "properties": {part: found}}
    return found


# -- OpenAPI ---------------------------------------------------------------------------------------------------------


def openapi_of(told: Instructions) -> dict[str, Any]:
    """The addresses of this source alone."""
    paths = {_path(told, told.lead_url): _operation(told, "Send a lead", "Lead", told.lead)}
    if told.quotes is not None and told.ping_url != told.lead_url:
        paths[_path(told, told.ping_url)] = _operation(told, "Ask what a lead would bring", "Ping", told.ping)
    known = {"Lead": lead_schema(told)} | ({"Ping": ping_schema(told)} if told.quotes is not None else {})
    components: dict[str, Any] = {"schemas": known}
    if not (told.speech.key_field or told.speech.signed or told.speech.pushed):
        components["securitySchemes"] = {"key": _scheme(told.speech)}
    return {
        "openapi": "3.1.0",
        "info": {"title": f"{told.campaign}: {told.name or told.slug}", "version": _version(told)} | _house(told),
        "servers": [{"url": told.address}],
        "paths": paths,
        "components": components,
    }


def _house(told: Instructions) -> dict[str, Any]:
    """Whom to ask. OpenAPI has a place for a name and an e-mail; any other way stands in the description."""
    name, contact = told.house.name, told.house.contact
    mail = {"email": contact} if _EMAIL.fullmatch(contact) else {}
    whom = {"contact": ({"name": name} if name else {}) | mail} if name or mail else {}
    return whom | ({"description": f"Reach us: {contact}"} if contact and not mail else {})


def _version(told: Instructions) -> str:
    return str(told.changes[0].at_ms) if told.changes else "1"


def _path(told: Instructions, url: str) -> str:
    return url.removeprefix(told.address)


def _scheme(speech: Speech) -> dict[str, str]:
    if speech.key_header:
        return {"type": "apiKey", "in": "header", "name": speech.key_header}
    return {"type": "http", "scheme": "bearer"}


def _operation(told: Instructions, summary: str, name: str, example: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {"summary": summary, "responses": _responses(told, ping=name == "Ping")}
    if not (told.speech.key_field or told.speech.signed or told.speech.pushed):
        found["security"] = [{"key": []}]
    body = {"schema": {"$ref": f"#/components/schemas/{name}"}}
    sent = dict(example) | ({told.speech.key_field: "YOUR_KEY"} if told.speech.key_field else {})
    if told.speech.format == "query":
        parameters = [_parameter(path, value) for path, value in sent.items()]
        return {"get": found | {"parameters": parameters}}
    if told.runs and told.speech.format != "xml":
        body["example"] = document_of(told.speech, sent)
    return {"post": found | {"requestBody": {"required": True, "content": {_MEDIA[told.speech.format]: body}}}}


def _parameter(name: str, value: Any) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "schema": {}, "example": value}


def _responses(told: Instructions, *, ping: bool) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for answer in told.answers:
        if (answer.outcome in ("quoted", "no_quote")) != ping and answer.outcome in ("quoted", "no_quote", "sold"):
            continue
        media = answer.content_type.partition(";")[0]
        row = found.setdefault(str(answer.status), {"description": "", "content": {}})
        row["description"] = "; ".join(filter(None, (row["description"], answer.about)))
        examples = row["content"].setdefault(media, {"examples": {}})["examples"]
        examples[answer.outcome] = {"summary": answer.about, "value": _decoded(media, answer.body)}
    return found or {"200": {"description": "told in the words of the source"}}


def _decoded(media: str, body: str) -> Any:
    if not media.endswith("json"):
        return body
    try:
        return msgspec.json.decode(body)
    except msgspec.DecodeError:
        return body
