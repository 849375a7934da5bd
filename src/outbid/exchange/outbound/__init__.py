"""The only door to the network: sends `Http` values and answers `Response` or `Failure`, never twice.

`Outbound` is the whole interface. Nothing here resends, follows a redirect or reads a proxy from the environment.
"""

from outbid.exchange.outbound.limits import Limits
from outbid.exchange.outbound.pool import PoolCounts, PoolKey
from outbid.exchange.outbound.sender import Outbound
from outbid.exchange.outbound.talk.call import Call

__all__ = ["Call", "Limits", "Outbound", "PoolCounts", "PoolKey"]
