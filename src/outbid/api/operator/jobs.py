"""Jobs: what waits to be done, what could not be done, and another try for it."""

import re
from typing import Annotated

import msgspec
from litestar import Response
from litestar.handlers import HTTPRouteHandler
from msgspec import Meta

from outbid.api.door.desk import Desk, answer, route
from outbid.api.door.refusal import Refused
from outbid.api.said.description import Said
from outbid.api.said.instants import utc
from outbid.api.said.paging import Limit, Text
from outbid.api.said.reading import Asked
from outbid.core.scope import HOUSE
from outbid.store import jobs

PATH = "/v1/jobs"
_ID = re.compile(r"[0-9a-f]{32}")
_WHY = {"unknown": "job_unknown", "not_dead": "job_not_dead", "open_already": "job_open_already"}


class JobsWish(msgspec.Struct, frozen=True):
    """Which jobs."""

    state: Annotated[jobs.State | None, Meta(description="open: will be tried; dead: was given up")] = None
    cursor: Annotated[Text, Meta(description="`next` of the page before")] = ""
    limit: Limit = 100


class JobTold(msgspec.Struct, frozen=True):
    """A job that is not done. `key` names the work; `error` is what the last try met.

    run_at  when an open job is tried; while somebody works on it, when somebody else would
    """

    id: str
    kind: str
    key: str
    state: jobs.State
    run_at: str
    attempt: int
    most_attempts: int
    error: str


class JobPage(msgspec.Struct, frozen=True):
    """A page of jobs, the newest first."""

    items: list[JobTold]
    next: str | None


class Jobs:
    """The routes of jobs."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[HTTPRouteHandler]:
        """List, and try again."""
        listed = Said(
            summary="Jobs that wait, and those that were given up",
            query=JobsWish,
            answers={200: ("the newest first", JobPage)},
        )
        again = Said(
            summary="Try a dead job again",
            path={"job": "the job's id"},
            answers={204: ("it is open, with all of its attempts before it", None)},
            problems=tuple(_WHY.values()),
        )
        return [
            route("GET", PATH, listed, self._list),
            route("POST", f"{PATH}/{{job:str}}/again", again, self._again),
        ]

    async def _list(self, request: Asked) -> Response[bytes]:
        asked: JobsWish = request.state.query
        if asked.cursor and not _ID.fullmatch(asked.cursor):
            raise Refused("parameter_faulty", "cursor: take `next` of the page before as it is")
        before = bytes.fromhex(asked.cursor) or jobs.LAST
        async with self._desk.database() as connection:
            found = await jobs.kept(connection, HOUSE, self._desk.exchange.cell, asked.state, before, asked.limit + 1)
        rows = [_told(job) for job in found[: asked.limit]]
        return answer(JobPage(rows, rows[-1].id if len(found) > asked.limit else None))

    async def _again(self, request: Asked) -> Response[bytes]:
        text: str = request.path_params["job"]
        if not _ID.fullmatch(text):
            raise Refused("job_unknown")
        exchange = self._desk.exchange
        async with self._desk.database() as connection:
            done = await jobs.again(connection, exchange.cell, bytes.fromhex(text), exchange.clock.now_ms())
        if done != "open":
            raise Refused(_WHY[done])
        return answer(None, 204)


def _told(job: jobs.Kept) -> JobTold:
    return JobTold(
        job.id.hex(), job.kind, job.key, job.state, utc(job.run_at_ms), job.attempt, job.most_attempts, job.error
    )
