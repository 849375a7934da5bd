"""The simulation is worth what it finds: each fault planted here breaks a law within a bounded number of seeds."""

from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from outbid.core import route
from outbid.core.contract import PostReply
from outbid.core.dialect.wire import Failure
from outbid.core.lead import event as ev
from outbid.core.lead import exposure
from outbid.core.lead.state import State, fold
from outbid.core.ledger import moves
from outbid.core.price.picking import Pick, ranking
from outbid.core.tally.sample import is_drawn
from outbid.exchange import perform, process, revive
from outbid.exchange.steps import enrich, inspect, persons, ping, post
from outbid.exchange.work.counting import recount as recounting
from outbid.plugins.deliveries import json as json_delivery
from outbid.store.commit import batch, claims, writer
from outbid.store.commit.batch import Halt
from outbid.store.commit.journal import Journal
from outbid.store.quote.writer import QuoteWriter
from outbid.store.tally import live, samples
from outbid.store.tally.writing import Mark, mark_of
from simulation import node
from simulation.database import batches
from simulation.spared import KNOWN
from simulation.world import simulate

MOST_SEEDS = 400
Plant = Callable[[pytest.MonkeyPatch], None]


def capture_without_release(patch: pytest.MonkeyPatch) -> None:
    def capture(hold: Any, paid_micros: int, balances: Any) -> None:
        for identifier, amount, money in zip(hold.accounts, hold.amounts, hold.money, strict=True):
            balances[identifier].posted += min(paid_micros, amount) if money else amount

    patch.setattr(batch, "capture", capture)


def ignored_room(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(batch, "without_room", lambda accounts, hold, balances, honour: None)


def release_forgotten(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(batch, "release", lambda hold, balances: None)


def repost_after_crash(patch: pytest.MonkeyPatch) -> None:
    def posting(plan: Any, state: Any) -> Any:
        sale = next(sale for sale in state.sales if sale.status == "posting")
        return route.Post((Pick(sale.offer, sale.price_micros, sale.payout_micros),))

    patch.setitem(route._STAGES, "posting", posting)


def no_fence(patch: pytest.MonkeyPatch) -> None:
    async def stands(*_: Any) -> bool:
        return True

    patch.setattr(batches, "_fence_stands", stands)


def lost_commit_repeated(patch: pytest.MonkeyPatch) -> None:
    async def recall(self: Any) -> None:
        return None

    patch.setattr(writer.SqlWriter, "recall", recall)


def lost_commit_believed(patch: pytest.MonkeyPatch) -> None:
    async def recall(self: Any) -> Any:
        return self._accept(self._attempt, {})

    patch.setattr(writer.SqlWriter, "recall", recall)


def no_claims(patch: pytest.MonkeyPatch) -> None:
    for module in (inspect, revive):
        patch.setattr(module, "claims_of", lambda vault, lead, lookups: ())


def buyers_claims_forgotten(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(post, "claims_for", lambda vault, lead, offer, at_ms: ())


def buyers_claims_presumed(patch: pytest.MonkeyPatch) -> None:
    """Two processes, or two batches, that want the same person for one buyer: nobody looks who has him."""

    async def missed(self: Any, *_: Any) -> dict[str, str]:
        return {}

    patch.setattr(claims.Claims, "missed", missed)


def uncertain_gives_buyers_claims_back(patch: pytest.MonkeyPatch) -> None:
    real = persons._not_bought
    patch.setattr(persons, "_not_bought", lambda e: e.sale if isinstance(e, ev.Unsure) else real(e))


def buyers_claims_kept_after_a_reject(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(persons, "_not_bought", lambda event: None)


def lists_not_looked_into_at_the_hold(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(post, "lists_at_hold", lambda exchange, story, offer: ())


def lists_presumed(patch: pytest.MonkeyPatch) -> None:
    """The statement that finds somebody on a list fails, and nobody looks who it was."""

    async def suppressed(*_: Any) -> dict[str, str]:
        return {}

    patch.setattr(claims.Claims, "_suppressed", suppressed)


def resold_while_uncertain(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(State, "placed", lambda state: [sale for sale in state.sales if sale.status in ("posting", "sold")])


def choice_forgotten(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(route, "_choose", lambda plan, state, most: _ranking(plan, state)[:1])


def token_of_another_bid(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(ev, "of_bid", lambda what, offer, place: f"{what} {offer}")


def group_forgotten(patch: pytest.MonkeyPatch) -> None:
    def choose(plan: Any, state: Any, most: int) -> Any:
        return _ranking(plan, state)[:most]

    patch.setattr(route, "_choose", choose)


def repeats_forgotten(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(writer.Requests, "rows", lambda self: [])
    patch.setattr(writer.Requests, "__init__", lambda self, entries: setattr(self, "repeats", {}))


def wrong_payout(patch: pytest.MonkeyPatch) -> None:
    real = moves.of_sale

    def of_sale(*args: Any) -> Any:
        *others, payout = args
        return real(*others, payout + 1)

    patch.setattr(moves, "of_sale", of_sale)


def stale_balances(patch: pytest.MonkeyPatch) -> None:
    """Holds are decided by what this process saw last, instead of by the locked rows."""
    real = writer.decide
    seen: dict[tuple[int, bytes], Any] = {}

    def decide(entries: Any, balances: Any, halt: Any, lane: int, seq: int, prev_hash: bytes, barred: Any) -> Any:
        for identifier, balance in balances.items():
            last = seen.setdefault((lane, identifier), balance)
            balance.posted, balance.held = last.posted, last.held
            seen[lane, identifier] = balance
        return real(entries, balances, halt, lane, seq, prev_hash, barred)

    patch.setattr(writer, "decide", decide)


def give_up_forgotten(patch: pytest.MonkeyPatch) -> None:
    real = Journal.submit

    def submit(self: Any, entry: Any) -> Any:
        entry.gives_up = ()
        return real(self, entry)

    patch.setattr(Journal, "submit", submit)


def sold_gives_up(patch: pytest.MonkeyPatch) -> None:
    real = Journal.submit

    def submit(self: Any, entry: Any) -> Any:
        if entry.status is not None and not entry.gives_up and entry.status[0] == "sold":
            entry.gives_up = _claims.get(entry.lead_id, ())
        elif entry.claims:
            _claims[entry.lead_id] = entry.claims
        return real(self, entry)

    _claims: dict[bytes, Any] = {}
    patch.setattr(Journal, "submit", submit)


def answered_before_durable(patch: pytest.MonkeyPatch) -> None:
    async def close(exchange: Any, story: Any, step: Any) -> None:
        story.tell(perform.ev.Closed(exchange.clock.now_ms(), step.status, step.reason))
        exchange.write(story, closing=True)

    patch.setitem(perform.STEPS, route.Close, close)


def cut_off_taken_for_no(patch: pytest.MonkeyPatch) -> None:
    def post(ask: Any, bound: Any) -> Any:
        talk = real(ask, bound)
        answer = yield next(talk)
        if isinstance(answer, Failure):
            return PostReply("error", reason=answer.reason)
        try:
            talk.send(answer)
        except StopIteration as stop:
            return stop.value
        raise AssertionError("a post asks once")

    real = json_delivery.post
    patch.setattr(json_delivery, "post", post)


def every_post_repeatable(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(json_delivery, "repeatable", lambda bound: True)


def pause_ignored(patch: pytest.MonkeyPatch) -> None:
    async def halt(*_: Any) -> Halt:
        return Halt()

    patch.setattr(writer.SqlWriter, "_halt", halt)


def captured_above_the_bid(patch: pytest.MonkeyPatch) -> None:
    real = post._accepted

    def accepted(exchange: Any, story: Any, deal: Any, reply: Any, ms: int) -> None:
        real(exchange, story, replace(deal, price_micros=deal.price_micros + 1), reply, ms)

    patch.setattr(post, "_accepted", accepted)


def promise_forgotten(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(State, "promised", None)


def quote_posted_twice(patch: pytest.MonkeyPatch) -> None:
    real = node.request_under

    def request_under(vault: Any, quote: bytes, body: bytes, now_ms: int) -> Any:
        return real(vault, vault._noise(16), body, now_ms)

    patch.setattr(node, "request_under", request_under)


def quoted_before_durable(patch: pytest.MonkeyPatch) -> None:
    async def write(self: Any, entries: Any) -> Any:
        return [None] * len(entries)

    patch.setattr(QuoteWriter, "write", write)


def chain_broken(patch: pytest.MonkeyPatch) -> None:
    real = writer.decide

    def decide(entries: Any, balances: Any, halt: Any, lane: int, seq: int, prev_hash: bytes, barred: Any) -> Any:
        return real(entries, balances, halt, lane, seq, bytes(32), barred)

    patch.setattr(writer, "decide", decide)


def left_out_in_silence(patch: pytest.MonkeyPatch) -> None:
    real = ping.who_may_be_asked

    def match(*args: Any) -> Any:
        matched = real(*args)
        return replace(matched, offers=matched.offers[:-1])

    patch.setattr(ping, "who_may_be_asked", match)


def lesser_bid_posted(patch: pytest.MonkeyPatch) -> None:
    real = perform.STEPS[route.Post]

    async def post(exchange: Any, story: Any, step: Any) -> None:
        await real(exchange, story, route.Post((_ranking(story.plan, story.state)[-1],)))

    patch.setitem(perform.STEPS, route.Post, post)


def _ranking(plan: Any, state: Any) -> tuple[Pick, ...]:
    terms = plan.terms(state.tier, state.matched_ms)
    return tuple(ranking(plan.campaign, terms, plan.campaign.tiers[state.tier], state))


def floor_forgotten(patch: pytest.MonkeyPatch) -> None:
    real = ping.line_of_answer
    patch.setattr(ping, "line_of_answer", lambda *args: replace(real(*args), reason=""))


def decided_too_soon(patch: pytest.MonkeyPatch) -> None:
    """The first who may be posted is, whoever is open."""
    patch.setattr(ping, "decided", lambda plan, state, pinged: _posts_now(plan, fold(state, pinged)))


def _posts_now(plan: Any, state: Any) -> bool:
    return not state.quoting and isinstance(route.next_step(plan, state), route.Post)


def closed_for_another_reason(patch: pytest.MonkeyPatch) -> None:
    real = perform.STEPS[route.Close]

    async def close(exchange: Any, story: Any, step: Any) -> None:
        await real(exchange, story, replace(step, reason="no_match") if step.status == "unsold" else step)

    patch.setitem(perform.STEPS, route.Close, close)


def crashes_forgotten(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(exposure._Told, "_may_have_been_pinged", lambda told, state: ())


def mark_ignored(patch: pytest.MonkeyPatch) -> None:
    """What is on its way is added, whatever the mark says that the rows hold."""
    real = live.add

    async def add(connection: Any, cell: int, lane: int, since: int, mark: Mark, tallies: Any, *sample: Any) -> bool:
        now = await mark_of(connection, cell, lane)
        return now is not None and await real(connection, cell, lane, now.seq, mark, tallies, *sample)

    patch.setattr(live, "add", add)


def dead_lane_not_counted(patch: pytest.MonkeyPatch) -> None:
    async def recount(*_: Any) -> None:
        return None

    patch.setattr(process, "recount", recount)


def names_forgotten(patch: pytest.MonkeyPatch) -> None:
    async def learn(*_: Any) -> None:
        return None

    patch.setattr(recounting, "_learn", learn)


def told_twice(patch: pytest.MonkeyPatch) -> None:
    """A batch that is looked up after its commit was answered is counted once more."""
    real = writer.SqlWriter._accept

    def accept(self: Any, done: Any, balances: Any) -> None:
        self._seq = min(self._seq, done.seq - 1)
        real(self, done, balances)

    patch.setattr(writer.SqlWriter, "_accept", accept)


def learned_values_lost_at_a_take_over(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(revive, "given_by", lambda events, notes: {})


def learned_facts_not_written(patch: pytest.MonkeyPatch) -> None:
    real = enrich.learn
    patch.setattr(enrich, "learn", lambda *args: (real(*args)[0], {}))


def questions_not_listed(patch: pytest.MonkeyPatch) -> None:
    def asked(told: Any, enricher: Any, at_ms: int, *, possibly: bool) -> exposure.Exposure:
        return exposure.Exposure(0, 0, at_ms, "enrich", (), possibly, enricher.name)

    patch.setattr(exposure._Told, "_asked", asked)


TALLIES = "tallies are what the chapters add up to"
SAMPLE = "each lead of the sample is counted once"


def sample_lost(patch: pytest.MonkeyPatch) -> None:
    add = samples.add
    patch.setattr(samples, "add", lambda connection, cell, jobs, skips: add(connection, cell, jobs, {}))


def sample_drawn_anew(patch: pytest.MonkeyPatch) -> None:
    """The share of now, for leads that closed under another one."""
    patch.setattr("outbid.exchange.work.counting.sampling.is_drawn", lambda lead, share: is_drawn(lead, share // 2))


PLANTED: dict[Plant, set[str]] = {
    choice_forgotten: {"who was chosen buys, for what was told of him"},
    token_of_another_bid: {"a post carries the token of its bid"},
    capture_without_release: {"held = open holds"},
    release_forgotten: {"held = open holds"},
    ignored_room: {"no cap or wallet is passed"},
    repost_after_crash: {"no place is sold twice", "a buyer's book is ours"},
    no_fence: {"a lane that was taken over writes no more"},
    lost_commit_repeated: {
        "a lane counts without a gap",
        "the chain of a lane is whole",
        "every lead ends",
        "a buyer's book is ours",
        "every hold is settled or uncertain",
    },
    lost_commit_believed: {
        "a lane counts without a gap",
        "an answer is durable",
        "the answer follows from the chapters",
        "chapters are contiguous",
        "a sale has a lead",
    },
    no_claims: {"nobody is sold twice"},
    buyers_claims_forgotten: {"a buyer buys nobody twice"},
    buyers_claims_presumed: {"a buyer buys nobody twice"},
    lists_not_looked_into_at_the_hold: {"whoever is on a list is not sold"},
    lists_presumed: {"whoever is on a list is not sold"},
    uncertain_gives_buyers_claims_back: {"a buyer buys nobody twice"},
    buyers_claims_kept_after_a_reject: {"unsold and refused give claims up"},
    resold_while_uncertain: {"no place is sold twice"},
    group_forgotten: {"never two of one group"},
    repeats_forgotten: {"a request makes one lead"},
    wrong_payout: {"transfers say what was paid"},
    stale_balances: {"held = open holds", "posted = captured"},
    give_up_forgotten: {"unsold and refused give claims up"},
    sold_gives_up: {"sold keeps its claims", "nobody is sold twice"},
    answered_before_durable: {"an answer is durable", "the answer follows from the chapters"},
    cut_off_taken_for_no: {"a buyer's book is ours"},
    every_post_repeatable: {"what cannot be repeated is not repeated"},
    pause_ignored: {"a paused offer is not posted"},
    captured_above_the_bid: {"captured ≤ bid"},
    promise_forgotten: {"a promise is kept"},
    quote_posted_twice: {"a quote makes one lead"},
    quoted_before_durable: {"a quote is durable"},
    chain_broken: {"the chain of a lane is whole"},
    left_out_in_silence: {"every decision repeats"},
    lesser_bid_posted: {"every decision repeats"},
    floor_forgotten: {"every decision repeats"},
    decided_too_soon: {"every decision repeats"},
    closed_for_another_reason: {"every decision repeats"},
    crashes_forgotten: {"who saw what is listed"},
    mark_ignored: {TALLIES},
    dead_lane_not_counted: {TALLIES},
    names_forgotten: {TALLIES},
    told_twice: {TALLIES},
    sample_lost: {SAMPLE},
    sample_drawn_anew: {SAMPLE},
    learned_values_lost_at_a_take_over: {"what was learned is what buyers get"},
    learned_facts_not_written: {"every decision repeats"},
    questions_not_listed: {"who saw what is listed"},
}


@pytest.mark.parametrize("plant", PLANTED, ids=lambda plant: plant.__name__)
def test_a_planted_fault_is_found(plant, monkeypatch, capsys):
    plant(monkeypatch)
    for seed in range(MOST_SEEDS):
        report = simulate(seed, spared=KNOWN)
        broken = {breach.law for breach in report.breaches}
        if broken & PLANTED[plant]:
            with capsys.disabled():
                print(f"\n{plant.__name__}: found after {seed + 1} seeds by {sorted(broken)}", end="")
            return
    pytest.fail(f"{MOST_SEEDS} seeds did not find it; laws broken: {broken}")
