"""A database of its own for one measurement: made, migrated, and gone with it."""

import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from outbid.store.server import EmbeddedServer
from outbid.store.upkeep.migrate import migrate


def on_a_fresh_database(work: Callable[[str], Awaitable[dict[str, Any]]]) -> dict[str, Any]:
    """What `work` finds, which is given the owner's URL."""
    with tempfile.TemporaryDirectory(prefix="outbid-bench-") as name:
        folder = Path(name)
        folder.chmod(0o711)  # as root the server runs as somebody else, who has to pass through
        with EmbeddedServer(folder / "database") as server:
            url = server.start().url
            asyncio.run(migrate(url))
            return asyncio.run(work(url))  # type: ignore[arg-type]
