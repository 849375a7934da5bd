"""What a process looks up now and then for the methods and rules that ask for it, and for nobody else."""

from outbid.core.scope import HOUSE
from outbid.exchange.exchange import Exchange
from outbid.exchange.live.learned import bidders, scores
from outbid.exchange.live.learned.wins import DAY_MS
from outbid.store.control.answers import answered
from outbid.store.database import Connection
from outbid.store.tally.ended import ended, won_since


async def learn(connection: Connection, exchange: Exchange, now_ms: int) -> None:
    """Look up what is due: how posts ended, what other processes sold today, and who bids."""
    counts = {}
    for campaign in exchange.scores.due(now_ms):
        sources = [number for number, source in exchange.market.sources.items() if source.campaign.number == campaign]
        counts[campaign] = await ended(connection, HOUSE, exchange.cell, sources, now_ms - scores.LOOKED_BACK_MS)
    exchange.scores.learn(counts, now_ms)
    if offers := exchange.wins.due(now_ms):
        began_ms = now_ms - now_ms % DAY_MS
        others = await won_since(connection, HOUSE, exchange.cell, offers, began_ms, exchange.lane)
        exchange.wins.learn(offers, others, now_ms)
    if wanted := exchange.bidders.due(now_ms):
        told = await answered(connection, HOUSE, exchange.cell, now_ms - bidders.LOOKED_BACK_MS, wanted)
        exchange.bidders.learn(wanted, told)
