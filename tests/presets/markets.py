"""Markets whose offers and sources are made from presets."""

from typing import Any

import msgspec

from harness.market import nouns, offer
from outbid.api.auth import key_hash
from outbid.core.dialect.reference import names_in
from outbid.core.market.noun import Campaign, Field, Key
from outbid.core.market.preset import examples, filled
from outbid.core.market.vertical import campaign_of, made_up
from outbid.plugins.presets import preset, tongue
from outbid.plugins.verticals import vertical

KIND = vertical("health_insurance")


def campaign(slug: str) -> Campaign:
    """A campaign with the usual fields, without floors."""
    return campaign_of(KIND, slug)


def ann(**more: Any) -> dict[str, Any]:
    """The lead that the stubs expect."""
    return made_up(KIND.fields, 0) | more


def delivery(name: str, port: int, **blanks: str) -> dict[str, Any]:
    """A delivery made from a preset, to the stub at `/NAME/ping` and `/NAME/post`."""
    way = preset(name).delivery
    given = examples(way)
    for step in ("ping", "post"):
        if f"{step}_url" in given:
            given[f"{step}_url"] = f"http://127.0.0.1:{port}/{name}/{step}"
    use = filled(way, given | blanks, tongue)
    return {"plugin": use.plugin, "settings": use.settings}


def secrets_of(name: str) -> set[str]:
    """The secrets to which a preset's examples refer."""
    return {secret for text in examples(preset(name).delivery).values() for secret in names_in(text)}


def buying(name: str, made: dict[str, Any], port: int = 9) -> dict[str, dict[str, Any]]:
    """One offer with that delivery."""
    price = {} if "ping_url" in made["settings"] else {"price": "10"}
    found = nouns([offer("a", port, **price) | {"delivery": made}])
    found["campaign"] = {"auto": campaign("auto")}
    found["key"]["house"] = Key(slug="house", holder="house", hash=key_hash("ob_house"))
    return found


def selling(names: list[str], port: int, formats: dict[str, str]) -> dict[str, dict[str, Any]]:
    """One offer of a buyer who speaks our tongue, and for each preset a source that is heard by it."""
    found = nouns([offer("a", port)])
    found["campaign"] = {"auto": campaign("auto")}
    web = found["source"]["web"]
    for name in names:
        way = preset(name).intake
        given = examples(way) | ({"format": formats[name]} if name in formats else {})
        use = filled(way, given, tongue)
        intake = msgspec.convert({"plugin": use.plugin, "settings": use.settings}, type(web.intake))
        slug = name.replace("_", "-")
        found["source"][slug] = msgspec.structs.replace(web, slug=slug, intake=intake)
        found["key"][slug] = Key(slug=slug, holder="source", owner=slug, hash=key_hash(f"ob_{name}"))
    return found


def fields_of(declared: tuple[Field, ...]) -> set[str]:
    return {field.name for field in declared}
