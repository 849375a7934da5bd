"""Who gets room: the decision that a batch takes in order of arrival, with the accounts it touches locked."""

import msgspec

from outbid.core.ledger.account import LEADS, Account, Balance


class Hold(msgspec.Struct, frozen=True):
    """What a sale takes of which accounts: open while the sale is posting or uncertain.

    accounts  ids, sorted
    amounts   of the same length: 1 for an account that counts leads, else `price_micros`
    money     of the same length: does the account count money
    """

    accounts: tuple[bytes, ...]
    amounts: tuple[int, ...]
    money: tuple[bool, ...]


def hold_for(accounts: tuple[Account, ...], price_micros: int) -> Hold:
    """The hold of one sale at a price."""
    return Hold(
        tuple(account.id for account in accounts),
        tuple(account.amount(price_micros) for account in accounts),
        tuple(account.limit.unit != LEADS for account in accounts),
    )


def without_room(
    accounts: tuple[Account, ...], hold: Hold, balances: dict[bytes, Balance], *, honour: bool = False
) -> Account | None:
    """The first account that cannot take its part of the hold; None if all can. `honour`: only wallets count."""
    for account, amount in zip(accounts, hold.amounts, strict=True):
        if balances[account.id].room < amount and not (honour and account.limit.window != "wallet"):
            return account
    return None


def reserve(hold: Hold, balances: dict[bytes, Balance]) -> None:
    """Raise `held` on every account of the hold."""
    for identifier, amount in zip(hold.accounts, hold.amounts, strict=True):
        balances[identifier].held += amount


def capture(hold: Hold, paid_micros: int, balances: dict[bytes, Balance]) -> None:
    """Turn a hold into what was paid. A lead counts as one; money at most as held (capture ≤ hold)."""
    for identifier, amount, money in zip(hold.accounts, hold.amounts, hold.money, strict=True):
        balance = balances[identifier]
        balance.held -= amount
        balance.posted += min(paid_micros, amount) if money else amount


def release(hold: Hold, balances: dict[bytes, Balance]) -> None:
    """Give everything back."""
    for identifier, amount in zip(hold.accounts, hold.amounts, strict=True):
        balances[identifier].held -= amount
