"""`outbid ledger` and `outbid deposit`: what is owed, whether it adds up, and money paid in."""

import argparse
import sys

from outbid.cli.database import Database
from outbid.cli.fault import CommandError
from outbid.cli.shown.table import print_table
from outbid.core.ledger.account import LEADS
from outbid.core.money import micros, text_of
from outbid.core.scope import HOUSE
from outbid.exchange.clock import Clock
from outbid.settings import read_settings
from outbid.store import market as markets
from outbid.store.money import ledger as ledgers

BY = "command line"


def ledger(given: argparse.Namespace) -> int:
    """The trial balance; exit code 1 if a law does not hold."""
    with Database(read_settings()) as database:
        database.migrate()
        balance = database.use(lambda connection: ledgers.trial_balance(connection, HOUSE))
        names = _names(database.use(markets.load)[1])
        accounts = database.use(lambda c: ledgers.accounts(c, HOUSE)) if given.accounts else []
    rows = [(names.get(s.account, s.account), s.unit, text_of(s.amount)) for s in balance.sums]
    rows += [("sum of all accounts", unit, text_of(total)) for unit, total in balance.totals.items()]
    print_table(("account", "unit", "balance"), rows or [("nothing has moved yet", "", "0.00")])
    if accounts:
        print_table(("limit", "window", "unit", "posted", "held", "room"), [_account(names, a) for a in accounts])
    for fault in balance.faults:
        print(f"FAULT {fault.law}: {fault.where} has {fault.found}, expected {fault.expected}", file=sys.stderr)
    adds_up = not balance.faults and not any(balance.totals.values())
    print("The ledger adds up: every transfer balances, every hold is open or settled." if adds_up else "IT DOES NOT.")
    return 0 if adds_up else 1


def _names(nouns: markets.Nouns) -> dict[str, str]:
    return {f"{kind}:{number}": f"{kind} {slug}" for kind, rows in nouns.items() for slug, (number, _) in rows.items()}


def _account(names: dict[str, str], account: ledgers.AccountRow) -> tuple[str, ...]:
    def shown(amount: int) -> str:
        return str(amount) if account.unit == LEADS else text_of(amount)

    room = shown(account.ceiling - account.posted - account.held)
    owner = names.get(account.owner, account.owner)
    return owner, account.window, account.unit, shown(account.posted), shown(account.held), room


def deposit(given: argparse.Namespace) -> int:
    """Pay into a wallet, once for each reference."""
    try:
        amount = micros(given.amount)
    except ValueError as error:
        raise CommandError(str(error)) from None
    payment = ledgers.Payment(given.buyer, amount, given.reference, given.currency or "", by=BY)
    with Database(read_settings()) as database:
        database.migrate()
        made = database.use(lambda connection: ledgers.pay_in(connection, HOUSE, 0, payment, Clock().now_ms()))
    if isinstance(made, ledgers.NotDeposited):
        raise CommandError(made.detail)
    what = f"{text_of(amount)} {made.payment.currency}"
    print(f"{what} paid in for {given.buyer}." if made.first else f"The payment {given.reference} was counted before.")
    return 0
