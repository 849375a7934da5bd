"""What is missing to sell a first lead: six steps, or seven where buyers pay from wallets, whoever made what."""

from typing import Literal

import msgspec
from litestar import Response
from litestar.handlers import HTTPRouteHandler

from outbid.api.door.desk import Desk, answer, route
from outbid.api.said.description import Said
from outbid.api.said.reading import Asked
from outbid.core.ids import LEAD, public
from outbid.core.market.noun import Buyer, Offer
from outbid.core.market.snapshot import Market
from outbid.core.money import micros
from outbid.core.scope import HOUSE
from outbid.store.database import Connection
from outbid.store.reading import leads
from outbid.store.reading.live import rooms

MOST_NAMED = 20


class Step(msgspec.Struct, frozen=True):
    """A step. `ids`: up to 20 of the nouns (slugs) or leads that make it done; empty where it is not.

    `pay_in` is there where offers are paid from wallets, done if one offer's buyer has room or needs none, or a lead
    was sold; until then its ids are the buyers whose wallets have none. Once sold, they are those with a wallet.

    names what people call them, in the same order: a noun without a name by its slug, a lead by its id
    step  `test_lead`: a test lead was sold, or a real one; `live`: a lead that is no test was sold, and the next can
          be, for a source with a key, its campaign and an offer are on
    """

    step: Literal["campaign", "source", "buyer", "offer", "pay_in", "test_lead", "live"]
    done: bool
    noun: Literal["campaign", "source", "buyer", "offer", "lead"]
    ids: list[str]
    names: list[str]


class Start(msgspec.Struct, frozen=True):
    """All steps, in order. `done`: nothing is missing."""

    done: bool
    steps: list[Step]


class Starting:
    """The route of the first steps."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[HTTPRouteHandler]:
        """Read."""
        said = Said(summary="What is missing to sell a first lead?", answers={200: ("the steps", Start)})
        return [route("GET", "/v1/start", said, self._read)]

    async def _read(self, request: Asked) -> Response[bytes]:
        market, cell = self._desk.exchange.market, self._desk.exchange.cell
        async with self._desk.database() as connection:
            sold = await leads.page(connection, HOUSE, cell, leads.Wish(status="sold"), None, 1)
            # Who sells needs no test any more: among millions of leads none is looked for.
            wish = leads.Wish(status="sold", test=True)
            tests = sold or await leads.page(connection, HOUSE, cell, wish, None, 1)
            paying = await _pay_in(connection, cell, market, has_sold=bool(sold))
        steps = [_nouns(market, "campaign"), _nouns(market, "source"), _nouns(market, "buyer"), _nouns(market, "offer")]
        steps += paying
        tested = [public(LEAD, line.cell, line.id) for line in tests]
        steps.append(Step("test_lead", bool(tested), "lead", tested, tested))
        live = [public(LEAD, line.cell, line.id) for line in sold] if is_open(market) else []
        steps.append(Step("live", bool(live), "lead", live, live))
        return answer(Start(all(step.done for step in steps), steps))


def is_open(market: Market) -> bool:
    """Can a lead come in by a key and be bought?"""
    keyed = {holder.number for holder in market.keys.values() if holder.kind == "source" and not holder.test}
    keyed_sellers = {holder.number for holder in market.keys.values() if holder.kind == "seller" and not holder.test}
    return any(
        not source.paused
        and not source.campaign.paused
        and (source.number in keyed or source.seller in keyed_sellers)
        and any(not offer.paused for offer in source.campaign.offers.values())
        for source in market.sources.values()
    )


async def _pay_in(connection: Connection, cell: int, market: Market, *, has_sold: bool) -> list[Step]:
    """Can anybody pay, or did once? A wallet that runs dry later is told among needs. No step without a wallet."""
    slugs = {noun.buyer for _, noun in market.nouns.get("offer", {}).values() if isinstance(noun, Offer)}
    buyers = [row for slug, row in sorted(market.nouns.get("buyer", {}).items()) if slug in slugs]
    owners = {f"buyer:{number}": noun for number, noun in buyers if isinstance(noun, Buyer) and noun.wallet is not None}
    if not owners:
        return []
    if has_sold:  # no wallet is looked into any more: of many buyers that would be dear on a page that is opened often
        return [_paid(True, list(owners.values()))]
    room: dict[str, int] = {owner: micros(noun.wallet.credit) for owner, noun in owners.items() if noun.wallet}
    left: dict[str, int] = {}
    for one in await rooms.rooms(connection, HOUSE, cell, list(owners)):
        if one.window == "wallet":
            left[one.owner] = max(left.get(one.owner, 0), one.ceiling - one.taken)
    room |= left
    short = [noun for owner, noun in owners.items() if room[owner] <= 0]
    done = len(short) < len(buyers)
    return [_paid(done, [noun for owner, noun in owners.items() if room[owner] > 0] if done else short)]


def _paid(done: bool, buyers: list[Buyer]) -> Step:
    named = buyers[:MOST_NAMED]
    return Step("pay_in", done, "buyer", [noun.slug for noun in named], [noun.name or noun.slug for noun in named])


def _nouns(market: Market, kind: Literal["campaign", "source", "buyer", "offer"]) -> Step:
    found = market.nouns.get(kind, {})
    slugs = sorted(found)[:MOST_NAMED]
    return Step(kind, bool(slugs), kind, slugs, [found[slug][1].name or slug for slug in slugs])
