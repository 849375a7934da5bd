"""What goes wrong on our side: told plainly, with no inside shown, and tried again where that helps."""

import gc

from api.operator.asking import ask, version_of
from api.problems import assert_problem
from outbid.api.door import desk as desks
from outbid.api.door.desk import Desk
from outbid.api.operator.market import nouns
from outbid.store import market as markets


def desk_of(house) -> Desk:
    return next(
        found for found in gc.get_objects() if isinstance(found, Desk) and found.exchange is house.process.exchange
    )


async def test_a_database_that_does_not_answer_is_told(house, monkeypatch):
    monkeypatch.setattr(desks, "WAIT_S", 0.1)
    async with desk_of(house).database():  # the only connection of this house
        answer = await ask(house, "GET", "/v1/sellers")
        assert_problem(answer, 503, "database_away")
        assert answer.headers["retry-after"] == "1"
    assert (await ask(house, "GET", "/v1/sellers")).status == 200


async def test_a_connection_that_broke_is_made_anew(house):
    async with desk_of(house).database() as connection:
        pid = await connection.fetchval("select pg_backend_pid()")
    await house.connection.execute("select pg_terminate_backend($1)", pid)
    statuses = {(await ask(house, "GET", "/v1/sellers")).status for _ in range(2)}
    assert statuses <= {200, 503}
    assert (await ask(house, "GET", "/v1/sellers")).status == 200


async def test_a_fault_of_ours_shows_nothing_of_the_inside(house, monkeypatch):
    async def breaks(*_: object) -> None:
        raise ZeroDivisionError("the inside of the house")

    monkeypatch.setattr(nouns.kept_nouns, "page", breaks)
    answer = await ask(house, "GET", "/v1/sellers")
    assert_problem(answer, 500, "fault")
    assert b"inside" not in answer.body
    monkeypatch.undo()
    assert (await ask(house, "GET", "/v1/sellers")).status == 200


async def test_who_was_overtaken_begins_again_by_himself(house, monkeypatch):
    real, tries = markets.write, []

    async def overtaken(connection, based_on, *more):
        tries.append(based_on)
        if len(tries) < 3:
            raise markets.Stale
        return await real(connection, based_on, *more)

    monkeypatch.setattr(markets, "write", overtaken)
    assert (await ask(house, "PUT", "/v1/sellers/new", {}, If_None_Match="*")).status == 201
    assert len(tries) == 3


async def test_who_is_overtaken_all_the_time_is_told_so(house, monkeypatch):
    async def overtaken(*_: object) -> int:
        raise markets.Stale

    before = await version_of(house)
    monkeypatch.setattr(markets, "write", overtaken)
    assert_problem(await ask(house, "PUT", "/v1/sellers/new", {}, If_None_Match="*"), 409, "market_moved")
    monkeypatch.undo()
    assert await version_of(house) == before


async def test_a_change_that_fails_leaves_no_number_behind(house):
    numbers = await house.connection.fetch("select kind, last from noun_number order by kind")
    body = {"sellers": [{"slug": "new"}], "buyers": [{"slug": "new", "zone": "Mars/Base"}]}
    assert (await ask(house, "POST", "/v1/market", body, If_Match="*")).status == 422
    assert await house.connection.fetch("select kind, last from noun_number order by kind") == numbers
