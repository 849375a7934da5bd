"""Holds and transfers: nothing is lost between hold and capture, and every lead's transfers add up to zero."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outbid.core.lead import event as ev
from outbid.core.ledger.account import LEADS, Account, Balance, Limit, Limits, account_id, account_of
from outbid.core.ledger.hold import Hold, capture, hold_for, release, reserve, without_room
from outbid.core.ledger.moves import Deal, move_of
from outbid.core.ledger.transfer import MARGIN, of_sale
from outbid.core.ledger.window import FOREVER_MS

SALE = bytes(range(16))
NOON = 1_780_000_000_000
AMOUNT = st.integers(0, 10**12)


def account(owner: str = "offer:1", unit: str = LEADS, window: str = "day", ceiling: int = 10) -> Account:
    return account_of(Limit(owner, unit, window, "America/New_York", ceiling), NOON, 1)


def deal(hold: Hold = Hold((), (), ()), price: int = 10, payout: int = 8) -> Deal:  # noqa: B008 - it is frozen
    return Deal("sl_1", SALE, 1, 2, 3, 4, "USD", price, payout, hold)


ACCOUNTS = (account(), account(unit="USD", ceiling=100), account("buyer:2", "USD", "wallet", 50))


@given(AMOUNT, AMOUNT, AMOUNT, st.integers(0, 10**9), st.integers(0, 10**9))
def test_hold_and_release_leave_everything_as_it_was(ceiling, posted, held, price, paid):
    hold = hold_for(ACCOUNTS, price)
    books = {one.id: Balance(ceiling, posted, held) for one in ACCOUNTS}
    reserve(hold, books)
    assert all(books[one.id].held == held + one.amount(price) for one in ACCOUNTS)
    release(hold, books)
    assert all(balance == Balance(ceiling, posted, held) for balance in books.values())


@given(AMOUNT, AMOUNT, st.integers(0, 10**9), st.integers(0, 2 * 10**9))
def test_a_capture_is_never_more_than_the_hold(posted, held, price, paid):
    hold = hold_for(ACCOUNTS, price)
    books = {one.id: Balance(10**12, posted, held) for one in ACCOUNTS}
    reserve(hold, books)
    capture(hold, paid, books)
    for one in ACCOUNTS:
        taken = books[one.id].posted - posted
        assert books[one.id].held == held
        assert taken == (1 if one.limit.unit == LEADS else min(paid, price))


@given(st.lists(st.tuples(st.integers(1, 40), st.sampled_from(["capture", "release", "keep"])), max_size=40))
def test_no_order_of_holds_passes_a_ceiling(sales):
    books = {one.id: Balance(one.limit.ceiling, 0, 0) for one in ACCOUNTS}
    for price, end in sales:
        hold = hold_for(ACCOUNTS, price)
        if without_room(ACCOUNTS, hold, books) is None:
            reserve(hold, books)
            if end == "capture":
                capture(hold, price, books)
            elif end == "release":
                release(hold, books)
        for balance in books.values():
            assert balance.posted + balance.held <= balance.ceiling
            assert balance.held >= 0


def test_the_first_account_without_room_is_named():
    books = {one.id: Balance(100, 0, 0) for one in ACCOUNTS}
    hold = hold_for(ACCOUNTS, 60)
    assert without_room(ACCOUNTS, hold, books) is None
    books[ACCOUNTS[2].id].posted = 41
    assert without_room(ACCOUNTS, hold, books) is ACCOUNTS[2]
    books[ACCOUNTS[0].id].held = 100
    assert without_room(ACCOUNTS, hold, books) is ACCOUNTS[0]


def test_a_hold_that_fills_the_last_room_exactly_has_room():
    one = account(unit="USD", ceiling=100)
    assert without_room((one,), hold_for((one,), 30), {one.id: Balance(100, 50, 20)}) is None
    assert without_room((one,), hold_for((one,), 31), {one.id: Balance(100, 50, 20)}) is one


def test_a_deposit_makes_room_by_posting_below_zero():
    assert Balance(0, -25, 10).room == 15


def test_an_accounts_id_follows_from_owner_unit_window_and_start():
    made = account()
    assert made.id == account_id("offer:1", LEADS, "day", made.starts_at_ms)
    assert len(made.id) == 16
    others = [account("offer:2"), account(unit="USD"), account(window="week"), account("offer:1", ceiling=11)]
    assert [other.id == made.id for other in others] == [False, False, False, True]
    assert made.name == "offer:1 day LEAD"


def test_a_wallet_never_ends_and_its_lack_has_a_reason_of_its_own():
    wallet = account("buyer:2", "USD", "wallet")
    assert (wallet.starts_at_ms, wallet.ends_at_ms) == (0, FOREVER_MS)
    assert wallet.limit.reason() == "wallet_empty"
    assert account().limit.reason() == "cap_reached"


def test_limits_change_their_accounts_when_a_window_ends():
    limit = Limit("offer:1", LEADS, "hour", "UTC", 5)
    limits = Limits((limit, Limit("offer:1", LEADS, "day", "UTC", 9)), 7)
    at_ms = NOON
    for _ in range(50):
        found = limits.at(at_ms)
        assert [one.id for one in found] == sorted(one.id for one in found)
        assert {one.version for one in found} == {7}
        assert {one.id for one in found} == {account_of(one.limit, at_ms, 7).id for one in found}
        at_ms += 1_700_000
    assert limits.at(NOON) == tuple(sorted((account_of(one, NOON, 7) for one in limits._limits), key=lambda a: a.id))
    assert Limits((), 1).at(NOON) == ()


@settings(max_examples=300)
@given(st.integers(0, 10**12), st.integers(0, 10**12))
def test_the_transfers_of_a_sale_add_up_to_zero(price, payout):
    sums = balances(list(of_sale(SALE, 2, 4, "USD", price, payout)))
    assert sum(sums.values()) == 0
    assert sums["buyer:2", "USD"] == -price
    assert sums["seller:4", "USD"] == payout
    assert sums.get((MARGIN, "USD"), 0) == price - payout
    assert all(transfer.amount_micros >= 0 for transfer in of_sale(SALE, 2, 4, "USD", price, payout))


@pytest.mark.parametrize(
    ("price", "payout", "moved"),
    [
        (100, 80, [("payout", "buyer:2", "seller:4", 80), ("margin", "buyer:2", MARGIN, 20)]),
        (100, 100, [("payout", "buyer:2", "seller:4", 100)]),
        (100, 130, [("payout", "buyer:2", "seller:4", 100), ("loss", MARGIN, "seller:4", 30)]),
        (100, 0, [("payout", "buyer:2", "seller:4", 0), ("margin", "buyer:2", MARGIN, 100)]),
    ],
)
def test_the_buyer_pays_the_seller_and_the_house_the_rest(price, payout, moved):
    found = of_sale(SALE, 2, 4, "USD", price, payout)
    assert [(t.kind, t.debit, t.credit, t.amount_micros) for t in found] == moved
    assert {(t.unit, t.sale_id) for t in found} == {("USD", SALE)}


DEALS = {"sl_1": deal()}
MOVES = [
    (ev.Sold(1, "sl_1", 9, 7), ("sold", 9, 7, "capture", 2)),
    (ev.Rejected(1, "sl_1", "rejected"), ("rejected", 10, 8, "release", 0)),
    (ev.Unsure(1, "sl_1", "timed_out"), ("uncertain", 10, 8, "keep", 0)),
    (ev.Settled(1, "sl_1", "sold", "operator"), ("sold", 10, 8, "capture", 2)),
    (ev.Settled(1, "sl_1", "rejected", "operator"), ("rejected", 10, 8, "release", 0)),
]
STILL = [
    ev.Quoting(1, 1, 1, 1),
    ev.Quoted(1, 8, 100),
    ev.Rechecked(1, (1,)),
    ev.Waiting(1, "due", 5),
    ev.Deferred(1),
    ev.Due(1, 0),
    ev.Reviewed(1, "released", "ann"),
    ev.Received(1, 1, 1, 1),
    ev.Resumed(1, 1),
    ev.Enriched(1, "places", "learned", gave=("city",), facts={"city": "Austin"}, sent=True),
    ev.Inspected(1, "arrival"),
    ev.Matched(1, 0, (1,)),
    ev.Pinged(1, 0, 5),
    ev.Posting(1, "sl_1", 1, 10, 8),
    ev.NoRoom(1, 1, "offer:1 day LEAD", "cap_reached"),
    ev.Asked(1, "sl_1"),
    ev.Inquired(1, "sl_1", "unknown", "undecided", 5),
    ev.Delivered(1, "sl_1", "sent", ms=5),
    ev.Closed(1, "sold"),
]


@pytest.mark.parametrize(("event", "expected"), MOVES)
def test_an_event_that_settles_moves_its_deal(event, expected):
    move = move_of(event, DEALS)
    assert move.deal is DEALS["sl_1"]
    assert (move.status, move.price_micros, move.payout_micros, move.on_hold, len(move.transfers)) == expected


@pytest.mark.parametrize("event", STILL)
def test_an_event_that_settles_nothing_moves_nothing(event):
    assert move_of(event, {}) is None


def test_every_event_either_moves_or_does_not():
    assert {type(event) for event, _ in MOVES} | {type(event) for event in STILL} == set(ev.Event.__args__)


def balances(transfers):
    """Sum of each (account, unit): credits less debits. Their total is zero by construction."""
    sums: dict[tuple[str, str], int] = {}
    for t in transfers:
        sums[t.debit, t.unit] = sums.get((t.debit, t.unit), 0) - t.amount_micros
        sums[t.credit, t.unit] = sums.get((t.credit, t.unit), 0) + t.amount_micros
    return sums
