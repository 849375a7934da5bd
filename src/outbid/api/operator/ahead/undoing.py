"""One change of the market taken back alone, while nobody built upon it."""

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from outbid.api.door.desk import Desk, answer, route
from outbid.api.door.refusal import Refused
from outbid.api.operator.ahead.versions import PATH, Back, number_in
from outbid.api.operator.market.whole import Changed, told_of
from outbid.api.operator.market.writing import Nouns, change, present
from outbid.api.said.description import Said
from outbid.api.said.reading import Asked, condition_of, etag
from outbid.core.market.difference import taking_back
from outbid.core.market.noun import KINDS
from outbid.store import market as markets
from outbid.store.database import Connection

MOST_NAMED = 5


class Undoing:
    """The route that takes one version's change back."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[HTTPRouteHandler]:
        """Take back."""
        said = Said(
            summary="Take back what one version changed, and nothing later: a new version; keys stay as they are",
            path={"number": "the version's number"},
            query=Back,
            condition=("If-Match",),
            answers={200: ("what changed, or would", Changed)},
            etag=True,
            problems=("version_unknown", "change_built_upon", "market_moved", "market_faulty"),
        )
        return [route("POST", f"{PATH}/undo", said, self._undo)]

    async def _undo(self, request: Asked) -> Response[bytes]:
        number, how, condition = number_in(request), request.state.query, condition_of(request)

        async def edit(connection: Connection, version: int, nouns: markets.Nouns) -> dict[str, Nouns]:
            condition.check(version)
            if not 0 < number <= version:
                raise Refused("version_unknown")
            _, became = await markets.load(connection, number, (version, nouns))
            _, was = await markets.load(connection, number - 1, (number, became))
            wanted, moved = taking_back(_plain(was), _plain(became), _plain(nouns))
            if moved:
                more = f" and {len(moved) - MOST_NAMED} more" if len(moved) > MOST_NAMED else ""
                raise Refused("change_built_upon", f"changed since: {', '.join(moved[:MOST_NAMED])}{more}")
            if not wanted:
                raise Refused("change_built_upon", f"version {number} changed keys alone, and keys stay as they are")
            return wanted

        note = how.note or f"undid version {number}"
        written = await change(self._desk, request.state.asker, note, edit, {}, only_check=how.dry)
        told = Changed(written.version, how.dry, [told_of(row) for row in written.changes])
        return answer(told, headers=etag(written.version))


def _plain(nouns: markets.Nouns) -> dict[str, Nouns]:
    return {kind: present(nouns, kind) for kind in KINDS}
