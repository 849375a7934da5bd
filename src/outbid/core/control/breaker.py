"""A breaker: who gives no answer several times in a row is left in peace, and tried by single leads until he does."""

import msgspec

NO_ANSWER = frozenset(("late", "unreachable", "cut_off", "not_http", "too_large", "no_token"))
"""Why a ping has no answer for which the buyer's endpoint is to blame."""


class Breaker(msgspec.Struct, frozen=True):
    """When it opens and closes.

    after     so many pings without an answer, one after another, open it
    first_ms  after how long the first single lead is tried; after each that fails, twice as long
    most_ms   but no longer than this
    good      so many answers, one after another, close it
    """

    after: int
    first_ms: int
    most_ms: int
    good: int


class Circuit(msgspec.Struct, frozen=True):
    """Where the breaker of one offer stands.

    failures  without an answer in a row, while it is closed
    wait_ms   how long it waits between two leads that are tried; 0: it is closed
    until_ms  when the next one may be tried
    trial     the lead that was tried last and has no result yet
    good      answers in a row, while it is open
    """

    failures: int = 0
    wait_ms: int = 0
    until_ms: int = 0
    trial: bytes = b""
    good: int = 0

    @property
    def is_open(self) -> bool:
        """Is nobody asked but for a trial?"""
        return self.wait_ms > 0


CLOSED = Circuit()


def keeps_out(circuit: Circuit, now_ms: int) -> bool:
    """Whether a lead that comes now must pass the offer by."""
    return circuit.wait_ms > 0 and now_ms < circuit.until_ms


def tried(circuit: Circuit, lead: bytes, now_ms: int) -> Circuit:
    """A lead is let through; what comes of it decides. Should nothing ever come, another one is tried later."""
    if not circuit.is_open:
        return circuit
    return Circuit(0, circuit.wait_ms, now_ms + circuit.wait_ms, lead, circuit.good)


def heard(rule: Breaker, circuit: Circuit, lead: bytes, answered: bool, now_ms: int, chance: float) -> Circuit:
    """What came of a ping. `chance`, from 0 to below 1, keeps processes from trying all at the same time.

    While it is open only the trial counts: the others are leads that were under way when it opened.
    """
    if not circuit.is_open:
        if answered:
            return CLOSED
        failures = circuit.failures + 1
        return Circuit(failures) if failures < rule.after else _open(rule.first_ms, now_ms, chance)
    if lead != circuit.trial:
        return circuit
    if not answered:
        return _open(min(2 * circuit.wait_ms, rule.most_ms), now_ms, chance)
    if circuit.good + 1 >= rule.good:
        return CLOSED
    return Circuit(0, circuit.wait_ms, now_ms, b"", circuit.good + 1)


def _open(wait_ms: int, now_ms: int, chance: float) -> Circuit:
    """Wait for three quarters of the time at the least."""
    return Circuit(0, wait_ms, now_ms + wait_ms - round(chance * wait_ms / 4))
