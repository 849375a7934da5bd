"""Limited accounts in words: whose they are by slug, and how much fits in."""

import re
from typing import Final

from outbid.core.ledger.account import LEADS
from outbid.core.market.snapshot.market import Market
from outbid.core.money import text_of

_OWNER: Final = re.compile(r"\b([a-z]+):(\d+)\b")
_PER: Final = {"total": "in all", "order": "of the order", "hour": "an hour"}


def with_slugs(market: Market, account: str, between: str = ":") -> str:
    """An account with slugs for numbers: `offer:a total LEAD` of `offer:9 total LEAD`. What is gone stays a number."""

    def named(found: re.Match[str]) -> str:
        slug = market.names.get((found[1], int(found[2])))
        return found[0] if slug is None else f"{found[1]}{between}{slug}"

    return _OWNER.sub(named, account)


def in_words(market: Market, account: str, offer: int) -> str:
    """An account that had no room for an offer: `500 leads an hour of offer harbor-auto`, `wallet of buyer swift`."""
    owner, window, unit = _parts(account)
    whose = with_slugs(market, owner, between=" ").replace(" source ", " from source ")
    if window == "wallet":
        return f"wallet of {whose}"
    bought = market.offers[offer]
    limits = (*bought.limits, *(limit for pair in bought.pairs.values() for limit in pair))
    most = next((one.ceiling for one in limits if (one.owner, one.window, one.unit) == (owner, window, unit)), None)
    if unit == LEADS:
        amount = "leads" if most is None else f"{most:,} {'lead' if most == 1 else 'leads'}"
    else:
        amount = unit if most is None else f"{text_of(most)} {unit}"
    per = f"in {window.removeprefix('slot ')}" if window.startswith("slot ") else _PER.get(window, f"a {window}")
    return f"{amount} {per} of {whose}"


def _parts(account: str) -> tuple[str, str, str]:
    """Owner, window and unit: a window may have words of its own, the unit has none."""
    words = account.split(" ")
    owners = next((n for n, word in enumerate(words) if not _OWNER.fullmatch(word)), len(words))
    return " ".join(words[:owners]), " ".join(words[owners:-1]), words[-1]
