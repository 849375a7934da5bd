"""What an exchange does under more than it can do, and beside buyers who misbehave.

1. A burst: ten times a tenth of what it can do, for a minute. Asked: every answer a 2xx.
2. Twice what it can do. Asked: 503 before anything is accepted, accepted leads as fast as ever, none lost.
3. Ten buyers, one of them dead, silent, dripping or talking rubbish. Asked: the others' answers come as fast, memory
   and sockets stay flat.

Real processes and the measuring rig, as in run.py. Latencies of accepted leads and of buyers are read from the leads'
own chapters. Each run is appended to bench/history.jsonl.
"""

import argparse
import asyncio
import contextlib
import json
import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import market as bench_market
from outbid.core.market.noun import Noun
from outbid.store import database
from run import Bench, build_rig, find_rig, free_port, process, remember

BAD: dict[str, list[str]] = {
    "good": [],
    "dead": [],
    "silent": ["--silent", "1"],
    "dripping": ["--drip", "1", "--drip-ms", "40"],
    "rubbish": ["--garbage", "1"],
    "slow": ["--p50", "1500", "--p99", "2500"],
}
LAST = 9
"""The number of the one buyer who misbehaves."""

ANSWERED = """
select count(*) as leads, percentile_cont(array[0.5, 0.99]) within group (order by ms) as ms from (
  select max((e ->> 'at_ms')::bigint) - min((e ->> 'at_ms')::bigint) as ms
    from chapter, json_array_elements(events) e where at >= $1 group by lead_id) each
"""
"""From arrival to the end, in milliseconds, of the leads since an instant."""
PINGS = """
select percentile_cont(array[0.5, 0.99]) within group (order by (bid ->> 'ms')::int) as ms
  from chapter, json_array_elements(events) e, json_array_elements(e -> 'bids') bid
 where at >= $1 and e ->> 'type' = 'pinged' and (bid ->> 'offer')::int <> $2
"""
"""Milliseconds to their answers of all offers but one, of the leads since an instant."""


async def query(bench: Bench, statement: str, *values: Any) -> Any:
    """The only row of a statement."""
    connection = await database.connect(bench.server.url)
    try:
        return await connection.fetchrow(statement, *values)
    finally:
        await connection.close()


def ask(bench: Bench, statement: str, *values: Any) -> Any:
    """As `query`."""
    return asyncio.run(query(bench, statement, *values))


def crowd(rig: Path, seconds: int) -> dict[str, Any]:
    """A burst, then twice what can be done."""
    found: dict[str, Any] = {}
    with one(rig, {}) as bench:
        bench.load(["-c", "128", "-w", "0", "-d", "3"])
        probe = bench.load(["-c", "600", "-w", "4", "-d", "10", "--timeout", "30000"])
        most = probe["status"].get("200", 0) / 10
        found["saturation_per_s"] = most
        at_ease = since(bench, ["-r", str(round(most / 10)), "-w", "0", "-d", "8"])
        found["at_ease"] = at_ease
        found["burst"] = since(bench, ["-r", str(round(most)), "-w", "0", "-d", str(seconds), "--timeout", "30000"])
        time.sleep(3)
        found["twice"] = since(
            bench, ["-r", str(round(2 * most)), "-w", "0", "-d", str(seconds // 2), "--timeout", "30000"]
        )
        time.sleep(3)
        found["books"] = asyncio.run(bench.books())
    return found


def since(bench: Bench, words: list[str]) -> dict[str, Any]:
    """One run of the load generator: statuses, and what the leads' own chapters say of the accepted ones."""
    begun = ask(bench, "select clock_timestamp() as at")["at"]
    run = bench.load(words)
    row = ask(bench, ANSWERED, begun)
    return {
        "asked_per_s": float(words[1]),
        "status": run["status"],
        "errors": run["errors"],
        "recorded": row["leads"],
        "p50_ms": row["ms"][0],
        "p99_ms": row["ms"][1],
    }


@contextlib.contextmanager
def one(rig: Path, more: dict[str, Any]) -> Iterator[Bench]:
    """One process on an empty database, with its fleet."""
    with tempfile.TemporaryDirectory(prefix="outbid-hold-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        with Bench(rig, folder, 1, ["--p50", "80", "--p99", "600"], **more) as bench:
            yield bench


def beside(rig: Path, kind: str, leads: int, rate: int) -> dict[str, Any]:
    """Nine good buyers and one of a kind."""
    port = free_port()
    words = [str(rig / "fleet"), "--port", str(port), "--buyers", "10", "--id", "key:lead_id", *BAD[kind]]
    with contextlib.ExitStack() as stack:
        if kind != "dead":
            stack.enter_context(process(words, stderr=subprocess.DEVNULL))
        bench = stack.enter_context(one(rig, {"nouns": lambda good: market_with(good, port)}))
        bench.load(["-r", str(rate), "-w", "0", "-d", "5"])
        before = state_of(bench)
        begun = ask(bench, "select clock_timestamp() as at")["at"]
        run = bench.load(["-r", str(rate), "-w", "0", "-d", str(leads // rate), "--timeout", "30000"])
        number = ask(bench, "select number from noun where kind = 'offer' and slug = $1", f"offer-{LAST}")["number"]
        row = ask(bench, PINGS, begun, number)
        after = state_of(bench)
        return {
            "leads": run["completed"],
            "status": run["status"],
            "others_p50_ms": row["ms"][0],
            "others_p99_ms": row["ms"][1],
            "before": before,
            "after": after,
        }


def market_with(good: int, bad: int) -> dict[str, dict[str, Noun]]:
    """The usual market, its last buyer at another port."""
    found = bench_market.nouns(good)
    slug = f"offer-{LAST}"
    found["offer"][slug] = bench_market.nouns(bad)["offer"][slug]
    return found


def state_of(bench: Bench) -> dict[str, Any]:
    """Memory and open files of the exchange process."""
    (pid,) = bench.workers()
    return {"memory_mb": bench.memory_mb()[0], "files": len(os.listdir(f"/proc/{pid}/fd"))}


def main() -> None:
    """Measure, show, remember."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=60, help="how long the burst lasts")
    parser.add_argument("--leads", type=int, default=20_000, help="how many for each kind of buyer")
    parser.add_argument("--rate", type=int, default=800, help="leads a second beside a bad buyer")
    parser.add_argument("--only", choices=["crowd", *BAD], nargs="*", default=["crowd", *BAD])
    parser.add_argument("--no-history", action="store_true", help="do not append to history.jsonl")
    given = parser.parse_args()
    source = find_rig()
    if source is None:
        raise SystemExit("the measuring rig is not here: set OUTBID_RIG to the folder that holds fleet.c")
    found: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(prefix="outbid-rig-") as folder:
        rig = build_rig(source, Path(folder))
        for part in given.only:
            found[part] = crowd(rig, given.seconds) if part == "crowd" else beside(rig, part, given.leads, given.rate)
            print(part, json.dumps(found[part], indent=1), flush=True)
    if not given.no_history:
        remember({"hold": found})


if __name__ == "__main__":
    main()
