"""The database as the commands use it: the embedded server, or one by URL; migrated, with a connection."""

import asyncio
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar

from outbid.exchange.clock import Clock, noise_source
from outbid.master_key import master_keys
from outbid.settings import Settings

if TYPE_CHECKING:
    from outbid.store.vault import Vault

Result = TypeVar("Result")


class Database:
    """A running database. As a context manager it starts the embedded server if need be, and stops what it started.

    `url` is for the run time, with `role` as the role to act as; `owner_url` logs in as the owner of the tables.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._embedded: Any = None
        self.owner_url = settings.database_url or ""
        self.url = self.owner_url
        self.role: str | None = None

    def __enter__(self) -> Self:
        """Start or find the server. The master key comes first: a database without its key is a fault, not a start."""
        master_keys(self._settings)
        if self._settings.database_url is None:
            from outbid.store.server import EmbeddedServer

            self._embedded = EmbeddedServer(self._settings.database_dir, binaries=self._settings.postgres)
            self._server = self._embedded.start()
            self.owner_url = self._server.url
            self.url = self._server.app_url
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop the embedded server if this process owns it."""
        if self._embedded is not None:
            self._embedded.stop()

    def revive(self) -> bool:
        """Start the embedded server again if it died; True if it had."""
        if self._embedded is None or self._embedded.poll() is None:
            return False
        self._embedded.revive()
        return True

    def migrate(self) -> list[str]:
        """Bring the schema up to date; returns the names of what was applied."""
        from outbid.store.upkeep.migrate import migrate

        password = None if self._embedded is None else self._server.app_password
        done = asyncio.run(migrate(self.owner_url, app_password=password))
        if self._embedded is None:
            self.role = done.app_role
        self.do_chores()
        return list(done.applied)

    def do_chores(self) -> None:
        """Make the partitions of the coming weeks, sweep what has ended, empty or drop what is old, merge tallies."""
        from outbid.store.upkeep.chores import do_chores

        given = (self._settings.traffic_days, self._settings.history_days, self._settings.zone)
        asyncio.run(self._with(self.owner_url, None, lambda c: do_chores(c, Clock().now_ms(), *given)))

    def vault(self) -> "Vault":
        """What seals and opens with the master keys, which are this database's. Raises WrongKey."""
        from outbid.store.key_check import fit
        from outbid.store.vault import Vault

        vault = Vault(master_keys(self._settings), noise_source())
        self.use(lambda connection: fit(connection, vault))
        return vault

    def use(self, work: Callable[[Any], Awaitable[Result]]) -> Result:
        """Run something with a connection of the run-time role."""
        return asyncio.run(self._with(self.url, self.role, work))

    async def _with(self, url: str, role: str | None, work: Callable[[Any], Awaitable[Result]]) -> Result:
        from outbid.store.database import connect

        connection = await connect(url, role=role)
        try:
            return await work(connection)
        finally:
            await connection.close()
