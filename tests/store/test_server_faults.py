"""What can happen to an embedded server and to the apps around it: each fault stands above its tests."""

import asyncio
import os
import signal
import subprocess
import threading
import time
from pathlib import Path

import asyncpg
import pytest

from outbid.store.server import ServerFault
from outbid.store.server.machine.account import choose_account
from outbid.store.server.machine.processes import find_process
from store.embedded import ask, embed, kill, name_of, start_app

# kill -9 of the server ------------------------------------------------------------------------------------------------


def test_a_killed_server_is_noticed_and_revived_with_its_data(data):
    with embed(data, settings={"synchronous_commit": "on"}) as embedded:
        ask(embedded.server.url, "create table if not exists kept as select 7 as n")
        killed = embedded.server
        os.kill(killed.pid, signal.SIGKILL)
        assert embedded.wait() == -signal.SIGKILL
        assert embedded.poll() == -signal.SIGKILL
        revived = embedded.revive()
        assert revived.pid != killed.pid
        assert (revived.url, ask(revived.url, "select n from kept")) == (killed.url, 7)
        assert embedded.revive() is revived


async def test_a_busy_session_of_a_killed_server_does_not_stop_the_revival(data):
    embedded = embed(data)
    server = await asyncio.to_thread(embedded.start)
    connection = await asyncpg.connect(server.url)
    busy = asyncio.create_task(connection.execute("select count(*) from generate_series(1, 100000000000)"))
    await asyncio.sleep(0.2)
    os.kill(server.pid, signal.SIGKILL)
    await asyncio.to_thread(embedded.wait)
    await asyncio.to_thread(embedded.revive)
    with pytest.raises((asyncpg.PostgresError, OSError)):
        await busy
    await asyncio.to_thread(embedded.stop)


# kill -9 of the app ---------------------------------------------------------------------------------------------------


def test_the_server_of_a_killed_app_is_adopted_and_can_be_stopped(data):
    app = start_app(data)
    pid = int(app.stdout.readline().split()[0])
    kill(app)
    embedded = embed(data)
    server = embedded.start()
    assert (server.pid, server.owned, embedded.process, embedded.poll()) == (pid, True, None, None)
    embedded.stop()
    assert find_process(pid) is None or find_process(pid).dead
    assert embedded.start().pid != pid
    embedded.stop()


def test_an_adopted_server_that_dies_is_noticed_and_revived(data):
    app = start_app(data)
    app.stdout.readline()
    kill(app)
    embedded = embed(data)
    os.kill(embedded.start().pid, signal.SIGKILL)
    assert embedded.wait() == 255
    assert ask(embedded.revive().url, "select 1") == 1
    assert embedded.process is not None
    embedded.stop()


def test_a_server_whose_socket_was_removed_is_replaced(data):
    app = start_app(data)
    pid = int(app.stdout.readline().split()[0])
    kill(app)
    for path in Path("/tmp").glob(f"{name_of(data)}*/.s.*"):
        path.unlink()
    with embed(data) as embedded:
        assert embedded.server.pid != pid


def test_an_app_killed_while_it_makes_the_data_folder_leaves_nothing_half_made(new_data):
    app = start_app(new_data)
    while not list(new_data.parent.glob("database.half-*/base")):
        time.sleep(0.001)
    kill(app)
    assert not new_data.exists()
    with embed(new_data) as embedded:
        assert ask(embedded.server.url, "select 1") == 1
    with embed(new_data):
        assert list(new_data.parent.glob("*.half-*")) == []


# Several processes ----------------------------------------------------------------------------------------------------


def test_of_two_starters_at_once_one_owns_the_server_and_both_are_connected(new_data):
    apps = [start_app(new_data) for _ in range(2)]
    said = [app.stdout.readline().split() for app in apps]
    for app in apps:
        kill(app)
    assert said[0][0] == said[1][0]
    assert sorted(owned for _, owned in said) == ["False", "True"]


def test_who_does_not_own_the_server_does_not_stop_it_and_takes_over_when_the_owner_is_gone(data):
    owner, guest = embed(data), embed(data)
    first = owner.start()
    assert (guest.start().pid, guest.server.owned, guest.poll()) == (first.pid, False, None)
    guest.stop()
    assert owner.poll() is None
    guest.start()
    owner.stop()
    assert guest.poll() == 255
    assert guest.revive().owned
    guest.stop()


def test_many_starters_in_one_process_get_one_server(data):
    starters = [embed(data) for _ in range(4)]
    threads = [threading.Thread(target=starter.start) for starter in starters]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({starter.server.pid for starter in starters}) == 1
    assert [starter.server.owned for starter in starters].count(True) == 1
    for starter in sorted(starters, key=lambda starter: starter.server.owned):
        starter.stop()


def test_a_forked_child_that_outlives_the_owner_does_not_keep_the_lock(data):
    owner = embed(data)
    owner.start()
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writing, b"!")
        time.sleep(20)
        os._exit(0)
    os.read(reading, 1)
    try:
        owner._lock.release()  # what the kernel does when the owner is killed
        with embed(data, wait_s=2) as heir:
            assert heir.server.owned
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(reading)
        os.close(writing)


# Stale pid files ------------------------------------------------------------------------------------------------------


def leave_pid_file(data: Path, pid: int | None) -> None:
    """Put the pid file of a crashed server there, with another number in its first line."""
    with embed(data) as embedded:
        lines = (data / "postmaster.pid").read_text().splitlines()
        pid = pid or embedded.server.pid
    account = choose_account(data)
    path = data / "postmaster.pid"
    path.write_text("\n".join([str(pid), *lines[1:]]) + "\n")
    path.chmod(0o600)
    account.own(path)


def sleeper(data: Path) -> subprocess.Popen:
    """A process of the server's account that is no server."""
    data.parent.mkdir(exist_ok=True)
    return subprocess.Popen(["sleep", "60"], cwd="/", stdout=subprocess.PIPE, **choose_account(data).switching())


def test_a_pid_file_of_a_process_that_is_gone_does_not_matter(data):
    leave_pid_file(data, None)
    with embed(data) as embedded:
        assert ask(embedded.server.url, "select 1") == 1


def test_a_pid_file_whose_number_another_process_has_by_now_does_not_matter(data):
    other = sleeper(data)
    leave_pid_file(data, other.pid)
    with embed(data) as embedded:
        assert ask(embedded.server.url, "select 1") == 1
    assert other.poll() is None
    kill(other)


def test_a_pid_file_of_a_zombie_does_not_matter(data, monkeypatch):
    monkeypatch.setattr("outbid.store.server.machine.processes.REAPING_S", 0.2)
    zombie = sleeper(data)
    os.kill(zombie.pid, signal.SIGKILL)
    leave_pid_file(data, zombie.pid)
    assert find_process(zombie.pid).dead
    with embed(data) as embedded:
        assert ask(embedded.server.url, "select 1") == 1
    kill(zombie)


@pytest.mark.parametrize("content", ["", "x\ny\n", "\0" * 40])
def test_a_pid_file_that_says_nothing_is_told_in_a_sentence(data, content, monkeypatch):
    monkeypatch.setattr("outbid.store.server.launch.PASSING_S", 0)
    leave_pid_file(data, None)
    (data / "postmaster.pid").write_text(content)
    with pytest.raises(ServerFault, match=r"postmaster\.pid"):
        embed(data).start()
    (data / "postmaster.pid").unlink()
