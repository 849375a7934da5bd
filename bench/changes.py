"""A market of 10,000 offers that changes ten times a second under load.

Asked: no pause of the loop over 5 ms, memory of a process under 200 MB, a match in 10 µs. A pause is what a request to
`/healthz` waits that is sent every few milliseconds beside the load; the same load without changes says how much of
that is the load's own. Real processes and the measuring rig, as in run.py.
"""

import argparse
import json
import random
import statistics
import tempfile
import threading
import time
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import msgspec

import market as bench_market
from outbid.api.auth import key_hash
from outbid.core.market.compile import compile_market
from outbid.core.market.noun import Key, Noun, Offer
from outbid.plugins.registry import Registry
from run import Bench, build_rig, find_rig, remember

HOUSE = "ob_bench_house"
STATES = ("TX", "CA", "FL", "NY", "OH", "PA", "IL", "GA", "NC", "MI")
FLEET = 10
PROBE_S = 0.004


def nouns(port: int, offers: int) -> dict[str, dict[str, Noun]]:
    """Offers that each want one state and a year or two of age: a lead meets about twenty."""
    dice = random.Random(1)
    found = bench_market.nouns(port)
    found["offer"] = {f"offer-{n}": offer(n, port, dice) for n in range(offers)}
    found["key"] = {"house": Key(slug="house", holder="house", hash=key_hash(HOUSE))}
    return found


def offer(number: int, port: int, dice: random.Random) -> Noun:
    """One of thousands."""
    least = dice.randint(18, 78)
    tests = [{"fact": "state", "equals": dice.choice(STATES)}, {"fact": "dob.age", "between": [least, least + 1]}]
    row = bench_market.offer(number % FLEET, port) | {"slug": f"offer-{number}", "filter": {"all": tests}}
    return msgspec.convert(row, Offer)


def matching_us(offers: int) -> tuple[float, int]:
    """The median of a match in this process, in microseconds, and of how many offers it leaves."""
    found = {
        kind: {slug: (n, noun) for n, (slug, noun) in enumerate(rows.items(), 1)}
        for kind, rows in nouns(9, offers).items()
    }
    (campaign,) = compile_market(1, found, Registry()).campaigns.values()
    dice, times, left = random.Random(2), [], []
    for _ in range(3000):
        facts = {"state": dice.choice(STATES), "dob.age": float(dice.randint(18, 78))}
        began = time.perf_counter()
        matched = campaign.tiers[0].book.matching(facts, None)
        times.append(time.perf_counter() - began)
        left.append(len(matched))
    return statistics.median(times) * 1e6, round(statistics.median(left))


class Prober(threading.Thread):
    """Asks `/healthz` every few milliseconds, and notes how long each answer takes."""

    def __init__(self, port: int) -> None:
        super().__init__(daemon=True)
        self._connection = HTTPConnection("127.0.0.1", port, timeout=30)
        self.waits: list[float] = []
        self.going = True

    def run(self) -> None:
        """Until it is told to end."""
        while self.going:
            began = time.perf_counter()
            self._connection.request("GET", "/healthz")
            self._connection.getresponse().read()
            self.waits.append((time.perf_counter() - began) * 1000)
            time.sleep(PROBE_S)

    def figures(self) -> dict[str, float]:
        """Quantiles in milliseconds."""
        waits = sorted(self.waits)
        return {name: round(waits[int(share * (len(waits) - 1))], 2) for name, share in
                (("p50", 0.5), ("p99", 0.99), ("p999", 0.999), ("max", 1.0))}  # fmt: skip


class Changer(threading.Thread):
    """Changes an offer's floor so many times a second, by the operator's API."""

    def __init__(self, port: int, offers: int, per_s: int) -> None:
        super().__init__(daemon=True)
        self._connection = HTTPConnection("127.0.0.1", port, timeout=30)
        self._offers, self._pause = offers, 1 / per_s
        self.took: list[float] = []
        self.going = True

    def run(self) -> None:
        """Until it is told to end."""
        dice, due = random.Random(3), time.perf_counter()
        headers = {"Authorization": f"Bearer {HOUSE}", "If-Match": "*", "Content-Type": "application/merge-patch+json"}
        while self.going:
            due += self._pause
            body = json.dumps({"floor": f"{dice.randint(1, 400) / 100:.2f}"})
            began = time.perf_counter()
            path = f"/v1/offers/offer-{dice.randrange(self._offers)}"
            self._connection.request("PATCH", path, body, headers)
            answer = self._connection.getresponse()
            said = answer.read()
            if answer.status != 200:
                raise SystemExit(f"a change was not taken: {answer.status} {said[:300]!r}")
            self.took.append((time.perf_counter() - began) * 1000)
            time.sleep(max(0.0, due - time.perf_counter()))


def measure(rig: Path, offers: int, rate: int, seconds: int, per_s: int) -> dict[str, Any]:
    """The same load without and with changes."""
    words = ["-r", str(rate), "-w", "0", "-d", str(seconds), "--timeout", "30000"]
    found: dict[str, Any] = {"offers": offers, "leads_per_s": rate, "changes_per_s": per_s}
    with tempfile.TemporaryDirectory(prefix="outbid-changes-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        with Bench(rig, folder, 1, [], nouns=lambda port: nouns(port, offers)) as bench:
            time.sleep(offers / 500)  # the first compile of a large market takes seconds
            bench.load(words)
            found["memory_mb"] = bench.memory_mb()
            found["quiet"] = probed(bench, words)
            changer = Changer(bench.port, offers, per_s)
            changer.start()
            found["changing"] = probed(bench, words)
            changer.going = False
            changer.join()
            found["changes"] = len(changer.took)
            found["change_ms"] = {"p50": round(statistics.median(changer.took), 1), "max": round(max(changer.took), 1)}
            found["memory_after_mb"] = bench.memory_mb()
    return found


def probed(bench: Bench, words: list[str]) -> dict[str, Any]:
    """One run of the load generator with a prober beside it."""
    prober = Prober(bench.port)
    prober.start()
    run = bench.load(words)
    prober.going = False
    prober.join()
    kept = ("exchange_us", "postgresql_us", "rig_us", "p50_ms", "p99_ms", "status", "errors")
    return {name: run[name] for name in kept} | {"healthz_ms": prober.figures()}


def main() -> None:
    """Measure, show, remember."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--offers", type=int, default=10_000)
    parser.add_argument("--rate", type=int, default=100, help="leads a second")
    parser.add_argument("--changes", type=int, default=10, help="changes a second")
    parser.add_argument("--seconds", type=int, default=15)
    parser.add_argument("--no-history", action="store_true", help="do not append to history.jsonl")
    given = parser.parse_args()
    source = find_rig()
    if source is None:
        raise SystemExit("the measuring rig is not here: set OUTBID_RIG to the folder that holds fleet.c")
    us, left = matching_us(given.offers)
    found: dict[str, Any] = {"matching_us": round(us, 2), "left": left}
    with tempfile.TemporaryDirectory(prefix="outbid-rig-") as folder:
        rig = build_rig(source, Path(folder))
        found |= measure(rig, given.offers, given.rate, given.seconds, given.changes)
    print(json.dumps(found, indent=1))
    if not given.no_history:
        remember({"changes": found})


if __name__ == "__main__":
    main()
