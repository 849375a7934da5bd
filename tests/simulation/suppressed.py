"""Suppression lists that grow while leads are sold: whoever was on one before a hold began is not sold to its owner."""

from collections.abc import Iterator
from random import Random

from outbid.core.market.snapshot import Market
from outbid.core.person.listed import sha256_of
from outbid.exchange.clock import noise_source
from outbid.store.people import suppressions
from outbid.store.vault import Vault

from .bought import Bought
from .database.tables import Row, Transaction
from .node import MASTER
from .people import PEOPLE


class Suppressed:
    """The lists of a run. All are opened before the first process, which would learn of a new one a little later."""

    def __init__(self, chance: Random, buyers: int) -> None:
        self.chance = chance
        self._vault = Vault({1: MASTER}, noise_source())
        owners = ("house", *(f"buyer:{number}" for number in range(1, buyers + 1)))
        self.owners = [owner for owner in owners if chance.random() < 0.4] if chance.random() < 0.5 else []
        self._persons: dict[bytes, bytes] = {}
        self._since: dict[tuple[bytes, str], float] = {}

    def drawn(self) -> list[bytes]:
        """Somebody to put on a list: the keyed hash that the list keeps of his phone or e-mail."""
        person = self.chance.randrange(PEOPLE)
        kind, text = self.chance.choice((("phone", f"+1512555{person:04d}"), ("email", f"ann{person}@example.com")))
        listed = self._vault.listed(sha256_of(text))
        self._persons[listed] = self._vault.person(kind, text)
        return [listed]

    def listed(self, key: tuple[bytes, str], at_s: float) -> None:
        """An entry is in force from now on."""
        self._since.setdefault((self._persons[key[0]], key[1]), at_s)

    def sold(self, market: Market, transaction: Transaction, sale: Row, bought: Bought) -> Iterator[str]:
        """A sale was opened by a lead that pinned this market: which lists forbade it when its transaction began."""
        checks = market.campaigns[market.offers[sale["offer"]].campaign].checks
        bind = {f"buyer:{sale['buyer']}"} | {"house" for check in checks if check.plugin == "suppressed"}
        for (person, owner), since_s in self._since.items():
            if owner in bind and since_s < transaction.began_s and bought.is_of(person, sale["lead_id"]):
                yield f"on the list of {owner} since {since_s:.3f}, held in a transaction of {transaction.began_s:.3f}"


async def suppress(connection: object, owner: str, hashes: list[bytes], at_ms: int) -> None:
    """Put somebody on a list, or nobody: then it is only opened."""
    await suppressions.add(connection, owner, hashes, at_ms, None)  # type: ignore[arg-type]
