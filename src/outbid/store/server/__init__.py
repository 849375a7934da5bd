"""The embedded PostgreSQL server: found, made, started, adopted, watched and stopped."""

from outbid.store.server.answer import Server
from outbid.store.server.binaries import Binaries, find_binaries
from outbid.store.server.embedded import EmbeddedServer
from outbid.store.server.place import APP_ROLE, DATABASE, OWNER_ROLE, ServerFault

__all__ = [
    "APP_ROLE",
    "DATABASE",
    "OWNER_ROLE",
    "Binaries",
    "EmbeddedServer",
    "Server",
    "ServerFault",
    "find_binaries",
]
