"""All example buyers behind one port: which request goes to whom, and how long he thinks."""

import math
import random
from typing import Any

import msgspec

from outbid.cli.demo.buying.buyer import BadRequest, Buyer
from outbid.cli.demo.buying.profiles import PROFILES, Range
from outbid.cli.demo.buying.serve import Reply, Request, sentence

KEY_HEADER = "idempotency-key"
_decode = msgspec.json.Decoder().decode


class Fleet:
    """The buyers by name. `GET /books` shows what each did; `POST /<buyer>/ping` and `/post` are theirs."""

    def __init__(self, seed: int) -> None:
        self.buyers = {name: Buyer(name, profile, seed) for name, profile in PROFILES.items()}

    def answer(self, request: Request) -> Reply | None:
        """Decide at once, so that what is bought is bought even if the client does not wait for the answer."""
        if request.path == "/books":
            return self._show_books(request)
        name, _, action = request.path.removeprefix("/").partition("/")
        buyer = self.buyers.get(name)
        if buyer is None or action not in ("ping", "post"):
            return sentence(404, f"There is only /books and /BUYER/ping and /post of {', '.join(self.buyers)}.")
        if action == "ping" and buyer.profile.bids is None:
            return sentence(404, f"{name} takes posts at a fixed price and answers no pings.")
        if request.method != "POST":
            return sentence(405, f"Send pings and posts with POST, not {request.method}.")
        try:
            lead = _read(request.body)
            return _ping(buyer, lead) if action == "ping" else _post(buyer, lead, request)
        except BadRequest as fault:
            return sentence(400, str(fault))

    def _show_books(self, request: Request) -> Reply:
        if request.method != "GET":
            return sentence(405, f"Read the books with GET, not {request.method}.")
        return Reply(200, msgspec.json.encode({name: buyer.books for name, buyer in self.buyers.items()}))


def _read(body: bytes) -> dict[str, Any]:
    try:
        lead = _decode(body)
    except (ValueError, RecursionError) as error:
        raise BadRequest(f"The body is not JSON: {str(error)[:200]}") from None
    if not isinstance(lead, dict):
        raise BadRequest("The body is JSON but no object; send one object with the lead's fields.")
    return lead


def _ping(buyer: Buyer, lead: dict[str, Any]) -> Reply | None:
    if buyer.profile.ping_ms is None:
        buyer.books.asked += 1
        return None
    return Reply(200, buyer.ping(lead), _thinks(buyer.profile.ping_ms))


def _post(buyer: Buyer, lead: dict[str, Any], request: Request) -> Reply:
    answer = buyer.post(lead, request.headers.get(KEY_HEADER, ""))
    return Reply(200, answer, _thinks(buyer.profile.post_ms))


def _thinks(between_ms: Range) -> float:
    """Seconds to an answer: log-normal, as answers of real servers are, cut to the range.

    Time is the one thing that does not follow from the seed.
    """
    low, high = between_ms
    seconds = random.lognormvariate(math.log(low * high) / 2, math.log(high / low) / 4) / 1000
    return min(max(seconds, low / 1000), high / 1000)
