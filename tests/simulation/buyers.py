"""Buyers who lie: each keeps his own books, and what he answers has little to do with what he took."""

import json
from random import Random
from typing import Any, NamedTuple

from outbid.core.dialect.wire import Failure, Http, Response

GARBAGE = (b"<html>busy</html>", b"", b"{", b'"ok"', b"null", b"[[[[", b"\xff\xfe\x00", b"OK")
SLOWEST_S = 20.0
"""No buyer reads, or answers, later than this after we sent."""


class Taken(NamedTuple):
    """A lead that a buyer took, in his own books."""

    tag: str
    offer: str
    key: str
    at_s: float


class Plan(NamedTuple):
    """How a request ends: after `arrives_s` it is read, after `answers_s` more an answer leaves (None: never).

    `refused`: no connection is made, nothing is sent.
    """

    refused: bool
    arrives_s: float
    answers_s: float | None


class Buyer:
    """What stands behind one offer. `temper` holds the chances of his behaviours."""

    def __init__(self, offer: str, chance: Random, *, repeatable: bool, plain: bool, lists: bool = False) -> None:
        self.offer, self.chance, self.repeatable = offer, chance, repeatable
        self.plain, self.lists = plain, lists
        self.taken: list[Taken] = []
        self.posts: list[tuple[str, str]] = []
        self.pings = self.inquiries = 0
        self.pinged: list[dict[str, Any]] = []
        self.posted: list[tuple[str, dict[str, Any]]] = []
        self.memory: dict[str, bool] = {}
        self.honest = chance.random() < 0.4
        self.wants = chance.choice((0.4, 0.7, 0.95, 1.0))
        self.price = chance.choice((5, 10, 20, 40))
        self.trouble = 0.0 if self.honest else chance.choice((0.1, 0.3, 0.6))

    def plan(self, deadline_in_s: float) -> Plan:
        """How the next request fares on its way."""
        chance = self.chance
        if chance.random() < self.trouble / 3:
            return Plan(True, chance.uniform(0.001, 0.05), None)
        arrives, answers = chance.uniform(0.001, 0.02), chance.uniform(0.001, 0.08)
        if chance.random() < self.trouble / 3:
            which = chance.randrange(4)
            if which == 0:
                return Plan(False, arrives, None)
            if which == 1:
                arrives = deadline_in_s * chance.uniform(0.8, 1.6)
            else:
                answers = deadline_in_s * chance.uniform(0.7, 1.5)
        return Plan(False, min(arrives, SLOWEST_S), min(answers, SLOWEST_S))

    def read(self, http: Http, at_s: float) -> Response | Failure:
        """Take a request in and say what is answered."""
        if http.target.path.startswith("/status/"):
            return self._spoil(self._status(http.target.path.rpartition("/")[2]), True)
        document = json.loads(http.body)
        if http.target.path.endswith("/ping"):
            self.pings += 1
            self.pinged.append(document)
            return self._spoil(self._bid(), False)
        key = dict(http.headers).get("Idempotency-Key", "")
        tag = str(document.get("tag"))
        self.posts.append((tag, key))
        self.posted.append((key, document))
        return self._spoil(self._sell(tag, key, at_s, document), True)

    def _bid(self) -> Response:
        chance = self.chance
        if chance.random() > self.wants:
            return _json(200, {"accepted": False, "reason": "not now"})
        price: Any = round(self.price * chance.uniform(0.5, 1.5), chance.choice((0, 2, 6)))
        if not self.honest:
            price = chance.choice((price, price, price, f"${price}", 0, -3, "1e9", 10**15, None, "7,25"))
        answer = {"accepted": True, "price": price, "token": f"t{self.pings}"}
        if not self.honest and chance.random() < 0.15:
            answer["currency"] = chance.choice(("EUR", "usd", "XXX"))
        return _json(200, _listed(answer, chance) if self.lists else answer)

    def _sell(self, tag: str, key: str, at_s: float, document: dict[str, Any]) -> Response:
        known = self.memory.get(key) if self.repeatable else None
        if known is None:
            known = self.memory[key] = self.chance.random() < self.wants
            if known:
                self.taken.append(Taken(tag, self.offer, key, at_s))
        if self.plain:
            return Response(200 if known else 422, (), b"")
        if not known:
            reason = self.chance.choice(("no thanks", "Duplicate lead", ""))
            return _json(self.chance.choice((200, 200, 400, 422)), {"accepted": False, "reason": reason})
        answer: dict[str, Any] = {"accepted": self.chance.choice((True, "yes", "sold", 1)), "reference": f"r{len(tag)}"}
        if self.chance.random() < 0.3:
            answer["redirect"] = "https://buyer.test/thanks"
        if not self.honest and self.chance.random() < 0.3:
            paid = float(document.get("price") or 1)
            answer["price"] = self.chance.choice((paid / 2, paid * 2, 0, "cheap", -1, paid))
        return _json(200, answer)

    def _status(self, key: str) -> Response:
        """What stands in his books. Of a post that he has not read he knows nothing: it may still be on its way."""
        self.inquiries += 1
        known = self.memory.get(key)
        if known is None or self.chance.random() < 0.3:
            return _json(200, {"status": self.chance.choice(("pending", "unknown", None))})
        return _json(200, {"status": "accepted" if known else "rejected"})

    def _spoil(self, answer: Response, is_post: bool) -> Response | Failure:
        """Turn a good answer into none. What was taken stays taken."""
        chance = self.chance
        if chance.random() >= self.trouble:
            return answer
        which = chance.randrange(4)
        if which == 0:
            return Response(chance.choice((500, 502, 503)), (), chance.choice((b"", b"oops", answer.body)))
        if which == 1:
            return Failure(chance.choice(("cut_off", "too_large", "not_http")), True, "body")
        if which == 2 and not self.plain:
            return Response(200, (), b'{"accepted": null, "price": 3}')
        if self.plain:  # his status is his word: a 2xx is a yes and a 4xx a no, whatever stands in it
            return Response(503, (), b"<html>busy</html>")
        return Response(200, (), chance.choice(GARBAGE))


def _json(status: int, document: dict[str, Any]) -> Response:
    return Response(status, (("content-type", "application/json"),), json.dumps(document).encode())


def _listed(answer: dict[str, Any], chance: Random) -> dict[str, Any]:
    """A reply with one bid as a list of some, the tokens told apart by their places."""
    if chance.random() < 0.3:
        return answer
    bids = [
        {
            "price": answer["price"] if place == 1 else chance.choice((1, 7, 19.5, 33, 0, None)),
            "token": f"{answer['token']}.{place}",
            "stands": chance.choice((None, 2, 60)),
        }
        for place in range(1, chance.choice((1, 2, 3, 25)) + 1)
    ]
    return {"accepted": True, "bids": bids}
