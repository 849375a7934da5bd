"""Steps of offers, written once each, and read."""

import msgspec

from outbid.core.control.health import Figure, Stage, Why
from outbid.core.scope import Scope
from outbid.store.database import Connection

CHANNEL = "outbid_control"
RULES = "rules"
"""Who took a step that no person took."""


class Stands(msgspec.Struct, frozen=True):
    """How an offer stands. `share` in millionths; `n`: the number of its last step."""

    offer: int
    level: int
    share: int
    pauses: int
    since_ms: int
    n: int


class Step(msgspec.Struct, frozen=True):
    """A step: when, by whom, why, where to, and on which figures."""

    n: int
    at_ms: int
    by: str
    why: Why
    stage: Stage
    share: int
    figures: list[Figure]


async def stands(connection: Connection, scope: Scope) -> list[Stands]:
    """Every offer that ever took a step. Only the house may ask: any other scope raises PermissionError."""
    if scope.kind != "house":
        raise PermissionError("only the house reads how offers stand")
    rows = await connection.fetch("select offer, level, share, pauses, since, n from control order by offer")
    return [Stands(*row.values()) for row in rows]


async def taken(connection: Connection, scope: Scope, offer: int, before: int, most: int) -> list[Step]:
    """The steps of an offer, the newest first, from before a number on. Only the house may ask: PermissionError."""
    if scope.kind != "house":
        raise PermissionError("only the house reads why offers stand as they do")
    rows = await connection.fetch(
        """select n, at, by, why, stage, share, figures from control_step
            where offer = $1 and n < $2 order by n desc limit $3""",
        offer,
        before,
        most,
    )
    return [
        Step(
            row["n"],
            row["at"],
            row["by"],
            row["why"],
            row["stage"],
            row["share"],
            msgspec.json.decode(row["figures"], type=list[Figure]),
        )
        for row in rows
    ]


async def take(connection: Connection, now: Stands, step: Step) -> bool:
    """Write a step and what follows from it, and tell all processes. False: another step was taken meanwhile."""
    done = await connection.fetchval(
        """with stood as (
             insert into control as c (offer, level, share, pauses, since, n) values ($1, $2, $3, $4, $5, $6)
             on conflict (offer) do update
               set level = excluded.level, share = excluded.share, pauses = excluded.pauses, since = excluded.since,
                   n = excluded.n
              where c.n = excluded.n - 1
             returning 1
           ), told as (
             insert into control_step (offer, n, at, by, why, stage, share, figures)
             select $1, $6, $5, $7, $8, $9, $3, $10::jsonb from stood returning 1
           )
           select pg_notify($11, $1::text) is not null from told""",
        now.offer,
        now.level,
        now.share,
        now.pauses,
        now.since_ms,
        now.n,
        step.by,
        step.why,
        step.stage,
        msgspec.json.encode(step.figures),
        CHANNEL,
    )
    return done is not None
