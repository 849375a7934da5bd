"""Sandbox targets: `sandbox:accept?bid=25` and the like, buyers of our own that answer within the process.

They answer in JSON as the default rules read it: `accepted`, `price`, `reason`. A no has a status of 4xx, so that rules
which only look at the status read it too. With `as=boberdoo` they answer as that platform's presets have it.
"""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from urllib.parse import parse_qsl

import msgspec

from outbid.core.dialect.wire import Header, Target
from outbid.core.heard import Reply, Told, ToldAs
from outbid.core.lead.value import Scalar
from outbid.core.money import micros, text_of

SCHEME = "sandbox"
MOST_MS = 120_000
REMEMBERED = 1024
MOST_LISTED = 20
"""Bids of one answer."""
SPEAKS = "as"
"""The parameter that names a platform."""
PINGED = "#ping"
"""Ends the address of who speaks as a platform and is asked for a bid: there it may have other words."""
TOKEN, REFERENCE = "sandbox-ping", "sandbox-lead"
"""The names that a platform gives to a bid and to a lead, where the address does not."""
_BEGINNING = f"{SCHEME}:"
_VISIBLE = re.compile(r"[!-~]*")
_NUMBER = re.compile(r"[0-9]{1,6}")
_JSON: tuple[Header, ...] = (("content-type", "application/json"),)
_HTML: tuple[Header, ...] = (("content-type", "text/html"),)
_PAGE = b"<html><body>It works!</body></html>"


class Tongue(msgspec.Struct, frozen=True):
    """How a platform answers. `pinged`: it can be asked for a bid; `lists`: it can name several at once."""

    answer: Callable[[Told], Reply]
    pinged: bool
    lists: bool


Tongues = Callable[[str], Tongue]
"""The tongue of a platform by its name. Raises ValueError if nobody speaks so."""


def no_tongues(name: str) -> Tongue:
    """Nobody speaks as any platform."""
    raise ValueError(f"nobody here speaks as {name!r}")


class Script(msgspec.Struct, frozen=True):
    """What a sandbox buyer does: answers so after some milliseconds, or never (None)."""

    status: int
    headers: tuple[Header, ...]
    body: bytes
    after_ms: int | None


def is_sandbox(url: str) -> bool:
    """Is this the address of a sandbox buyer? The scheme is written in lower case."""
    return url.startswith(_BEGINNING)


def sandbox_target(url: str, *, pinged: bool = False, tongues: Tongues = no_tongues) -> Target:
    """A target that `exchange/outbound` answers itself. `pinged`: he is asked for a bid, so he must have one.

    The whole of what he does is the target's host: a path is what a delivery adds to an address. Raises ValueError.
    """
    text = url.removeprefix(_BEGINNING)
    if "#" in text:
        raise ValueError("what follows # in an address is never sent")
    name, _, query = text.partition("?")
    if pinged and SPEAKS in _parameters(query):
        text += PINGED
    script_of(text, tongues)
    if pinged and name in _BIDDING and "bid" not in _parameters(query):
        raise ValueError(f"{url!r} is pinged and bids nothing: write what it bids, such as sandbox:accept?bid=25")
    return Target(SCHEME, text, 0, "")


@lru_cache(REMEMBERED)
def script_of(text: str, tongues: Tongues = no_tongues) -> Script:
    """What a sandbox buyer does, from his name and parameters (`accept?bid=25`). Raises ValueError."""
    if not _VISIBLE.fullmatch(text):
        raise ValueError("a sandbox address holds a blank or another character that must be percent-encoded")
    name, _, query = text.removesuffix(PINGED).partition("?")
    if name not in _BUYERS:
        raise ValueError(f"there is no sandbox buyer {name!r}; there are: {', '.join(_BUYERS)}")
    known, play = _BUYERS[name]
    given = _parameters(query)
    for parameter in given:
        if parameter not in known:
            there = ", ".join(known) or "none"
            raise ValueError(f"sandbox:{name} has no parameter {parameter!r}; there are: {there}")
    plain = play(given)
    outcome = _TOLD.get(name)
    if SPEAKS not in given:
        if len(given.get("bid", "").split(",")) > 1:
            raise ValueError("bid: only a platform that lists bids has several, such as as=boberdoo")
        return plain
    tongue = tongues(given[SPEAKS])
    return plain if outcome is None else _spoken(outcome, given, tongue, plain.after_ms, asked=text.endswith(PINGED))


def _spoken(outcome: ToldAs, given: Mapping[str, str], tongue: Tongue, after_ms: int | None, *, asked: bool) -> Script:
    """What a platform says of an outcome."""
    prices = [text_of(price) for price in _bids(given)]
    if asked and not tongue.pinged:
        raise ValueError(f"as={given[SPEAKS]} is not pinged: give the offer a price and no address of pings")
    if len(prices) > 1 and not tongue.lists:
        raise ValueError(f"bid: write one, for as={given[SPEAKS]} lists none")
    token, lead = given.get("token", TOKEN), given.get("reference", REFERENCE)
    reason = given.get("reason", outcome)
    terms: dict[str, Scalar] = {"lead": lead, "quote": token, "reason": reason, "sentence": reason, "test": False}
    terms |= {name: given[name] for name in ("redirect",) if name in given}
    for n, price in enumerate(prices if len(prices) > 1 else (), 1):
        terms |= {f"bid_{n}_id": f"{token}.{n}", f"bid_{n}_price": price, f"bid_{n}_brand": f"Brand {n}"}
    told = _OF_PINGS.get(outcome, outcome) if asked else outcome
    status = 422 if outcome == "duplicate" else 200
    terms |= {"outcome": told, "status": status} | ({"price": prices[0]} if prices else {})
    reply = tongue.answer(Told(told, status, terms, asked))
    return Script(reply.status, (("content-type", reply.content_type),), reply.body, after_ms)


def _bids(given: Mapping[str, str]) -> list[int]:
    """What he bids, in micros."""
    bids = [micros(text) for text in given["bid"].split(",")] if "bid" in given else []
    if len(bids) > MOST_LISTED:
        raise ValueError(f"bid: write at most {MOST_LISTED}")
    if any(bid <= 0 for bid in bids):
        raise ValueError("bid: write more than zero; sandbox:reject bids nothing")
    return bids


def _parameters(query: str) -> dict[str, str]:
    try:
        pairs = parse_qsl(query, keep_blank_values=True, strict_parsing=True, max_num_fields=20) if query else []
    except ValueError:
        raise ValueError(f"{query!r} is no query such as bid=25&ms=100") from None
    given = dict(pairs)
    if len(given) < len(pairs):
        raise ValueError("a parameter of a sandbox address stands twice")
    return given


# -- the buyers ------------------------------------------------------------------------------------------------------


def _accept(given: Mapping[str, str]) -> Script:
    said = {"accepted": True} | {name: given[name] for name in ("token", "reference", "redirect") if name in given}
    if bids := _bids(given):
        said["price"] = text_of(bids[0])
    return _says(200, said, given)


def _slow(given: Mapping[str, str]) -> Script:
    if "ms" not in given:
        raise ValueError("write after how many milliseconds it answers, such as sandbox:slow?bid=25&ms=900")
    return _accept(given)


def _reject(given: Mapping[str, str]) -> Script:
    return _says(422, {"accepted": False, "reason": given.get("reason", "rejected")}, given)


def _duplicate(given: Mapping[str, str]) -> Script:
    return _says(409, {"accepted": False, "reason": "duplicate"}, given)


def _silent(_: Mapping[str, str]) -> Script:
    return Script(200, (), b"", None)


def _broken(given: Mapping[str, str]) -> Script:
    return Script(200, _HTML, _PAGE, _ms(given))


def _error(given: Mapping[str, str]) -> Script:
    return _says(_number(given, "status", 500, 500, 599), {"error": "the sandbox was told to fail"}, given)


def _echo(given: Mapping[str, str]) -> Script:
    return Script(_number(given, "status", 200, 200, 599), _JSON, given.get("body", "").encode(), _ms(given))


_BUYERS: dict[str, tuple[tuple[str, ...], Callable[[Mapping[str, str]], Script]]] = {
    "accept": (("bid", "token", "reference", "redirect", SPEAKS, "ms"), _accept),
    "slow": (("bid", "token", "reference", "redirect", SPEAKS, "ms"), _slow),
    "reject": (("reason", SPEAKS, "ms"), _reject),
    "duplicate": ((SPEAKS, "ms"), _duplicate),
    "silent": ((SPEAKS,), _silent),
    "broken": ((SPEAKS, "ms"), _broken),
    "error": (("status", "ms"), _error),
    "says": (("status", "body", "ms"), _echo),
}
"""Each sandbox buyer: his parameters, and what he does with them."""
_BIDDING = ("accept", "slow")
_TOLD: dict[str, ToldAs] = {"accept": "sold", "slow": "sold", "reject": "unsold", "duplicate": "duplicate"}
"""What those who speak as a platform tell; the others are the same in every tongue."""
_OF_PINGS: dict[ToldAs, ToldAs] = {"sold": "quoted", "unsold": "no_quote"}


def _says(status: int, said: Mapping[str, object], given: Mapping[str, str]) -> Script:
    return Script(status, _JSON, msgspec.json.encode(said), _ms(given))


def _ms(given: Mapping[str, str]) -> int:
    return _number(given, "ms", 0, 0, MOST_MS)


def _number(given: Mapping[str, str], name: str, otherwise: int, least: int, most: int) -> int:
    text = given.get(name)
    if text is None:
        return otherwise
    if not _NUMBER.fullmatch(text) or not least <= int(text) <= most:
        raise ValueError(f"{name}: write a whole number from {least} to {most}, not {text!r}")
    return int(text)
