"""The figures of one exchange process, read where they are kept anyway when somebody asks for them."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Literal

import msgspec

from outbid.api.intake import Intake
from outbid.core.tally.histogram import bucket_of
from outbid.exchange.exchange import Exchange
from outbid.exchange.outbound import Outbound
from outbid.store.commit.journal import Commits

_MEMORY: Final = Path("/proc/self/statm")
_RESIDENT: Final = 1
BOUNDS_MS: Final = tuple(1 << n for n in range(13))


class Figure(msgspec.Struct, frozen=True):
    """One figure: its name behind `outbid_`, what it counts, and its values by the label that tells them apart.

    `label` is empty where there is only one value, which then stands under the empty text. The values of a histogram
    are how many did not pass each bound; `sum` is what all of them come to.
    """

    name: str
    kind: Literal["counter", "gauge", "histogram"]
    meaning: str
    values: dict[str, float]
    label: str = ""
    sum: float = 0.0


def figures_of(intake: Intake, exchange: Exchange) -> Iterator[Figure]:
    """Everything there is to tell of this process now."""
    yield Figure("leads_total", "counter", "Leads answered since the start.", dict(intake.outcomes), "outcome")
    yield Figure(
        "turned_away_total", "counter", "Requests answered 503 for too much work.", {"": intake.gate.turned_away}
    )
    yield _one("leads_in_flight", "Leads between arrival and answer.", len(exchange.in_flight))
    yield _one("leads_dropped", "Leads that met a fault and are to be taken up again.", len(exchange.dropped))
    yield _one("journal_waiting", "Chapters that wait for the next commit.", exchange.journal.waiting())
    yield _one("journal_wait_seconds", "Since when the oldest chapter waits.", exchange.journal.waited(exchange.now()))
    yield from _journal(exchange.journal.commits)
    yield _one("ready", "1 if leads are taken, 0 if not.", intake.is_ready())
    yield from _connections(exchange)
    yield _one("breakers_open", "Offers that are not asked because they give no answer.", exchange.breakers.open())
    yield _one("market_version", "Version of the market that new leads meet.", exchange.market.version)
    yield _one("lane", "The lane that this process writes in.", exchange.lane)
    yield _one("uptime_seconds", "Since the process began to take leads.", exchange.now() - intake.started)
    if (resident := _resident_bytes()) is not None:
        yield _one("resident_bytes", "Memory that the process holds.", resident)


def _one(name: str, meaning: str, value: float) -> Figure:
    return Figure(name, "gauge", meaning, {"": value})


def _journal(commits: Commits) -> Iterator[Figure]:
    yield Figure("journal_batches_total", "counter", "Batches that were committed.", {"": commits.batches})
    yield Figure("journal_chapters_total", "counter", "Chapters that were committed.", {"": commits.entries})
    within: dict[str, float] = {f"{ms / 1000:g}": sum(commits.histogram[: bucket_of(ms)]) for ms in BOUNDS_MS}
    yield Figure(
        "journal_commit_seconds",
        "histogram",
        "How long a batch took to be durable.",
        within | {"+Inf": commits.batches},
        "le",
        commits.seconds,
    )


def _connections(exchange: Exchange) -> Iterator[Figure]:
    if isinstance(exchange.door, Outbound):
        counts = exchange.door.stats().values()
        yield Figure(
            "outbound_connections",
            "gauge",
            "Connections to buyers: idle, or with a request on its way.",
            {"idle": sum(count.idle for count in counts), "in_flight": sum(count.in_flight for count in counts)},
            "state",
        )


def _resident_bytes() -> int | None:
    """None where the system does not tell it as Linux does."""
    try:
        return int(_MEMORY.read_text().split()[_RESIDENT]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return None
