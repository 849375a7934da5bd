"""Embedded servers for tests: started here, or by an app that can be killed."""

import asyncio
import subprocess
import sys
from pathlib import Path

import asyncpg

from outbid.store.server import EmbeddedServer
from outbid.store.server.place import place_of

APP = """
import sys, time
from pathlib import Path
from outbid.store.server import EmbeddedServer
server = EmbeddedServer(Path(sys.argv[1]), fast_unsafe=True).start()
print(server.pid, server.owned, flush=True)
time.sleep(60)
"""


def end_server(data: Path) -> None:
    if (data / "postmaster.pid").exists():
        embedded = embed(data, wait_s=10)
        assert embedded.start().owned
        embedded.stop()


def embed(data: Path, **options) -> EmbeddedServer:
    return EmbeddedServer(data, **{"fast_unsafe": True, "wait_s": 30, **options})


def start_app(data: Path) -> subprocess.Popen:
    return subprocess.Popen([sys.executable, "-c", APP, str(data)], stdout=subprocess.PIPE, text=True)


def kill(process: subprocess.Popen) -> None:
    process.kill()
    process.wait()
    process.stdout.close()


def ask(url: str, query: str):
    async def fetch():
        connection = await asyncpg.connect(url)
        try:
            return await connection.fetchval(query)
        finally:
            await connection.close()

    return asyncio.run(fetch())


def name_of(data: Path) -> str:
    return place_of(data).name
