"""The market that is measured: ten pinged offers with four accounts each, on the rig's fleet."""

from typing import Any

import msgspec

from outbid.core.market.noun import KINDS, Noun

FIELDS = [
    {"name": "first_name", "type": "text", "personal": True},
    {"name": "last_name", "type": "text", "personal": True},
    {"name": "email", "type": "email"},
    {"name": "phone", "type": "phone"},
    {"name": "zip", "type": "zip"},
    {"name": "state", "type": "state"},
    {"name": "city", "type": "text"},
    {"name": "dob", "type": "date"},
    {"name": "ip", "type": "ip"},
    {"name": "insured", "type": "boolean"},
    {"name": "trustedform_cert_url", "type": "url"},
    {"name": "jornaya_lead_id", "type": "text"},
    {"name": "lead_id", "type": "text"},
    {"name": "sent_at", "type": "text"},
]


def offer(number: int, port: int) -> dict[str, Any]:
    """One buyer's offer: pinged, posted, capped by leads and money, on a wallet."""
    return {
        "slug": f"offer-{number}",
        "buyer": f"buyer-{number}",
        "campaign": "auto",
        "tier": "main",
        "priority": number,
        "filter": {"all": [{"fact": "dob.age", "at_least": 18}, {"fact": "state", "present": True}]},
        "caps": [
            {"window": "day", "leads": 100_000_000},
            {"window": "month", "leads": 900_000_000},
            {"window": "day", "money": "900000000"},
        ],
        "private_targets": [f"127.0.0.1:{port}"],
        "post_ms": 10_000,
        "delivery": {
            "plugin": "json",
            "settings": {
                "ping_url": f"http://127.0.0.1:{port}/b/{number}/ping",
                "post_url": f"http://127.0.0.1:{port}/b/{number}/post",
                "ping": {name: name for name in ("lead_id", "zip", "state", "dob.age", "insured")},
                "post": {field["name"]: field["name"] for field in FIELDS}
                | {"ping_id": "@token", "sale": "@sale", "price": "@price"},
                "ping_reply": {"token_path": "ping_id"},
                "post_reply": {"redirect_path": "redirect_url"},
            },
        },
    }


def document(port: int, buyers: int = 10, deadline_ms: int = 3000) -> dict[str, list[dict[str, Any]]]:
    """The whole market as the YAML file would say it."""
    return {
        "seller": [{"slug": "rig"}],
        "buyer": [{"slug": f"buyer-{n}", "wallet": {"credit": "900000000"}} for n in range(buyers)],
        "campaign": [
            {
                "slug": "auto",
                "floor": "1.00",
                "fields": FIELDS,
                "checks": [
                    {"plugin": "required", "settings": {"fields": ["first_name", "email", "phone", "zip"]}},
                    {"plugin": "type", "settings": {"except_for": []}},
                    {"plugin": "duplicate"},
                ],
                "tiers": [{"slug": "main", "deadline_ms": deadline_ms, "most_posts": 5}],
            }
        ],
        "source": [{"slug": "rig-source", "seller": "rig", "campaign": "auto", "payout": {"share": "80%"}}],
        "offer": [offer(n, port) for n in range(buyers)],
    }


def nouns(port: int, buyers: int = 10, deadline_ms: int = 3000) -> dict[str, dict[str, Noun]]:
    """The market as nouns, by kind and slug."""
    return {
        kind: {row["slug"]: msgspec.convert(row, KINDS[kind]) for row in rows}
        for kind, rows in document(port, buyers, deadline_ms).items()
    }
