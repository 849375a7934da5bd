"""`make bench`: CPU a sold lead, leads a second, added latency, memory, start to ready, disk by table.

Real processes: the embedded server with fsync, exchange processes, and the measuring rig in C (a fleet of buyers, an
open- and closed-loop load generator, a CPU meter), found through OUTBID_RIG. Figures are CPU a lead, or ratios within
one run; each run is appended to bench/history.jsonl.
"""

import argparse
import asyncio
import contextlib
import itertools
import json
import math
import os
import platform
import random
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import market as bench_market
from outbid.api.auth import key_hash
from outbid.core.market.compile import compile_market
from outbid.core.market.noun import Key, Noun
from outbid.core.scope import HOUSE
from outbid.plugins.registry import Registry
from outbid.store import database
from outbid.store import market as markets
from outbid.store.money import ledger
from outbid.store.server import EmbeddedServer

HERE = Path(__file__).parent
HISTORY = HERE / "history.jsonl"
SECRET = "ob_bench"
OTHERS_ARE_BUSY_S = 0.5
TRAFFIC = {"on": (True,), "off": (False,), "both": (True, False)}
Nouns = Callable[[int], dict[str, dict[str, Noun]]]
"""The market that is measured, for a fleet at a port."""

SIZES = """
select coalesce(p.parent, c.relname) as name, sum(pg_total_relation_size(c.oid)) as bytes
  from pg_class c
  left join (select i.inhrelid, b.relname as parent from pg_inherits i join pg_class b on b.oid = i.inhparent) p
    on p.inhrelid = c.oid
 where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' group by 1
"""


def find_rig() -> Path | None:
    """The rig's folder, from OUTBID_RIG or beside the checkout; None if it is nowhere."""
    for place in (os.environ.get("OUTBID_RIG"), HERE.parent.parent / "shared" / "rig"):
        if place and (Path(place) / "fleet.c").exists():
            return Path(place)
    return None


def build_rig(source: Path, folder: Path) -> Path:
    """A built copy of the rig."""
    rig = folder / "rig"
    shutil.copytree(source, rig)
    for file in rig.iterdir():
        file.chmod(0o755)
    subprocess.run(["make", "-s"], cwd=rig, check=True)
    return rig


def free_port() -> int:
    """A port that nobody uses now."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


@contextlib.contextmanager
def process(words: list[str], **more: Any) -> Iterator["subprocess.Popen[bytes]"]:
    """A process that is ended at the end."""
    running = subprocess.Popen(words, **more)
    try:
        yield running
    finally:
        running.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            running.wait(60)
        if running.poll() is None:
            running.kill()


class Bench:
    """One exchange on one data folder, with one fleet."""

    def __init__(
        self,
        rig: Path,
        folder: Path,
        processes: int,
        fleet_words: list[str],
        nouns: Nouns = bench_market.nouns,
        *,
        traffic: bool = True,
    ) -> None:
        self.traffic_days = 30 if traffic else 0
        self.rig, self.folder, self.processes, self.fleet_words, self.nouns = rig, folder, processes, fleet_words, nouns
        self.port, self.fleet_port = free_port(), free_port()
        self.stats = folder / "fleet.json"
        self._first = 1

    def __enter__(self) -> "Bench":
        self._stack = contextlib.ExitStack()
        words = [str(self.rig / "fleet"), "--port", str(self.fleet_port), "--buyers", "10", "--id", "key:lead_id"]
        self.fleet = self._stack.enter_context(
            process([*words, *self.fleet_words, "--stats-file", str(self.stats)], stderr=subprocess.DEVNULL)
        )
        environment = {
            **os.environ,
            "OUTBID_DATA": str(self.folder),
            "OUTBID_PORT": str(self.port),
            "OUTBID_PROCESSES": str(self.processes),
            "OUTBID_TRAFFIC_DAYS": str(self.traffic_days),
        }
        started = time.monotonic()
        log = (self.folder / "serve.log").open("wb")
        command = [sys.executable, "-m", "outbid", "serve"]
        self.serve = self._stack.enter_context(process(command, env=environment, stdout=log, stderr=log))
        self._wait_ready()
        self.start_to_ready_s = time.monotonic() - started
        self.server = EmbeddedServer(self.folder / "database").start()
        asyncio.run(self._open_market())
        time.sleep(2.5)  # the processes look for new versions once a second
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def _wait_ready(self) -> None:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1) as found:
                found.sendall(b"GET /readyz HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n")
                if b" 200 " in found.recv(200):
                    return
            time.sleep(0.02)
        raise SystemExit("the exchange did not become ready; see serve.log")

    async def _open_market(self) -> None:
        connection = await database.connect(self.server.url)
        wanted = self.nouns(self.fleet_port)
        wanted.setdefault("key", {})["k"] = Key(slug="k", holder="source", owner="rig-source", hash=key_hash(SECRET))
        async with connection.transaction():
            version, nouns = await markets.load(connection)
            numbered = await markets.assign_numbers(connection, nouns, wanted)
            made = compile_market(version + 1, numbered, Registry())
            limits = made.every_limit()
            changes = markets.differences(nouns, wanted)
            await markets.write(connection, version, changes, numbered, limits, "bench")
        await connection.close()

    def load(self, words: list[str]) -> dict[str, Any]:
        """One run of the load generator under the CPU meter."""
        postmaster = (self.folder / "database" / "postmaster.pid").read_text().split()[0]
        meter = [str(self.rig / "cpucost.py"), "-g", f"exchange={self.serve.pid}", "-g", f"pg={postmaster}"]
        meter += ["-g", f"fleet={self.fleet.pid}", "-g", "loadgen=loadgen", "-k", "completed_total", "--"]
        url = f"http://127.0.0.1:{self.port}/v1/leads"
        generator = [str(self.rig / "loadgen"), "-u", url, "-b", str(self.rig / "lead.json")]
        generator += ["-H", f"Authorization: Bearer {SECRET}", "-o", '"sold"', "-o", '"unsold"']
        generator += ["--first", str(self._first), *words]
        found = subprocess.run([*meter, *generator], capture_output=True, text=True, check=False)
        lines = [line for line in found.stdout.splitlines() + found.stderr.splitlines() if line.startswith("{")]
        if len(lines) < 2:
            raise SystemExit(f"the rig said nothing: {found.stdout[-500:]} {found.stderr[-500:]}")
        load, cost = json.loads(lines[0]), json.loads(lines[-1])
        self._first += load["sent_total"] + 1000
        return _figures(load, cost)

    def workers(self) -> list[int]:
        """The exchange processes."""
        found = []
        for entry in Path("/proc").iterdir():
            with contextlib.suppress(OSError, ValueError, IndexError):
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                if parent == self.serve.pid and b"spawn_main" in (entry / "cmdline").read_bytes():
                    found.append(int(entry.name))
        return found

    def memory_mb(self) -> list[float]:
        """Resident memory of each exchange process."""
        pages = [int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in self.workers()]
        return [round(number * os.sysconf("SC_PAGE_SIZE") / 1e6, 1) for number in pages]

    async def sizes(self) -> dict[str, int]:
        """Bytes by table, partitions counted with their table, indexes too."""
        connection = await database.connect(self.server.url)
        rows = await connection.fetch(SIZES)
        await connection.close()
        return {row["name"]: int(row["bytes"]) for row in rows}

    async def books(self) -> dict[str, Any]:
        """Our ledger's side of the fleet's books."""
        connection = await database.connect(self.server.url)
        balance = await ledger.trial_balance(connection, HOUSE)
        row = await connection.fetchrow(
            "select count(*) as leads, coalesce(sum(price_micros), 0)::bigint as micros from sale where status = 'sold'"
        )
        await connection.close()
        return {"sold": row["leads"], "micros": row["micros"], "faults": len(balance.faults)}


def _figures(load: dict[str, Any], cost: dict[str, Any]) -> dict[str, Any]:
    us = {name: round(value, 1) for name, value in cost["us_per_lead"].items()}
    return {
        "leads_per_s": load["achieved_rate"],
        "exchange_us": us["exchange"],
        "postgresql_us": us["pg"],
        "together_us": round(us["exchange"] + us["pg"], 1),
        "rig_us": round(us["fleet"] + us["loadgen"], 1),
        "p50_ms": load["latency_ms"]["p50"],
        "p99_ms": load["latency_ms"]["p99"],
        "outcomes": load["outcomes"],
        "status": load["status"],
        "errors": load["errors"] + load["timeouts"],
        "completed": load["completed_total"],
        "other_s": cost["other_s"],
        "steal_s": cost["steal_s"],
    }


def measure(rig: Path, processes: int, seconds: int, connections: int, *, traffic: bool) -> dict[str, Any]:
    """All figures of one number of processes, with or without traffic kept."""
    found: dict[str, Any] = {"processes": processes, "traffic": traffic}
    with tempfile.TemporaryDirectory(prefix="outbid-bench-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        with Bench(rig, folder, processes, [], traffic=traffic) as bench:
            found["start_to_ready_s"] = round(bench.start_to_ready_s, 2)
            before = asyncio.run(bench.sizes())
            bench.load(["-c", str(connections), "-w", "0", "-d", "2"])  # warm
            found["saturation"] = bench.load(["-c", str(connections), "-w", "1", "-d", str(seconds)])
            found["memory_mb"] = bench.memory_mb()
            found["books"] = asyncio.run(bench.books())
            found["disk"] = _disk(before, asyncio.run(bench.sizes()), found["books"]["sold"])
        found["books"] |= _fleet_books(folder / "fleet.json")
    with tempfile.TemporaryDirectory(prefix="outbid-bench-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        with Bench(rig, folder, processes, ["--p50", "80", "--p99", "600"], traffic=traffic) as bench:
            words = ["-r", "1000", "-w", "3", "-d", str(seconds + 2), "--timeout", "15000"]
            found["slow_buyers"] = bench.load(words)
            found["ideal_p50_ms"] = ideal_median_ms(80, 600)
            found["slow_buyers"]["memory_mb"] = bench.memory_mb()
    return found


def ideal_median_ms(p50_ms: float, p99_ms: float, buyers: int = 10, leads: int = 20_000) -> float:
    """The median latency if the exchange took no time: the slowest of the pings, then one post."""
    sigma = math.log(p99_ms / p50_ms) / 2.326
    draws = random.Random(1)

    def delay() -> float:
        return p50_ms * math.exp(sigma * draws.gauss(0, 1))

    return round(statistics.median(max(delay() for _ in range(buyers)) + delay() for _ in range(leads)), 1)


def _disk(before: dict[str, int], after: dict[str, int], leads: int) -> dict[str, int]:
    """Bytes a sold lead by table, largest first."""
    grown = {name: round((after[name] - before.get(name, 0)) / max(leads, 1)) for name in after}
    table = {name: size for name, size in sorted(grown.items(), key=lambda row: -row[1]) if size > 0}
    return {"total": sum(table.values())} | table


def _fleet_books(file: Path) -> dict[str, Any]:
    fleet = json.loads(file.read_text())
    total = fleet["total"]
    several = fleet["leads_accepted_by_several"]
    return {"told_micros": total["told_micros"], "dup_accepted": total["dup_accepted"], "sold_to_several": several}


def show(found: dict[str, Any]) -> None:
    """The figures for people."""
    kept = "traffic kept" if found["traffic"] else "without traffic"
    print(f"\n{found['processes']} exchange process(es), {kept}; start to ready {found['start_to_ready_s']} s")
    for title, key in (
        ("saturation, buyers at once", "saturation"),
        ("1,000/s, buyers p50 80 p99 600 ms", "slow_buyers"),
    ):
        run = found[key]
        noise = "" if run["other_s"] < OTHERS_ARE_BUSY_S else f"   (disturbed: others used {run['other_s']} s)"
        print(
            f"  {title}: {run['leads_per_s']:.0f} leads/s; exchange {run['exchange_us']} + PostgreSQL"
            f" {run['postgresql_us']} = {run['together_us']} µs a lead;"
            f" p50 {run['p50_ms']:.1f}, p99 {run['p99_ms']:.1f} ms; errors {run['errors']}{noise}"
        )
    added = found["slow_buyers"]["p50_ms"] - found["ideal_p50_ms"]
    print(f"  added to the ideal median of {found['ideal_p50_ms']} ms with slow buyers: {added:.1f} ms")
    print(f"  memory a process: {found['memory_mb']} MB")
    print(f"  disk a lead: {found['disk']}")
    books = found["books"]
    equal = books["micros"] == books["told_micros"]
    print(
        f"  books: ours {books['micros']}, fleet's {books['told_micros']} micros: {'equal' if equal else 'NOT EQUAL'};"
        f" sold twice: {books['sold_to_several']}; faults of the ledger: {books['faults']}"
    )


def main() -> None:
    """Measure, show, remember."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--processes", type=int, nargs="*", default=[1, 2])
    parser.add_argument("--traffic", choices=TRAFFIC, default="both", help="is traffic kept")
    parser.add_argument("--seconds", type=int, default=8)
    parser.add_argument("--connections", type=int, default=128)
    parser.add_argument("--no-history", action="store_true", help="do not append to history.jsonl")
    given = parser.parse_args()
    source = find_rig()
    if source is None:
        raise SystemExit("the measuring rig is not here: set OUTBID_RIG to the folder that holds fleet.c")
    with tempfile.TemporaryDirectory(prefix="outbid-rig-") as folder:
        rig = build_rig(source, Path(folder))
        for processes, traffic in itertools.product(given.processes, TRAFFIC[given.traffic]):
            found = measure(rig, processes, given.seconds, given.connections, traffic=traffic)
            show(found)
            if not given.no_history:
                remember(found)


def remember(found: dict[str, Any]) -> None:
    """Append figures to the history, with when and on what they were measured."""
    stamp = {"at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "commit": _commit()}
    machine = {"cores": os.cpu_count(), "python": platform.python_version(), "machine": platform.machine()}
    with HISTORY.open("a") as history:
        history.write(json.dumps(stamp | machine | found) + "\n")


def _commit() -> str:
    words = ["git", "-C", str(HERE), "rev-parse", "--short", "HEAD"]
    return subprocess.run(words, capture_output=True, text=True, check=False).stdout.strip()


if __name__ == "__main__":
    main()
