"""What a batch decides: settled first, then held in order of arrival, each refusal with its reason and account."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from outbid.core.ids import SALE, public
from outbid.core.lead import event as ev
from outbid.core.ledger.account import LEADS, Balance, Limit, account_of
from outbid.core.ledger.hold import hold_for
from outbid.core.ledger.moves import Deal
from outbid.core.seal.leaves import ZERO_HASH, chapter_hash
from outbid.store.commit.batch import Halt, Rows, accounts_of, decide, presumed
from outbid.store.commit.claims import Claims
from outbid.store.commit.entry import Claim, Entry, Wish

NOON = 1_780_000_000_000
CAP = account_of(Limit("offer:1", LEADS, "day", "UTC", 2), NOON, 1)
WALLET = account_of(Limit("buyer:1", "USD", "wallet", "UTC", 100), NOON, 1)
ACCOUNTS = tuple(sorted((CAP, WALLET), key=lambda account: account.id))


def sale(number: int) -> str:
    return public(SALE, 0, number.to_bytes(16, "big"))


def deal(number: int, price: int = 10) -> Deal:
    return Deal(
        sale(number), number.to_bytes(16, "big"), 1, 1, 1, 1, "USD", price, price // 2, hold_for(ACCOUNTS, price)
    )


def refused(rows: Rows) -> dict[int, ev.NoRoom]:
    """What had no room, by place; of entries with one wish."""
    return {place: held[0] for place, held in rows.held.items() if isinstance(held[0], ev.NoRoom)}


def wishing(number: int, price: int = 10, **more) -> Entry:
    made = deal(number, price)
    posting = ev.Posting(NOON, made.sale, made.offer, price, made.payout_micros)
    wish = Wish(1, posting, made, ACCOUNTS)
    return Entry(0, number.to_bytes(16, "big"), 2, [ev.Matched(NOON, 0, (1,))], wishes=(wish,), **more)


def settling(number: int, event: ev.Event, price: int = 10) -> Entry:
    made = deal(number, price)
    return Entry(0, number.to_bytes(16, "big"), 3, [event], deals={made.sale: made})


def books(cap: int = 2, wallet: int = 100, posted: int = 0, held: int = 0) -> dict[bytes, Balance]:
    return {CAP.id: Balance(cap, posted, held), WALLET.id: Balance(wallet, 0, 0)}


def run(entries, balances, halt=Halt()):  # noqa: B008 - it is frozen
    return decide(entries, balances, halt, 1, 1, ZERO_HASH)


def test_room_goes_to_who_came_first():
    balances = books(cap=2)
    rows = run([wishing(n) for n in range(4)], balances)
    assert [lead[-1] for lead, _ in rows.opened] == [0, 1]
    assert sorted(refused(rows)) == [2, 3]
    assert refused(rows)[2] == ev.NoRoom(NOON, 1, "offer:1 day LEAD", "cap_reached")
    assert balances[CAP.id] == Balance(2, 0, 2)
    assert balances[WALLET.id] == Balance(100, 0, 20)


def test_who_is_refused_in_one_account_takes_nothing_of_the_others():
    balances = books(cap=5, wallet=15)
    rows = run([wishing(0, 20), wishing(1, 15), wishing(2, 1)], balances)
    assert [lead[-1] for lead, _ in rows.opened] == [1]
    assert {place: refusal.reason for place, refusal in refused(rows).items()} == {0: "wallet_empty", 2: "wallet_empty"}
    assert balances[CAP.id].held == 1


def test_what_is_released_in_a_batch_is_room_for_those_after_it_and_not_before():
    full = {CAP.id: Balance(1, 0, 1), WALLET.id: Balance(100, 0, 10)}
    rows = run([wishing(1), settling(0, ev.Rejected(NOON, sale(0), "rejected")), wishing(2)], full)
    assert sorted(refused(rows)) == [0]
    assert [lead[-1] for lead, _ in rows.opened] == [2]
    assert full[CAP.id] == Balance(1, 0, 1)


def test_a_reject_and_the_next_hold_of_one_lead_stand_in_one_chapter():
    full = {CAP.id: Balance(1, 0, 1), WALLET.id: Balance(100, 0, 10)}
    entry = wishing(7)
    entry.events = [ev.Rejected(NOON, sale(0), "rejected")]
    entry.deals = {sale(0): deal(0)}
    rows = run([entry], full)
    assert refused(rows) == {}
    assert [move.on_hold for move in rows.moved] == ["release"]
    assert [type(event).__name__ for event in ev.decode(rows.chapters[0].events)] == ["Rejected", "Posting"]


def test_what_is_captured_is_posted_and_transferred():
    balances = {CAP.id: Balance(2, 0, 1), WALLET.id: Balance(100, 0, 10)}
    rows = run([settling(0, ev.Sold(NOON, sale(0), 8, 4))], balances)
    assert balances == {CAP.id: Balance(2, 1, 0), WALLET.id: Balance(100, 8, 0)}
    assert [(t.kind, t.amount_micros) for t in rows.transfers] == [("payout", 4), ("margin", 4)]
    assert rows.moved[0].status == "sold"


def test_an_uncertain_sale_keeps_its_hold():
    balances = {CAP.id: Balance(2, 0, 1), WALLET.id: Balance(100, 0, 10)}
    rows = run([settling(0, ev.Unsure(NOON, sale(0), "timed_out"))], balances)
    assert balances == {CAP.id: Balance(2, 0, 1), WALLET.id: Balance(100, 0, 10)}
    assert [(move.status, move.on_hold) for move in rows.moved] == [("uncertain", "keep")]


@pytest.mark.parametrize("halt", [Halt(offers=frozenset({1})), Halt(buyers=frozenset({1}))])
def test_what_was_paused_since_is_asked_perhaps_but_not_posted(halt):
    balances = books()
    rows = run([wishing(0)], balances, halt)
    assert rows.opened == []
    assert refused(rows) == {0: ev.NoRoom(NOON, 1, "offer:1", "paused")}
    assert balances == books()
    assert ev.decode(rows.chapters[0].events)[-1] == refused(rows)[0]


def test_others_may_still_be_posted_when_somebody_is_halted():
    assert refused(run([wishing(0)], books(), Halt(frozenset({2}), frozenset({2})))) == {}


def test_wishes_of_one_entry_are_decided_in_their_order():
    entry = wishing(0)
    entry.wishes = tuple(wishing(n).wishes[0] for n in range(3))
    balances = books(cap=2)
    rows = run([entry], balances)
    assert [type(event).__name__ for event in rows.held[0]] == ["Posting", "Posting", "NoRoom"]
    assert ev.decode(rows.chapters[0].events)[1:] == list(rows.held[0])
    assert balances[CAP.id] == Balance(2, 0, 2)


def test_on_the_presumption_of_room_balances_become_changes():
    entries = [wishing(1, 20), settling(0, ev.Sold(NOON, sale(0), 10, 8)), wishing(2, 5)]
    changes = presumed(entries)
    rows = run(entries, changes)
    assert refused(rows) == {}
    assert {i: (change.posted, change.held) for i, change in changes.items()} == {CAP.id: (1, 1), WALLET.id: (10, 15)}


def test_every_account_of_a_batch_is_locked():
    entries = [wishing(0), settling(1, ev.Rejected(NOON, sale(1), "rejected")), Entry(0, b"x" * 16, 1, [])]
    assert accounts_of(entries) == {CAP.id, WALLET.id}
    assert accounts_of([Entry(0, b"x" * 16, 1, [])]) == set()


def test_chapters_are_chained_by_their_hashes():
    entries = [wishing(n) for n in range(3)]
    rows = run(entries, books(cap=1))
    assert rows.chapters[0].prev_hash == ZERO_HASH
    for place, (before, after) in enumerate(zip(rows.chapters, rows.chapters[1:], strict=False)):
        assert after.prev_hash == before.hash
        assert after.place == place + 1
    for chapter in rows.chapters:
        where = (1, 1, chapter.place, chapter.lead_id, chapter.n, chapter.salt, chapter.events)
        assert chapter.hash == chapter_hash(chapter.prev_hash, *where)
    other = chapter_hash(ZERO_HASH, 1, 1, 0, entries[0].lead_id, 2, b"salt", rows.chapters[0].events)
    assert other != rows.chapters[0].hash


STORY = st.lists(st.tuples(st.integers(0, 7), st.integers(1, 30)), max_size=30)


@given(STORY, st.integers(0, 5), st.integers(0, 100), st.randoms(use_true_random=False))
def test_held_is_always_the_sum_of_what_is_open(wishes, cap, credit, chance):
    balances, opened = books(cap=cap, wallet=credit), {}
    for seq, (number, price) in enumerate(wishes):
        if number in opened and chance.random() < 0.7:
            price = opened.pop(number)
            event = chance.choice(
                [ev.Rejected(NOON, sale(number), "x"), ev.Sold(NOON, sale(number), price, price // 2)]
            )
            rows = decide([settling(number, event, price)], balances, Halt(), 1, seq, ZERO_HASH)
        elif number not in opened:
            rows = decide([wishing(number, price)], balances, Halt(), 1, seq, ZERO_HASH)
            if rows.opened:
                opened[number] = price
        assert balances[CAP.id].held == len(opened)
        assert balances[WALLET.id].held == sum(opened.values())
        assert all(balance.posted + balance.held <= balance.ceiling for balance in balances.values())


def claiming(number: int, *persons: str, gives_up: tuple[str, ...] = ()) -> Entry:
    """A lead that would be sold to the buyer 1, of a person that each of these words tells."""
    entry = wishing(number)
    entry.gives_up = tuple(Claim(who.encode(), "buyer:1", "phone", 0) for who in gives_up)
    claims = tuple(Claim(who.encode(), "buyer:1", "phone", NOON + 1) for who in persons)
    entry.wishes = tuple(replace(wish, claims=claims) for wish in entry.wishes)
    return entry


def test_a_sale_whose_buyer_has_the_person_takes_no_room():
    balances = books()
    entries = [wishing(0), wishing(1)]
    rows = decide(entries, balances, Halt(), 1, 1, ZERO_HASH, {sale(0): "duplicate_at_buyer"})
    assert refused(rows) == {0: ev.NoRoom(NOON, 1, "", "duplicate_at_buyer")}
    assert balances[CAP.id] == Balance(2, 0, 1)


def test_of_two_leads_in_a_batch_the_first_has_the_person_for_the_buyer():
    found = Claims([claiming(0, "ann", "bob"), claiming(1, "bob", "eve"), claiming(2, "eve")])
    assert set(found.barred) == {sale(1)}
    owners = {who: lead[-1] for who, _, lead, _ in found.rows()}
    assert owners == {b"ann": 0, b"bob": 0, b"eve": 2}, "who does not get all of a person gets nothing of him"
    assert (found.scopes, found.most) == (["buyer:1"], 3)


def test_what_a_lead_gives_back_in_a_batch_it_may_claim_again_and_no_other_may():
    found = Claims([claiming(0, "ann", gives_up=("ann",)), claiming(1, "bob", gives_up=()), claiming(2, "ann")])
    assert set(found.barred) == {sale(2)}
    assert {(who, lead[-1]): ends for who, _, lead, ends in found.rows()} == {
        (b"ann", 0): NOON + 1,
        (b"bob", 1): NOON + 1,
    }


class Unasked:
    """A connection that may not be used."""


async def test_a_batch_without_a_buyers_rule_asks_nothing_more():
    found = Claims([wishing(0), wishing(1)])
    assert (found.rows(), found.scopes, found.most) == ([], [], 0)
    assert await found.missed(Unasked(), NOON) == {}
    assert await found.conflicts(Unasked(), None) == {}
    await found.give_back(Unasked(), frozenset())
