"""What a process looks up now and then for the methods that ask for it, and for nobody else."""

from outbid.core.scope import HOUSE
from outbid.exchange.exchange import Exchange
from outbid.exchange.live.scores import LOOKED_BACK_MS
from outbid.exchange.live.wins import DAY_MS
from outbid.store.database import Connection
from outbid.store.tally.ended import ended, won_since


async def learn(connection: Connection, exchange: Exchange, now_ms: int) -> None:
    """Look up what is due: how posts ended, and what other processes sold today."""
    counts = {}
    for campaign in exchange.scores.due(now_ms):
        sources = [number for number, source in exchange.market.sources.items() if source.campaign.number == campaign]
        counts[campaign] = await ended(connection, HOUSE, exchange.cell, sources, now_ms - LOOKED_BACK_MS)
    exchange.scores.learn(counts, now_ms)
    if offers := exchange.wins.due(now_ms):
        began_ms = now_ms - now_ms % DAY_MS
        others = await won_since(connection, HOUSE, exchange.cell, offers, began_ms, exchange.lane)
        exchange.wins.learn(offers, others, now_ms)
