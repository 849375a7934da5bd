"""`outbid users`: people who sign in to the operator's API, made, listed, taken away."""

import argparse
import getpass
import sys

from outbid.cli.database import Database
from outbid.cli.fault import CommandError
from outbid.cli.market import person
from outbid.settings import read_settings
from outbid.store.people import users


def add(given: argparse.Namespace) -> int:
    """Make a user."""
    password = _password()
    with Database(read_settings()) as database:
        database.migrate()
        made = database.use(lambda connection: users.create(connection, given.name, password, given.role))
    print(f"{made.name} may sign in now, as {made.role}.")
    return 0


def list_users(given: argparse.Namespace) -> int:
    """List everybody who may sign in."""
    with Database(read_settings()) as database:
        database.migrate()
        found = database.use(users.all_users)
    for user in found:
        print(f"{user.name:32} {user.role}")
    return 0


def change_role(given: argparse.Namespace) -> int:
    """Give a user another role."""
    with Database(read_settings()) as database:
        database.migrate()
        if not database.use(
            lambda connection: users.set_role(connection, given.name.strip().lower(), given.role, person())
        ):
            raise CommandError(f"there is no user {given.name!r}; see: outbid users list")
    print(f"{given.name} is {given.role} from now on.")
    return 0


def change_password(given: argparse.Namespace) -> int:
    """Give a user another password."""
    password = _password()
    with Database(read_settings()) as database:
        database.migrate()
        database.use(lambda connection: users.set_password(connection, given.name, password))
    print(f"{given.name} signs in with the new password from now on, and is signed out everywhere.")
    return 0


def remove(given: argparse.Namespace) -> int:
    """Take a user away."""
    with Database(read_settings()) as database:
        database.migrate()
        if not database.use(lambda connection: users.remove(connection, given.name, person())):
            raise CommandError(f"there is no user {given.name!r}; see: outbid users list")
    print(f"{given.name} may not sign in any more.")
    return 0


def _password() -> str:
    """The password, typed twice unseen; or the first line of standard input where that is no terminal."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    password = getpass.getpass("Password: ")
    if getpass.getpass("Once more: ") != password:
        raise CommandError("the passwords are not the same; nothing was changed")
    return password
