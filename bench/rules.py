"""What the market's rules cost: CPU a sold lead of a campaign that uses all of them, beside one that uses none.

Both in one run, in turns, without traffic: rules for floors, margins and payouts, second price with handicaps, hours
and a paced cap on every offer, caps of pairs and groups, limits of pings, breakers, notices. Printed as a ratio.
"""

import argparse
import statistics
import tempfile
from pathlib import Path
from typing import Any

import msgspec

import market as plain
from outbid.core.market.noun import KINDS, Noun
from run import Bench, build_rig, find_rig

STATES = ["TX", "CA", "NY", "FL", "OH"]


def nouns(port: int) -> dict[str, dict[str, Noun]]:
    """The measured market with every rule in use."""
    rows: dict[str, list[dict[str, Any]]] = plain.document(port)
    campaign, source = rows["campaign"][0], rows["source"][0]
    hours = [{"days": ["mon-sun"], "from": "00:00", "to": "24:00"}]
    campaign |= {
        "floors": [{"name": state, "when": {"fact": "state", "equals": state}, "floor": "1.25"} for state in STATES],
        "margin": "10%",
        "margins": [{"name": "night", "hours": hours, "from_price": "1000", "margin": "12%"}],
        "least_margin": "5%",
        "breaker": {},
    }
    campaign["tiers"][0] |= {"pricing": {"rule": "second", "step": "0.01"}}
    source["payout"]["rules"] = [{"name": "top", "from_price": "40", "share": "85%"}]
    source["buyer_caps"] = {row["slug"]: [{"window": "day", "leads": 100_000_000}] for row in rows["buyer"]}
    rows["group"] = [{"slug": "all", "caps": [{"window": "day", "leads": 100_000_000}]}]
    for number, buyer in enumerate(rows["buyer"]):
        buyer |= {"notices": {}, "pings": {"per_second": 1_000_000}} | ({"group": "all"} if number == 0 else {})
    for number, offer in enumerate(rows["offer"]):
        offer["caps"][0]["paced"] = True
        offer |= {"handicap": f"{number}%", "schedule": {"slots": hours}, "pings": {"per_second": 1_000_000}}
    return {kind: {row["slug"]: msgspec.convert(row, KINDS[kind]) for row in found} for kind, found in rows.items()}


def cost(rig: Path, market: Any, seconds: int, connections: int) -> dict[str, Any]:
    """Figures at saturation, one process, without traffic."""
    with tempfile.TemporaryDirectory(prefix="outbid-bench-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        with Bench(rig, folder, 1, [], market, traffic=False) as bench:
            bench.load(["-c", str(connections), "-w", "0", "-d", "2"])  # warm
            found: dict[str, Any] = bench.load(["-c", str(connections), "-w", "1", "-d", str(seconds)])
            return found


def main() -> None:
    """Measure in turns, show the medians and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=6)
    parser.add_argument("--connections", type=int, default=128)
    given = parser.parse_args()
    source = find_rig()
    if source is None:
        raise SystemExit("the measuring rig is not here: set OUTBID_RIG to the folder that holds fleet.c")
    figures: dict[str, list[float]] = {"none": [], "all": []}
    with tempfile.TemporaryDirectory(prefix="outbid-rig-") as folder:
        rig = build_rig(source, Path(folder))
        for _ in range(given.turns):
            for name, market in (("none", plain.nouns), ("all", nouns)):
                found = cost(rig, market, given.seconds, given.connections)
                figures[name].append(found["together_us"])
                print(
                    f"rules: {name}: {found['leads_per_s']:.0f} leads/s; exchange {found['exchange_us']}"
                    f" + PostgreSQL {found['postgresql_us']} µs a lead; {found['outcomes']}; errors {found['errors']}"
                )
    none, every = (statistics.median(figures[name]) for name in ("none", "all"))
    print(f"a lead under all rules costs {every / none:.2f} times one under none ({every:.0f} and {none:.0f} µs)")


if __name__ == "__main__":
    main()
