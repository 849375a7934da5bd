"""Caps and wallets of a played market: what was taken of each account, in the order of arrival."""

from collections.abc import Iterable, Mapping

from outbid.core.ledger.account import Account, Limit, account_of

MOST_KEPT = 200_000
"""How many accounts are remembered before those are forgotten whose windows are over."""


class Accounts:
    """Accounts in memory. `opening` is what was taken before the first lead; each lead stands for `weight` leads."""

    def __init__(self, opening: Mapping[bytes, int], weight: float = 1.0) -> None:
        self._taken: dict[bytes, float] = dict(opening)
        self._ends_ms: dict[bytes, int] = {}
        self._weight = weight

    def full(self, accounts: Iterable[Account], price_micros: int) -> Account | None:
        """The first account without room for a sale at a price; None if all have room."""
        taken = self._taken.get
        for account in accounts:
            if account.limit.ceiling - taken(account.id, 0) < max(1, account.amount(price_micros)):
                return account
        return None

    def taken(self, account: Account) -> float:
        """What was taken of an account so far."""
        return self._taken.get(account.id, 0)

    def take(self, accounts: Iterable[Account], price_micros: int, at_ms: int) -> None:
        """What a sale takes of its accounts."""
        for account in accounts:
            amount = account.amount(price_micros) * self._weight
            self._taken[account.id] = self._taken.get(account.id, 0) + amount
            self._ends_ms[account.id] = account.ends_at_ms
        if len(self._ends_ms) > MOST_KEPT:
            self._forget(at_ms)

    def _forget(self, at_ms: int) -> None:
        for identifier in [found for found, ends_ms in self._ends_ms.items() if ends_ms <= at_ms]:
            del self._ends_ms[identifier], self._taken[identifier]


def begun_before(limits: Iterable[Limit], at_ms: int) -> dict[bytes, Account]:
    """The accounts that were open at an instant: something may have been taken of them before."""
    accounts = (account_of(limit, at_ms, 0) for limit in limits)
    return {account.id: account for account in accounts if account is not None and account.starts_at_ms < at_ms}
