"""The oldest PostgreSQL that is supported, where this machine has one: the schema applies, and a lead is sold on it."""

import os
import pwd
import shutil
import subprocess
from pathlib import Path

import asyncpg
import pytest

from harness.buyers import ACCEPT, Buyers, bid
from harness.house import open_house
from harness.market import lead, nouns, offer
from outbid.store.upkeep.migrate import migrate

OLDEST = 15
PLACES = (f"/usr/lib/postgresql/{OLDEST}/bin", f"/opt/homebrew/opt/postgresql@{OLDEST}/bin", f"/usr/pgsql-{OLDEST}/bin")
BIN = next((Path(place) for place in PLACES if (Path(place) / "initdb").exists()), None)
pytestmark = pytest.mark.skipif(
    BIN is None, reason=f"this machine has no PostgreSQL {OLDEST}: Debian's package has one"
)


def _run(*words: object) -> None:
    """As the account `postgres` where we are root, who may run no server."""
    root = os.geteuid() == 0
    account = {"user": "postgres", "group": "postgres", "extra_groups": []} if root else {}
    subprocess.run([str(word) for word in words], check=True, capture_output=True, timeout=120, cwd="/", **account)


@pytest.fixture
def oldest(server_folder):
    """A server of that version, at its own socket: the URL of its database."""
    assert BIN is not None
    folder = server_folder / "oldest"
    folder.mkdir()
    if os.geteuid() == 0:
        account = pwd.getpwnam("postgres")
        os.chown(folder, account.pw_uid, account.pw_gid)
    data = folder / "data"
    _run(BIN / "initdb", "-D", data, "-A", "trust", "-U", "outbid", "--encoding=UTF8", "--locale=C")
    options = f"-c listen_addresses='' -c unix_socket_directories='{folder}' -c fsync=off"
    _run(BIN / "pg_ctl", "-D", data, "-w", "-l", folder / "log", "-o", options, "start")
    yield f"postgresql://outbid@/postgres?host={folder}&port=5432"
    _run(BIN / "pg_ctl", "-D", data, "-w", "-m", "immediate", "stop")
    shutil.rmtree(folder, ignore_errors=True)


async def test_the_schema_applies_and_a_lead_is_sold_on_the_oldest_server(oldest):
    connection = await asyncpg.connect(oldest)
    assert int(await connection.fetchval("show server_version_num")) // 10_000 == OLDEST
    await connection.close()
    await migrate(oldest)
    async with Buyers() as buyers:
        buyers.on("a", ping=bid("10"), post=ACCEPT)
        market = nouns([offer("a", buyers.port, caps=[{"window": "day", "leads": 5, "look_back": True}])])
        async with open_house(oldest, oldest, market) as house:
            for _ in range(3):
                assert (await house.sell(lead())).json["outcome"] == "sold"
            assert (await house.balance()).faults == ()
