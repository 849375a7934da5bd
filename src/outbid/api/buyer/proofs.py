"""A buyer's proofs: his own part in the log about a lead, which he can check without us (`outbid/verify_bid.py`)."""

import asyncio
from typing import Annotated, Literal

import msgspec
from litestar import Response
from litestar.handlers import HTTPRouteHandler
from msgspec import Meta

from outbid.api.door.desk import Desk, answer, route
from outbid.api.door.doors import BUYER
from outbid.api.door.refusal import Refused
from outbid.api.said.description import Said
from outbid.api.said.instants import Instant, ms_of
from outbid.api.said.reading import Asked
from outbid.core.scope import Scope
from outbid.core.seal.proof import SealedChapter, prove
from outbid.store.chain import proving

PATH = "/v1/buyer/proofs/{reference:str}"
WINDOW_MS = 60_000
AT_A_TIME = 500
"""References that are worked out before others get their turn."""


class ProofWish(msgspec.Struct, frozen=True):
    """When you were asked."""

    at: Annotated[
        Instant | None,
        Meta(
            description="when you were asked, to a minute (RFC 3339); absent: one of the 1000 leads posted to you last"
        ),
    ] = None


class Proof(msgspec.Struct, frozen=True):
    """Your part in the log about a lead. Keep it: a later one for the same lead must have the same hashes.

    lead      your own name for the lead: the `ref` of the ping and the post
    offers    your offers at that time: number in the log → slug
    rules     how each of these offers is charged: `first`, what it bid; `second`, the least at which it would still
              have won; `floor_step`, the floor and a step. Never more than it bid
    handicaps  how much less of their bids counts in the ranking, for those of these offers that have a handicap
    methods   how bids were ranked, by the number in the head of an open round
    chapters  those that hold something of yours, in order
    """

    format: Literal["outbid-proof-1"]
    lead: str
    campaign: str
    currency: str
    offers: dict[str, str]
    rules: dict[str, Literal["first", "second", "floor_step"]]
    handicaps: dict[str, str]
    methods: list[str]
    chapters: list[SealedChapter]


_EXAMPLE = {
    "format": "outbid-proof-1",
    "lead": "5b0c6f2d9a41e7c85d3f1a02",
    "campaign": "auto",
    "currency": "USD",
    "offers": {"7": "oak-auto"},
    "rules": {"7": "first"},
    "handicaps": {},
    "methods": ["highest_bid"],
    "chapters": [
        {
            "prev_hash": "59" * 32,
            "hash": "0b" * 32,
            "leaves": ["a1" * 32, "b2" * 32],
            "shown": [
                {"leaf": 1, "salt": "c3" * 16, "line": '"offer":7,"outcome":"bid","price_micros":37310000,"ms":48'}
            ],
        }
    ],
}


class Proofs:
    """The route of proofs."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[HTTPRouteHandler]:
        """One."""
        said = Said(
            summary="Your part in the log about a lead that you were asked for, to be checked without us",
            path={"reference": "your own name for the lead: the `ref` of the ping and the post"},
            query=ProofWish,
            answers={200: ("your lines, and the hashes of the others", Proof)},
            example=_EXAMPLE,
            problems=("proof_unknown",),
            door=BUYER,
        )
        return [route("GET", PATH, said, self._one)]

    async def _one(self, request: Asked) -> Response[bytes]:
        asked: ProofWish = request.state.query
        scope: Scope = request.state.asker.scope
        reference, cell = request.path_params["reference"].lower(), self._desk.exchange.cell
        async with self._desk.database() as connection:
            if asked.at is None:
                leads = await proving.bought_last(connection, scope, cell)
            else:
                at_ms = ms_of(asked.at)
                leads = await proving.written_between(connection, scope, cell, at_ms - WINDOW_MS, at_ms + WINDOW_MS)
            lead_id = await self._named(leads, reference, scope.number)
            found = None if lead_id is None else await proving.asked(connection, scope, cell, lead_id)
        chapters = [] if found is None else prove(found.chapters, found.offers.keys())
        if found is None or not chapters:
            raise Refused("proof_unknown")
        offers = {str(number): slug for number, slug in found.offers.items()}
        return answer(
            Proof(
                format="outbid-proof-1",
                lead=reference,
                campaign=found.campaign,
                currency=found.currency,
                offers=offers,
                rules={str(number): rule for number, rule in found.rules.items()},  # type: ignore[misc]
                handicaps={str(number): text for number, text in found.handicaps.items()},
                methods=found.methods,
                chapters=chapters,
            )
        )

    async def _named(self, leads: list[bytes], reference: str, buyer: int) -> bytes | None:
        """The lead that the buyer calls so: a reference can be made of a lead, and not read back."""
        for start in range(0, len(leads), AT_A_TIME):
            for lead_id in leads[start : start + AT_A_TIME]:
                if self._desk.exchange.vault.reference(lead_id, buyer) == reference:
                    return lead_id
            await asyncio.sleep(0)
        return None
