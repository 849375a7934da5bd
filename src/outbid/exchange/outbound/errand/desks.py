"""The desks of one sender: a token for each OAuth client, a challenge for each server and user."""

import asyncio
from collections.abc import Callable
from functools import partial

from outbid.core.dialect.wire import Digest, Http, OAuth2, Target, Way
from outbid.exchange.outbound.errand.desk import Ask, Desk
from outbid.exchange.outbound.errand.digest import Challenges
from outbid.exchange.outbound.errand.tokens import Tokens
from outbid.recent import Recent

_REMEMBERED_USERS = 512
_USUAL_CONNECT_MS = 1_000
"""How long a digest's challenge may take to connect for where there is a second address to go to."""
_Origin = tuple[Digest, str, str, int]


class Desks:
    """What is known of signing in, for as long as it is used."""

    def __init__(self, loop: asyncio.AbstractEventLoop, ask: Ask, noise: Callable[[int], bytes]) -> None:
        self._loop, self._ask, self._noise = loop, ask, noise
        self._tokens: dict[OAuth2, Tokens] = {}
        self._challenges: Recent[_Origin, Challenges] = Recent(_REMEMBERED_USERS)

    def of(self, way: Way, bare: Target, method: str) -> Desk:
        """The desk for requests of a way to a target."""
        sign_in = way.sign_in
        if isinstance(sign_in, OAuth2):
            return self._tokens.get(sign_in) or self._client(sign_in)
        assert sign_in is not None
        origin = (sign_in, bare.scheme, bare.host, bare.port)
        return self._challenges.get(origin) or self._server(origin, way, bare, method)

    def close(self) -> None:
        """Stop whatever is under way."""
        for tokens in self._tokens.values():
            tokens.close()

    def _client(self, client: OAuth2) -> Tokens:
        made = Tokens(self._loop, self._ask, self._noise, client.request, partial(self._forget, client))
        self._tokens[client] = made
        return made

    def _forget(self, client: OAuth2) -> None:
        self._tokens.pop(client, None)

    def _server(self, origin: _Origin, way: Way, bare: Target, method: str) -> Challenges:
        connect_ms = way.connect_ms or (_USUAL_CONNECT_MS if way.second is not None else 0)
        plain = Way(certificate=way.certificate, connect_ms=connect_ms)
        knock = Http(bare, method, way=plain, has_lead=False)
        made = Challenges(self._loop, self._ask, self._noise, origin[0], knock)
        self._challenges.put(origin, made)
        return made
