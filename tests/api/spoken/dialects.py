"""Sources that speak as the platforms of the trade do, and a market of them."""

from typing import Any

import msgspec

from harness.market import nouns, offer
from outbid.api.auth import key_hash
from outbid.core.market.noun import KINDS, Key

STATES = {"Texas": "TX", "California": "CA"}
BOBERDOO = {
    "key": "Key",
    "asks": {"field": "Mode"},
    "test": {"field": "Test_Lead", "words": ["1"]},
    "ping_id": "Lead_ID",
    "fields": {
        "first_name": "First_Name",
        "phone": "Primary_Phone | digits",
        "email": "Email",
        "zip": "Zip",
        "state": {"value": "State", "map": STATES},
        "birth_date": "DOB | read_date %d.%m.%Y",
    },
    "answers": {
        "format": "xml",
        "content_type": "text/xml",
        "sold": {
            "status": 200,
            "body": {"status": "=Matched", "lead_id": "lead", "price": "price", "redirect": "redirect"},
        },
        "quoted": {"body": {"status": "=Matched", "lead_id": "quote", "price": "price"}},
        "unsold": {"body": {"status": "=Unmatched", "lead_id": "lead"}},
        "otherwise": {
            "status": 200,
            "body": {
                "status": "=Error",
                "error": "sentence",
                "errors.error.*.field": "error_{n}_field",
                "errors.error.*@code": "error_{n}_code",
            },
        },
    },
}
LEAD_PROSPER = {
    "key": "lp_key",
    "test": {"field": "lp_action", "words": ["test"]},
    "ping_id": "lp_ping_id",
    "answers": {
        "sold": {"body": {"status": "=ACCEPTED", "price": "price | number", "redirect_url": "redirect"}},
        "quoted": {"body": {"status": "=ACCEPTED", "ping_id": "quote", "price": "price | number"}},
        "unsold": {"status": 200, "body": {"status": "=REJECTED", "code": "reason"}},
        "duplicate": {"status": 200, "body": {"status": "=DUPLICATED", "code": "=1005"}},
        "otherwise": {
            "status": 200,
            "body": {
                "status": "=ERROR",
                "code": {"value": "reason", "map": {"key_unknown": 1003, "key_missing": 1002}, "otherwise": 1000},
                "message": "sentence",
                "errors.*.field": "error_{n}_field",
                "errors.*.error": "error_{n}_sentence",
            },
        },
    },
}
CAKE = {
    "key": "ckm_key",
    "test": {"field": "ckm_test"},
    "answers": {
        "format": "xml",
        "root": "result",
        "sold": {"body": {"code": "=0", "msg": "=success", "leadid": "lead", "price": "price | fixed 2"}},
        "pending": {"status": 200, "body": {"code": "=0", "msg": "=pending", "leadid": "lead"}},
        "otherwise": {"status": 200, "body": {"code": "=1", "msg": "=error", "errors.error.*": "error_{n}_field"}},
    },
}
LEAD_EXEC = {
    "key": "Auth.Token",
    "ping_id": "orderid",
    "fields": {
        "first_name": "Contact@first",
        "phone": "Contact.Phones.Phone[1]",
        "email": "Contact.Email",
        "zip": "Contact.Zip",
    },
    "answers": {
        "format": "xml",
        "root": "PostResponse",
        "sold": {"body": {"isValidPost": "=true", "ResponseType": "=0", "LeadIdentifier": "lead", "Price": "price"}},
        "quoted": {"body": {"isValidPost": "=true", "LeadIdentifier": "quote", "Price": "price"}},
        "otherwise": {
            "status": 200,
            "body": {
                "isValidPost": "=false",
                "ResponseType": {
                    "value": "reason",
                    "map": {"duplicate": 6, "source_closed": 7, "key_missing": 1},
                    "otherwise": 9,
                },
            },
        },
    },
}
SMALL = {
    "key": "header:X-Api-Key",
    "asks": {"paths": ["genericping.php"]},
    "answers": {
        "format": "text",
        "sold": {"body": "accepted|{price}|{redirect}"},
        "otherwise": {"status": 200, "body": "<status>rejected</status>{sentence | html}"},
    },
}
SOURCES: dict[str, tuple[str, dict[str, Any]]] = {
    "boberdoo": ("form", BOBERDOO),
    "prosper": ("json", LEAD_PROSPER),
    "cake": ("query", CAKE),
    "exec": ("xml", LEAD_EXEC),
    "small": ("form", SMALL),
    "plain": ("json", {}),
}


def key_of(source: str, *, test: bool = False) -> str:
    """The key of a source, as it is sent."""
    return f"ob_{'trial' if test else 'key'}_{source}"


def market(port: int, sources: dict[str, tuple[str, dict[str, Any]]] | None = None) -> dict[str, dict[str, Any]]:
    """One offer that is pinged, and a source for each dialect."""
    found = nouns([offer("a", port)], campaign_more={"floor": "2"})
    for slug, (plugin, settings) in (sources or SOURCES).items():
        row = {
            "slug": slug,
            "seller": "acme",
            "campaign": "auto",
            "payout": {"share": "80%"},
            "intake": {"plugin": plugin, "settings": settings},
        }
        found["source"][slug] = msgspec.convert(row, KINDS["source"])
        for test in (False, True):
            name = f"{slug}{'-test' if test else ''}"
            found["key"][name] = Key(
                slug=name, holder="source", owner=slug, hash=key_hash(key_of(slug, test=test)), test=test
            )
    return found
