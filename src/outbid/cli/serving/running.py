"""`outbid serve`, `demo`, `migrate` and `doctor`."""

import argparse
import sys

from outbid.cli.database import Database
from outbid.cli.fault import CommandError
from outbid.settings import Settings, SettingsError, read_settings


def settings() -> Settings:
    """The settings, or a clear error."""
    try:
        return read_settings()
    except SettingsError as error:
        raise CommandError(str(error)) from None


def serve(given: argparse.Namespace) -> int:
    """Run until SIGTERM or ^C."""
    from outbid.cli.serving.logs import start_log
    from outbid.cli.serving.serve import Supervisor

    found = settings()
    start_log(found.log)
    ready = f"Outbid listens on http://{found.host}:{found.port} with {found.processes} exchange processes."
    with Database(found) as database:
        database.migrate()
        database.vault()
        try:
            Supervisor(found, database, ready=lambda: print(ready, flush=True)).run()
        except OSError as error:
            raise CommandError(f"cannot listen on {found.host}:{found.port}: {error.strerror or error}") from None
    return 0


def demo(given: argparse.Namespace) -> int:
    """Run the exchange with the example market."""
    from outbid.cli.demo.run import run_demo

    return run_demo(settings(), given.market, given.rate)


def migrate(given: argparse.Namespace) -> int:
    """Bring the schema up to date."""
    with Database(settings()) as database:
        applied = database.migrate()
    print("\n".join(f"applied {name}" for name in applied) or "The schema is up to date.")
    return 0


def doctor(given: argparse.Namespace) -> int:
    """Run every check; exit code 1 if one fails."""
    from outbid.cli.doctor import examine

    failed = 0
    for finding in examine(settings()):
        print(f"{finding.mark}  {finding.sentence}", file=sys.stderr if finding.mark == "FAIL" else sys.stdout)
        failed += finding.mark == "FAIL"
    return 1 if failed else 0
