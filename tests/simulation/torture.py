"""`make torture`: seed after seed until a law breaks or the time is over; `--seed N` repeats one and tells its story."""

import argparse
import multiprocessing
import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from threading import BoundedSemaphore, Semaphore

from msgspec.structs import replace

from .database import meaning
from .spared import KNOWN, NOTHING, Spared
from .world import Report, simulate

PROGRESS_S = 1.0
AHEAD = 2
"""Seeds drawn for each process: one that runs and one that waits."""


def main() -> int:
    """Run; exit code 1 if a law broke."""
    given = _arguments()
    spared = NOTHING if given.spare_nothing else KNOWN
    if given.walk_into:
        spared = replace(KNOWN, **{given.walk_into: False})
    if given.accept_statements:
        return _accept_statements()
    if given.seed is not None:
        report = simulate(given.seed, keep=given.trace, spared=spared)
        print("\n".join(report.lines))
        _tell(report)
        return 1 if report.breaches else 0
    return _torture(given, spared)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation.torture", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0, help="how long (60)")
    parser.add_argument("--seed", type=int, help="run this one only, and tell what came of it")
    parser.add_argument("--first", type=int, help="the first seed; one that depends on the time if absent")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1, help="side by side (one a core)")
    parser.add_argument("--trace", action="store_true", help="with --seed: print everything that happens")
    parser.add_argument("--spare-nothing", action="store_true", help="walk into the known faults too (spared.py)")
    parser.add_argument("--walk-into", choices=Spared.__struct_fields__, help="spare all known faults but this one")
    parser.add_argument("--accept-statements", action="store_true", help="the models were compared with the SQL")
    return parser.parse_args()


def _torture(given: argparse.Namespace, spared: Spared) -> int:
    first = int(time.time()) * 1000 if given.first is None else given.first
    print(f"from seed {first}, {given.processes} side by side, {given.seconds:g} s", flush=True)
    began, shown, runs = time.monotonic(), 0.0, 0
    counts: Counter[str] = Counter()
    with multiprocessing.get_context("spawn").Pool(given.processes) as pool:
        room = BoundedSemaphore(given.processes * AHEAD)
        work = ((seed, spared) for seed in seeds(first, lambda: time.monotonic() < began + given.seconds, room))
        for report in pool.imap_unordered(_run, work):
            room.release()
            runs += 1
            counts.update(report.counts)
            counts.update(report.faults)
            if report.breaches:
                print()
                _tell(report)
                pool.terminate()
                return 1
            if time.monotonic() > shown + PROGRESS_S:
                shown = time.monotonic()
                _progress(runs, shown - began, counts)
    _progress(runs, time.monotonic() - began, counts)
    print("\nno law broke: " + ", ".join(f"{count} {name}" for name, count in sorted(counts.items())))
    return 0


def seeds(first: int, is_time: Callable[[], bool], room: Semaphore) -> Iterator[int]:
    """Seeds as long as there is time, and room: the pool would draw all at once, and then have to run them all."""
    seed = first
    while is_time():
        if room.acquire(timeout=PROGRESS_S):
            yield seed
            seed += 1


def _run(work: tuple[int, Spared]) -> Report:
    return simulate(work[0], spared=work[1])


def _progress(runs: int, seconds: float, counts: Counter[str]) -> None:
    rate = runs / max(seconds, 0.001)
    text = f"{runs} runs, {rate:.0f}/s, {counts['leads']} leads, {counts['sold']} sold, {counts['killed']} kills"
    print(f"\r{text}", end="", file=sys.stderr, flush=True)


def _tell(report: Report) -> None:
    print(f"seed {report.seed}: {report.counts} {report.faults} hash {report.hash}")
    for breach in report.breaches:
        print(f"BROKEN {breach.law}: {breach.text}")
    print("\n".join(report.story))
    if report.breaches:
        chosen = [
            word for word in sys.argv[1:] if word in ("--spare-nothing", "--walk-into", *Spared.__struct_fields__)
        ]
        print(" ".join(["repeat it: python -m tests.simulation.torture --trace --seed", str(report.seed), *chosen]))


def _accept_statements() -> int:
    for seed in range(3000):
        simulate(seed, spared=NOTHING)
        if not meaning.unmet():
            break
    changed = meaning.changed()
    meaning.accept()
    print("\n".join(f"accepted: {phrase}" for phrase in changed) or "nothing changed")
    print("\n".join(f"never met: {phrase}" for phrase in meaning.unmet()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
