"""Whose an account is: the numbers that the ledger keeps, and the slugs that people write."""

from collections.abc import Iterable, Mapping

from outbid.api.door.refusal import Refused
from outbid.core.ledger.account import LEADS
from outbid.core.ledger.transfer import CASH, MARGIN
from outbid.core.money import text_of
from outbid.core.scope import HOUSE
from outbid.store.database import Connection
from outbid.store.reading import names

OWNERS = ("buyer", "seller", "source", "campaign", "offer", "group")
OF_THE_HOUSE = (MARGIN, CASH)


async def owner_of(connection: Connection, kind: str, slug: str) -> str:
    """The owner with this slug, as accounts name him. Raises Refused if there never was one."""
    number = await names.number_of(connection, HOUSE, kind, slug)
    if number is None:
        raise Refused("parameter_faulty", f"there is no {kind} {slug!r}")
    return f"{kind}:{number}"


async def account_named(connection: Connection, text: str) -> str:
    """An account of the ledger as people write it (`buyer:SLUG`, `house:margin`). Raises Refused if it cannot be."""
    kind, _, slug = text.partition(":")
    if text in OF_THE_HOUSE:
        return text
    if kind not in ("buyer", "seller"):
        raise Refused("parameter_faulty", f"account: write buyer:SLUG, seller:SLUG, {' or '.join(OF_THE_HOUSE)}")
    return await owner_of(connection, kind, slug)


async def names_of(connection: Connection, accounts: Iterable[str]) -> Mapping[str, str]:
    """Accounts with how people write them."""
    all_of_them = set(accounts)
    slugs = await names.slugs_of(connection, HOUSE, (one for account in all_of_them for one in account.split(" ")))
    return {account: " ".join(_named(one, slugs) for one in account.split(" ")) for account in all_of_them}


def _named(owner: str, slugs: Mapping[str, str]) -> str:
    return f"{owner.partition(':')[0]}:{slugs[owner]}" if owner in slugs else owner


def amount_text(amount: int, unit: str) -> str:
    """An amount in its unit: leads are counted, money is decimal text."""
    return str(amount) if unit == LEADS else text_of(amount)
