"""Lays files of sold leads down at their buyers: a file that was begun has the same name and rows until it is there."""

from outbid.core.contract import PostReply
from outbid.core.dialect.wire import File, Mail
from outbid.core.lead import event as ev
from outbid.core.market.snapshot import Delivery, Offer
from outbid.core.scope import HOUSE
from outbid.exchange.exchange import Exchange
from outbid.exchange.revive import revive
from outbid.exchange.work.later.delivering import file_soon
from outbid.exchange.work.later.rows import Row, rows_of
from outbid.exchange.work.postback import Unheard
from outbid.store import leads, parcels
from outbid.store.database import Connection

MOST_S = 60.0
MOST_ROWS = 10_000


async def file(exchange: Exchange, connection: Connection, number: int) -> None:
    """Lay down the file that was begun, or a new one. Raises Unheard: it is tried again, later each time.

    Whoever does it again after a crash lays the same file down under the same name, unless a person in it was erased.
    """
    offer = exchange.market.offers.get(number)
    if offer is None or offer.delivery.file is None or offer.delivery.later is None:
        raise Unheard("the offer delivers no files any more: give it such a delivery again, or drop this job")
    most = min(offer.delivery.later.most_rows, MOST_ROWS)
    batch = await parcels.begin(connection, exchange.cell, number, exchange.clock.now_ms(), most)
    if batch is None:
        return
    rows = await rows_of(exchange, connection, await parcels.of_batch(connection, HOUSE, exchange.cell, batch))
    there = [row for row in rows if row.cells is not None]
    name = await _lay_down(exchange, offer, batch, there) if there else ""
    for row in there:
        if not row.delivered:
            await _tell(exchange, connection, row, name)
    await parcels.uploaded(connection, exchange.cell, batch, exchange.clock.now_ms())


async def file_on(exchange: Exchange, connection: Connection, number: int) -> None:
    """What came while a file was laid down has a file of its own."""
    offer = exchange.market.offers.get(number)
    if offer is None or offer.delivery.later is None or offer.delivery.later.way != "filed":
        return
    if await parcels.waiting(connection, HOUSE, exchange.cell, number, 1):
        await file_soon(exchange, connection, offer, exchange.clock.now_ms())


async def _lay_down(exchange: Exchange, offer: Offer, batch: parcels.Batch, rows: list[Row]) -> str:
    name, reply = await _converse(exchange, offer.delivery, [row.cells or {} for row in rows], batch)
    if reply.outcome != "accept":
        raise Unheard(f"the file {name} of the offer {offer.slug} failed: {reply.reason}")
    return name


async def _converse(
    exchange: Exchange, delivery: Delivery, rows: list[dict[str, object]], batch: parcels.Batch
) -> tuple[str, PostReply]:
    assert delivery.file is not None
    talk, name = delivery.file(rows, batch.number, batch.at_ms), ""
    try:
        request = next(talk)
        while isinstance(request, File | Mail):
            name = request.name if isinstance(request, File) else name
            await exchange.lease()
            request = talk.send(await exchange.door.ask(request, exchange.now() + MOST_S))
    except StopIteration as stop:
        if isinstance(stop.value, PostReply):
            return name, stop.value
    return name, PostReply("error", reason="bad_request")


async def _tell(exchange: Exchange, connection: Connection, row: Row, name: str) -> None:
    """Write down that a lead is delivered. Raises Superseded if somebody else wrote about it: all is done again."""
    record = await leads.read(connection, HOUSE, exchange.cell, row.parcel.lead_id)
    if record is None or record.wrapped is None:
        return  # it was erased since the file was made
    deals = await leads.deals(connection, HOUSE, record.cell, record.id)
    story = revive(exchange, record, await exchange.market_at(record.version), deals)
    if any(sale.id == row.sale and sale.delivered for sale in story.state.sales):
        return
    story.tell(ev.Delivered(exchange.clock.now_ms(), row.sale, "filed", name))
    await exchange.write(story)
