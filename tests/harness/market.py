"""Small markets for tests, as nouns."""

from typing import Any

import msgspec

from outbid.api.auth import key_hash
from outbid.core.market.noun import KINDS, Noun

SECRET = "ob_test"

FIELDS: list[dict[str, Any]] = [
    {"name": "first_name", "type": "text", "personal": True},
    {"name": "email", "type": "email"},
    {"name": "phone", "type": "phone"},
    {"name": "zip", "type": "zip"},
    {"name": "state", "type": "state"},
    {"name": "birth_date", "type": "date"},
    {"name": "amount", "type": "integer"},
]
CHECKS: list[dict[str, Any]] = [
    {"plugin": "required", "settings": {"fields": ["first_name", "email", "phone", "zip"]}},
    {"plugin": "type"},
    {"plugin": "duplicate"},
]


def campaign(**more: Any) -> dict[str, Any]:
    tiers = [{"slug": "main", "deadline_ms": 2000}, {"slug": "rest", "deadline_ms": 2000}]
    return {
        "slug": "auto",
        "fields": FIELDS,
        "checks": CHECKS,
        "tiers": tiers,
        "ping_fields": ["zip", "state", "birth_date.age", "amount"],
    } | more


def offer(slug: str, port: int, *, buyer: str | None = None, tier: str = "main", **more: Any) -> dict[str, Any]:
    """An offer of a buyer of the same name: pinged, unless a price is given."""
    name = buyer or slug
    settings = {
        "post_url": f"http://127.0.0.1:{port}/{name}/post",
        "ping_reply": {"token_path": "ping_id"},
        "post_reply": {"redirect_path": "redirect", "reference_path": "reference"},
    } | more.pop("delivery", {})
    if "price" not in more:
        settings["ping_url"] = f"http://127.0.0.1:{port}/{name}/ping"
    return {
        "slug": slug,
        "buyer": name,
        "campaign": "auto",
        "tier": tier,
        "private_targets": [f"127.0.0.1:{port}"],
        "post_ms": 2000,
        "delivery": {"plugin": "json", "settings": settings},
    } | more


def nouns(
    offers: list[dict[str, Any]],
    *,
    buyers: dict[str, dict[str, Any]] | None = None,
    campaign_more: dict[str, Any] | None = None,
    source_more: dict[str, Any] | None = None,
) -> dict[str, dict[str, Noun]]:
    """A market of one seller, one source, one campaign and these offers."""
    named = {str(row["buyer"]): {"slug": row["buyer"]} for row in offers}
    for slug, more in (buyers or {}).items():
        named[slug] = {"slug": slug} | more
    source = {"slug": "web", "seller": "acme", "campaign": "auto", "payout": {"share": "80%"}}
    rows = {
        "seller": [{"slug": "acme"}],
        "buyer": list(named.values()),
        "campaign": [campaign(**(campaign_more or {}))],
        "source": [source | (source_more or {})],
        "offer": offers,
        "key": [{"slug": "k", "holder": "source", "owner": "web", "hash": key_hash(SECRET)}],
    }
    return {kind: {row["slug"]: msgspec.convert(row, KINDS[kind]) for row in found} for kind, found in rows.items()}


_NEXT = iter(range(1, 10**9))
_AREA_CODES = [code for code in range(201, 990) if code % 100 != 11 and code % 1000 // 10 % 10 != 9]
"""Area codes that can be: no N11, no N9X."""


def lead(**more: Any) -> dict[str, Any]:
    """A good lead of a person nobody has seen."""
    n = next(_NEXT)
    fields: dict[str, Any] = {
        "first_name": "Ann",
        "email": f"ann{n}@example.com",
        "phone": f"+1{_AREA_CODES[n // 100 % len(_AREA_CODES)]}5550{100 + n % 100}",
        "zip": "78701",
        "state": "TX",
        "birth_date": "1980-01-31",
    }
    return fields | more
