"""The embedded server as root and not as root, in folders that its account cannot pass through."""

import os
import shutil
import stat
import traceback
from pathlib import Path

import asyncpg
import pytest

from outbid.store.server import EmbeddedServer, ServerFault, find_binaries
from outbid.store.server import binaries as programs
from outbid.store.server.machine.account import Account, choose_account
from outbid.store.server.place import place_of

IS_ROOT = os.name == "posix" and os.geteuid() == 0
as_root = pytest.mark.skipif(not IS_ROOT, reason="needs to be root")
NOBODY = 65534


@pytest.fixture
def closed(server_folder):
    """A folder that only we may enter, like root's home."""
    closed = server_folder / "home"
    closed.mkdir(mode=0o700)
    return closed


def use(data: Path, **options) -> EmbeddedServer:
    """Start, look, stop, and again: the second time nothing has to be made."""
    for _ in range(2):
        with EmbeddedServer(data, fast_unsafe=True, wait_s=30, **options) as embedded:
            assert embedded.poll() is None
    return embedded


def as_nobody(work) -> None:
    """Do the work in a child that gave root up; what it raises is raised here as text."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
            work()
        except BaseException:
            os.write(writing, traceback.format_exc().encode()[-4000:])
        finally:
            os._exit(0)
    os.close(writing)
    with open(reading) as pipe:
        failure = pipe.read()
    os.waitpid(child, 0)
    assert failure == ""


@as_root
def test_as_root_the_server_runs_as_somebody_else_and_no_folder_is_opened(closed, server_folder):
    data = closed / "checkout" / "var" / "database"
    use(data)
    assert data.stat().st_uid != 0
    assert [stat.S_IMODE(path.stat().st_mode) for path in (closed, data)] == [0o700, 0o700]
    assert closed.stat().st_uid == data.parent.stat().st_uid == 0


@as_root
def test_as_root_a_killed_server_in_a_closed_folder_is_revived(closed):
    with EmbeddedServer(closed / "database", fast_unsafe=True, wait_s=30) as embedded:
        os.kill(embedded.server.pid, 9)
        embedded.wait()
        embedded.revive()


@as_root
def test_as_root_programs_in_a_closed_folder_are_copied_once(closed, server_folder, monkeypatch):
    package = find_binaries().folder.parent.parent
    inside = closed / "site-packages" / package.name
    shutil.copytree(find_binaries().folder.parent, inside / "pginstall", symlinks=True)
    libraries = package.with_name(package.name + ".libs")
    if libraries.is_dir():
        shutil.copytree(libraries, inside.with_name(libraries.name))
    monkeypatch.setattr(programs, "COPIES", (server_folder / "copies",))
    use(server_folder / "database", binaries=inside / "pginstall" / "bin")
    copies = list((server_folder / "copies").iterdir())
    assert [copy.name.rpartition("-")[0] for copy in copies] == [f"postgresql-{find_binaries().version}"]
    assert all(not path.lstat().st_mode & 0o022 or path.is_symlink() for path in copies[0].rglob("*"))


@as_root
def test_as_root_a_folder_of_copies_that_others_can_write_to_is_not_trusted(server_folder, monkeypatch):
    (server_folder / "copies").mkdir()
    (server_folder / "copies").chmod(0o777)
    monkeypatch.setattr(programs, "COPIES", (server_folder / "copies",))
    monkeypatch.setattr(programs, "_can_run", lambda binaries, account: False)
    with pytest.raises(ServerFault, match="cannot reach its programs"):
        EmbeddedServer(server_folder / "database", fast_unsafe=True).start()
    assert list((server_folder / "copies").iterdir()) == []


@as_root
def test_as_root_a_data_folder_that_was_copied_by_root_is_opened(server_folder):
    use(server_folder / "database")
    for path in (server_folder / "database", *(server_folder / "database").rglob("*")):
        os.chown(path, 0, 0)
    use(server_folder / "database")


@as_root
def test_as_root_the_owner_of_a_data_folder_goes_on_running_it(server_folder):
    folder = server_folder / "nobodys"
    folder.mkdir()
    os.chown(folder, NOBODY, NOBODY)
    as_nobody(lambda: use(folder / "database"))
    use(folder / "database")
    assert (folder / "database").stat().st_uid == NOBODY
    as_nobody(lambda: use(folder / "database"))


@as_root
def test_a_socket_folder_that_somebody_else_made_first_is_not_used(server_folder):
    data = server_folder / "database"
    taken = Path("/tmp") / place_of(data).name
    taken.mkdir(mode=0o777)
    os.chown(taken, 12345, 12345)
    try:
        with EmbeddedServer(data, fast_unsafe=True, wait_s=30) as embedded:
            assert embedded.server.socket_dir == taken.with_name(taken.name + "-1")
            assert list(taken.iterdir()) == []
    finally:
        taken.rmdir()


@as_root
def test_somebody_else_s_data_folder_is_refused_with_a_sentence(server_folder):
    use(server_folder / "database")

    def look() -> None:
        with pytest.raises(ServerFault, match=r"cannot be locked|belongs to another user"):
            EmbeddedServer(server_folder / "database", wait_s=1).start()

    server_folder.chmod(0o755)
    as_nobody(look)


@as_root
def test_as_root_without_any_account_a_sentence_says_what_to_do(monkeypatch, server_folder):
    monkeypatch.setattr("outbid.store.server.machine.account.PREFERRED", ("nobody-of-this-name",))
    with pytest.raises(ServerFault, match="Start as a user that is not root"):
        EmbeddedServer(server_folder / "database").start()


@as_root
def test_where_working_folders_cannot_be_reached_a_sentence_says_what_to_do(monkeypatch, closed):
    monkeypatch.setattr("outbid.store.server.machine.account.WORKING_FOLDER", Path("/nowhere"))
    with pytest.raises(ServerFault, match="a folder above it is closed"):
        EmbeddedServer(closed / "database").start()


@pytest.mark.skipif(IS_ROOT, reason="needs not to be root")
def test_not_as_root_the_server_runs_as_we_do(server_folder):
    assert choose_account(server_folder / "database") == Account(os.geteuid(), os.getegid(), switch=False)
    use(server_folder / "database")


def test_the_password_is_neither_in_the_record_of_a_server_nor_in_its_processes(server_folder):
    with EmbeddedServer(server_folder / "database", fast_unsafe=True, wait_s=30) as embedded:
        password = embedded.server.app_password
        assert password not in repr(embedded.server)
        for entry in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                assert password.encode() not in entry.read_bytes()
            except OSError:
                continue


def test_a_server_that_is_stopped_ends_open_sessions(server_folder):
    import asyncio

    async def hold_on(embedded: EmbeddedServer) -> None:
        connection = await asyncpg.connect(embedded.server.url)
        await connection.execute("begin; create table t (n int)")
        await asyncio.to_thread(embedded.stop, 10)
        connection.terminate()

    embedded = EmbeddedServer(server_folder / "database", fast_unsafe=True, wait_s=30)
    embedded.start()
    asyncio.run(hold_on(embedded))
    assert embedded.poll() is not None
