"""The example sellers as a process: `python -m outbid.cli.demo.sellers --url URL`, keys in OUTBID_DEMO_KEYS."""

import argparse
import asyncio
import os
import random
import sys
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress

import msgspec

from outbid.cli.demo.lifetime import run, watch_for_end
from outbid.cli.demo.selling.arrivals import gap, leads, start_by_clock
from outbid.cli.demo.selling.call import Caller, Unanswered, Unreached
from outbid.core.dialect.wire import Target, parse_target

KEYS_VARIABLE = "OUTBID_DEMO_KEYS"
"""A command line is read by everybody on the machine, the environment only by its owner."""
FIRST_PAUSE = 0.5
LONGEST_PAUSE = 5.0
MOST_WAITING = 500
"""Leads that wait for the exchange or its answer; while it is away for long, later visitors are lost, not heaped up."""
SECONDS_TO_FINISH = 1.5
NOT_NOW = frozenset({429, 503})
OUTCOMES = ("sold", "unsold", "refused", "pending", "failed", "unanswered", "given up")


def main(arguments: Sequence[str] | None = None) -> int:
    """Send leads until told to end; then say how many, and what became of them."""
    parser = argparse.ArgumentParser(prog="outbid.cli.demo.sellers", description="Example sellers.")
    parser.add_argument("--url", required=True, help="where leads are taken in, such as http://127.0.0.1:8800/v1/leads")
    parser.add_argument("--rate", type=float, default=2.0, help="leads a second, on the average of a day")
    parser.add_argument("--seed", type=int, help="who comes; by default the clock says, so that nobody comes twice")
    options = parser.parse_args(arguments)
    if not 0 < options.rate <= 10_000:
        parser.error("--rate is more than 0 and at most 10000 leads a second")
    keys = [key.strip() for key in os.environ.get(KEYS_VARIABLE, "").split(",") if key.strip()]
    if not keys:
        parser.error(f"the environment variable {KEYS_VARIABLE} holds no keys; set it to source keys joined by commas")
    try:
        target = parse_target(options.url)
    except ValueError as error:
        parser.error(f"--url: {error}")
    by_clock = start_by_clock(options.rate, time.time())
    seed, first = by_clock if options.seed is None else (options.seed, 0)
    return run(_trickle(Sellers(target, keys, random.Random(f"sellers {seed} {first}")), seed, first, options.rate))


class Sellers:
    """Sends leads by any of its sources, and counts what becomes of them."""

    def __init__(self, target: Target, keys: Sequence[str], dice: random.Random) -> None:
        self.dice = dice
        self.tally: Counter[str] = Counter()
        self._keys = keys
        self._caller = Caller(target)
        self._sending: set[asyncio.Task[None]] = set()

    def send(self, lead: dict[str, object]) -> None:
        """Send a lead in the background."""
        if len(self._sending) >= MOST_WAITING:
            self.tally["given up"] += 1
            return
        headers = (("Authorization", f"Bearer {self.dice.choice(self._keys)}"), ("Content-Type", "application/json"))
        task = asyncio.create_task(self._send(msgspec.json.encode(lead), headers))
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    async def _send(self, body: bytes, headers: tuple[tuple[str, str], ...]) -> None:
        """Try until the exchange takes it. What may have arrived is not sent again: it would be a duplicate."""
        pause = FIRST_PAUSE
        while True:
            try:
                status, answer = await self._caller.post(body, headers)
            except Unreached:
                pass
            except Unanswered:
                self.tally["unanswered"] += 1
                return
            else:
                if status not in NOT_NOW:
                    self.tally[_outcome(answer)] += 1
                    return
            await asyncio.sleep(pause * random.uniform(0.7, 1.3))
            pause = min(pause * 2, LONGEST_PAUSE)

    async def finish(self) -> None:
        """Wait a moment for answers that are due, then hang up."""
        sending = tuple(self._sending)
        if sending:
            _, late = await asyncio.wait(sending, timeout=SECONDS_TO_FINISH)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
            self.tally["given up"] += len(late)
        self._caller.close()

    def count(self) -> str:
        """What became of all leads, as one line."""
        parts = [f"{self.tally[outcome]} {outcome}" for outcome in OUTCOMES if self.tally[outcome]]
        return f"leads: {self.tally.total()}" + (f" ({', '.join(parts)})" if parts else "")


def _outcome(answer: bytes) -> str:
    try:
        outcome = msgspec.json.decode(answer).get("outcome")
    except (ValueError, AttributeError):
        outcome = None
    return outcome if outcome in OUTCOMES else "failed"


async def _trickle(sellers: Sellers, seed: int, first: int, rate: float) -> int:
    end = watch_for_end()
    due = time.monotonic()
    for lead in leads(seed, first, sellers.dice):
        due += gap(rate, sellers.dice)
        with suppress(TimeoutError):
            await asyncio.wait_for(end.wait(), max(due - time.monotonic(), 0))
        if end.is_set():
            break
        sellers.send(lead)
    await sellers.finish()
    print(sellers.count(), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
