"""The command `outbid`: its words, and where each is done. Nothing heavy is imported before a command runs."""

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module

from outbid import __version__
from outbid.cli.commands.adding import Commands, word
from outbid.cli.commands.reporting import report_commands

DESCRIPTION = "Outbid, the open lead exchange: takes leads in, auctions them among buyers, posts, settles, explains."


def parser() -> argparse.ArgumentParser:
    """All commands and their options. Each names the module function that does it, as `module:function`."""
    root = argparse.ArgumentParser("outbid", description=DESCRIPTION)
    root.add_argument("--version", action="version", version=f"outbid {__version__}")
    commands = root.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _market_commands(commands)
    _dialect_commands(commands)
    _beginning_commands(commands)
    _lead_commands(commands)
    _people_commands(commands)
    _suppress_commands(commands)
    _money_commands(commands)
    report_commands(commands)
    _feed_commands(commands)
    _key_commands(commands)
    _secret_commands(commands)
    _user_commands(commands)
    _running_commands(commands)
    _backup_commands(commands)
    return root


def _running_commands(commands: Commands) -> None:
    word(commands, "serve", "serving.running:serve", "Run the exchange: database, exchange processes, API.")
    demo = word(
        commands, "demo", "serving.running:demo", "Run the exchange with an example market, buyers and sellers."
    )
    demo.add_argument("--rate", type=float, default=2.0, help="leads a second from the example sellers (default 2)")
    demo.add_argument("--market", default=None, help="a market file (default: the auto insurance example)")
    word(commands, "migrate", "serving.running:migrate", "Bring the database's schema up to date.")
    word(commands, "doctor", "serving.running:doctor", "Look whether everything is as it must be, and say what is not.")
    verify = word(
        commands,
        "verify",
        "replay.verify:verify",
        "Check that the log is what was sealed, and that the books follow it.",
    )
    form = verify.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print what was found for programs")
    form.add_argument("--head", action="store_true", help="print where each lane ends now, to be kept elsewhere")
    verify.add_argument("--since", metavar="FILE", help="what --head printed before must still stand in the log")


def _backup_commands(commands: Commands) -> None:
    backup = word(
        commands, "backup", "upkeep.backup:backup", "Write the whole database into a file, while the exchange runs."
    )
    backup.add_argument("file", help="where to; it must not be there yet")
    restore = word(commands, "restore", "upkeep.backup:restore", "Make the database what a backup holds.")
    restore.add_argument("file", help="what `outbid backup` wrote")
    restore.add_argument("--replace", action="store_true", help="give up what is in the database now")


def _market_commands(commands: Commands) -> None:
    apply = word(commands, "apply", "market:apply", "Make the market as a YAML file says, in one transaction.")
    apply.add_argument("file", help="the market, or - for standard input")
    apply.add_argument("--dry-run", action="store_true", help="show the difference and change nothing")
    apply.add_argument("--yes", action="store_true", help="do not ask before nouns are taken away")
    apply.add_argument("--at", metavar="TIME", help="plan it for this instant (RFC 3339), and change nothing now")
    apply.add_argument("--note", default="", help="why, for the list of changes")
    changes = word(
        commands, "changes", "replay.versions:changes", "Show what differs between two versions of the market."
    )
    changes.add_argument("--from", type=int, required=True, dest="since", metavar="VERSION", help="the one")
    changes.add_argument("--to", type=int, default=None, metavar="VERSION", help="the other (default: the newest)")
    back = word(
        commands, "return", "replay.versions:go_back", "Go back to a version of the market, by making a new one."
    )
    back.add_argument("version", type=int, help="its number")
    back.add_argument("--dry-run", action="store_true", help="show the difference and change nothing")
    back.add_argument("--yes", action="store_true", help="do not ask before nouns are taken away")
    back.add_argument("--note", default="", help="why, for the list of changes")
    ahead = word(
        commands,
        "dry-run",
        "replay.foresee:run",
        "Tell what a market file would have done to the leads of the last days.",
    )
    ahead.add_argument("file", help="the market, or - for standard input; it is not applied")
    ahead.add_argument(
        "--days",
        type=int,
        choices=range(1, 401),
        metavar="1…400",
        default=7,
        help="the leads of how many days (default 7)",
    )
    ahead.add_argument("--campaign", default="", help="only leads of this campaign")
    ahead.add_argument("--source", default="", help="only leads of this source")
    ahead.add_argument("--most", type=int, default=200_000, help="how many at most; of more, some are drawn")
    ahead.add_argument("--json", action="store_true", help="print the result for programs")
    group = commands.add_parser("planned", help="List and cancel changes that are planned for a time.")
    changes_ahead = group.add_subparsers(title="commands", metavar="COMMAND", required=True)
    word(changes_ahead, "list", "replay.planned:list_planned", "List planned changes, those that come last first.")
    cancel = word(changes_ahead, "cancel", "replay.planned:cancel", "Cancel a planned change: it will not be made.")
    cancel.add_argument("change", help="its id")
    export = word(commands, "export", "market:export", "Write the market as YAML.")
    export.add_argument("--version", type=int, default=None, dest="at", help="as it was at this version")


def _dialect_commands(commands: Commands) -> None:
    tried = word(
        commands,
        "try",
        "replay.trying:run",
        "Try an offer's delivery with a made-up lead: what goes out, how it is read.",
    )
    tried.add_argument("offer", help="its slug")
    tried.add_argument("--lead", metavar="FILE", help="fields of the lead, as JSON; what is missing is made up")
    tried.add_argument("--price", default="10", help="the price in the post, if no ping bids (default 10)")
    tried.add_argument("--ping", metavar="FILE", help="read this as the answer to the ping, instead of asking")
    tried.add_argument("--post", metavar="FILE", help="read this as the answer to the post, instead of asking")
    tried.add_argument("--send", action="store_true", help="send it to the buyer; nothing is sold")
    hear = word(commands, "hear", "replay.trying:hear", "Try a source: what it hears in a request, and how it answers.")
    hear.add_argument("source", help="its slug")
    hear.add_argument("--body", metavar="FILE", help="the body of the request, or - for standard input")
    hear.add_argument("--method", default="POST", help="its method (default POST)")
    hear.add_argument("--query", default="", help="its query")
    hear.add_argument("--rest", default="", help="what of the path follows the source's name")
    hear.add_argument("--header", action="append", metavar="NAME: VALUE", help="a header; may be given again")


def _beginning_commands(commands: Commands) -> None:
    vertical = word(
        commands, "vertical", "market:vertical", "List kinds of leads, or write a campaign for one of them as YAML."
    )
    vertical.add_argument("name", nargs="?", default="", help="such as solar; without it all are listed")
    vertical.add_argument("--slug", default="", help="of the campaign (default: the name)")
    preset = word(
        commands,
        "preset",
        "market:preset",
        "List platforms, show how one speaks, or write a delivery or an intake for it as YAML.",
    )
    preset.add_argument("name", nargs="?", default="", help="such as boberdoo; without it all are listed")
    ways = preset.add_mutually_exclusive_group()
    for way, whom in (("delivery", "a buyer"), ("intake", "a seller")):
        ways.add_argument(
            f"--{way}", dest="way", action="store_const", const=way, help=f"fill it in for {whom} who speaks so"
        )
    preset.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="fill in a blank")
    preset.add_argument(
        "--fields", default="", metavar="NAME,NAME", help="the campaign's fields: lines that read others are left out"
    )


def _lead_commands(commands: Commands) -> None:
    group = commands.add_parser("leads", help="List leads, explain one, replay decisions, settle an uncertain sale.")
    leads = group.add_subparsers(title="commands", metavar="COMMAND", required=True)
    listing = word(leads, "list", "leads:list_leads", "List the newest leads.")
    listing.add_argument("--status", choices=("open", "sold", "unsold", "refused", "uncertain"), default=None)
    listing.add_argument("--test", action="store_true", help="test leads, which are left out otherwise")
    listing.add_argument("--most", type=int, default=20, help="how many (default 20)")
    show = word(leads, "show", "leads:show", "Explain one lead: who bought it, why not the others, time and money.")
    show.add_argument("lead", help="the lead's id (ld_…), or its last 6 characters or more")
    show.add_argument("--personal", action="store_true", help="show the personal fields too; needs --reason")
    show.add_argument("--reason", default="", help="why the personal fields are looked at; it is put on record")
    traffic = word(
        leads, "traffic", "privacy.traffic:traffic", "Show the requests to buyers about a lead, and their replies."
    )
    traffic.add_argument("lead", help="the lead's id (ld_…), or its last 6 characters or more")
    traffic.add_argument("--reason", required=True, help="why it is looked at; it is put on record")
    review = word(leads, "review", "leads:review", "Release or refuse a lead that is held for review.")
    review.add_argument("lead", help="the lead's id (ld_…), or its last characters")
    review.add_argument("outcome", choices=("released", "refused"))
    receipts = word(leads, "receipts", "replay.receipts:show", "Tell for every offer why it got a lead, or not.")
    receipts.add_argument("lead", help="the lead's id (ld_…), or its last 6 characters or more")
    replay = word(
        leads, "replay", "replay.replay:repeat", "Take every decision about leads again; exit code 1 if one differs."
    )
    replay.add_argument("lead", nargs="*", help="a lead's id, or the end of it (default: the newest closed leads)")
    replay.add_argument("--since", default=None, help="only leads that came then or later: a day or an instant, UTC")
    replay.add_argument("--most", type=int, default=1000, help="how many (default 1000)")
    ahead = word(
        leads, "dry-run", "replay.dry_run:run", "Tell what would become of a lead now; nothing is kept, held or sent."
    )
    ahead.add_argument("file", help="the lead as a JSON object, or - for standard input")
    ahead.add_argument("--source", required=True, help="the slug of the source that it would come from")
    ahead.add_argument(
        "--bid",
        action="append",
        metavar="OFFER=PRICE",
        help="what an offer would bid, such as swift-auto=12.50; may be given again; others pass",
    )
    settle = word(leads, "settle", "leads:settle", "Say how an uncertain sale ended, or many.")
    settle.add_argument("sale", nargs="?", help="the sale's id (sl_…)")
    settle.add_argument("outcome", nargs="?", choices=("sold", "rejected"))
    settle.add_argument("--file", help="a file with a line SALE,OUTCOME for each of them")


def _people_commands(commands: Commands) -> None:
    group = commands.add_parser("people", help="Find a person's leads: who was shown what of them; erase them.")
    people = group.add_subparsers(title="commands", metavar="COMMAND", required=True)
    shown = word(
        people, "exposure", "privacy.people:show_exposure", "List who was shown fields of a person, and which."
    )
    erase = word(
        people,
        "erase",
        "privacy.people:erase",
        "Erase a person: destroy the keys of all leads with this phone or e-mail. It cannot be undone.",
    )
    for command in (shown, erase):
        command.add_argument("--phone", help="the person's phone")
        command.add_argument("--email", help="the person's e-mail")
    erase.add_argument("--request", help="a privacy request: its person is erased, and it is marked as answered")
    erase.add_argument("--do-not-contact", action="store_true", help="put the person on the house's suppression list")
    listed = word(people, "requests", "privacy.requests:list_requests", "List who asked to be forgotten.")
    listed.add_argument("--open", action="store_true", help="only those that are not answered yet")


def _suppress_commands(commands: Commands) -> None:
    group = commands.add_parser("suppress", help="Keep lists of persons that the house, or a buyer, does not take.")
    lists = group.add_subparsers(title="commands", metavar="COMMAND", required=True)
    add = word(lists, "add", "privacy.suppressing:add", "Put persons on a list.")
    add.add_argument("--days", type=int, help="after how many days they come off it; without: never")
    remove = word(lists, "remove", "privacy.suppressing:remove", "Take persons off a list.")
    for command in (add, remove):
        command.add_argument("file", help="phones, e-mails or the SHA-256 of either, line by line; -: standard input")
        command.add_argument("--buyer", help="the buyer's slug; without: the house's own list")
    word(lists, "lists", "privacy.suppressing:show", "Show every list, and how many stand on it.")


def _money_commands(commands: Commands) -> None:
    ledger = word(commands, "ledger", "money:ledger", "Show the trial balance and check the laws of the ledger.")
    ledger.add_argument("--accounts", action="store_true", help="show caps and wallets with their room too")
    deposit = word(commands, "deposit", "money:deposit", "Pay money into a buyer's wallet.")
    deposit.add_argument("buyer", help="the buyer's slug")
    deposit.add_argument("amount", help="decimal text, such as 500.00")
    deposit.add_argument("--currency")
    deposit.add_argument("--reference", required=True, help="the payment's own name: the same one counts once")


def _feed_commands(commands: Commands) -> None:
    told = word(
        commands, "instructions", "feeds.instructions:show", "Write a source's posting instructions, as it stands now."
    )
    told.add_argument("source", help="the source's slug")
    told.add_argument(
        "--as", dest="form", choices=("html", "md", "openapi", "schema"), default="md", help="(default md)"
    )
    told.add_argument(
        "--address", default="https://leads.example.com", help="where sellers reach the exchange, such as the default"
    )

    sent = word(commands, "upload", "feeds.upload:send", "Put a CSV file of leads down, to be sold line by line.")
    sent.add_argument("file", help="the file")
    sent.add_argument("--source", required=True, help="the slug of the source that its leads come from")
    sent.add_argument(
        "--column", action="append", metavar="COLUMN=FIELD", help="which field a column means; may be given again"
    )
    sent.add_argument("--encoding", choices=("utf-8", "utf-16", "windows-1252"), help="default: it is found out")
    sent.add_argument("--separator", choices=(",", ";", "|", "tab"), help="default: it is found out")
    sent.add_argument("--pace", type=int, default=10, help="how many lines a second are sold, 2 to 200 (default 10)")
    sent.add_argument("--test", action="store_true", help="its leads are tests: nothing is sold")
    sent.add_argument("--look", action="store_true", help="tell how the first lines would be read, and keep nothing")
    sent.add_argument("--no-wait", action="store_true", help="do not wait until it is sold")
    sent.add_argument("--bad", metavar="FILE", help="where the lines are written that can be mended")
    sent.add_argument("--results", metavar="FILE", help="where it is written what became of each line")


def _key_commands(commands: Commands) -> None:
    group = commands.add_parser("keys", help="Make, list and revoke keys.")
    keys = group.add_subparsers(title="commands", metavar="COMMAND", required=True)
    create = word(keys, "create", "keys:create", "Make a key; it is shown once.")
    create.add_argument("holder", choices=("house", "source", "buyer", "seller"))
    create.add_argument("--test", action="store_true", help="a source's key whose leads are tests")
    create.add_argument("owner", nargs="?", default="", help="the slug of the source, buyer or seller")
    word(keys, "list", "keys:list_keys", "List keys, never their secrets.")
    revoke = word(keys, "revoke", "keys:revoke", "Revoke a key: it opens nothing any more.")
    revoke.add_argument("key", help="the key's id")
    said = (
        "Compare a copy of the master key, read from standard input, with the one in use: the doctor's reminder ends."
    )
    word(keys, "confirm", "keys:confirm", said)
    rotate = word(
        keys, "rotate", "sealed.rotating:rotate", "Replace the master key: wrap every row by the one that was begun."
    )
    step = rotate.add_mutually_exclusive_group()
    step.add_argument("--begin", action="store_true", help="make the new key; nothing is wrapped by it yet")
    step.add_argument("--end", action="store_true", help="take the old key away, when no row needs it any more")


def _secret_commands(commands: Commands) -> None:
    group = commands.add_parser("secrets", help="Set, list and remove the secrets that the market refers to.")
    secrets = group.add_subparsers(title="commands", metavar="COMMAND", required=True)
    put = word(
        secrets,
        "set",
        "sealed.secrets:set_secret",
        "Set a secret; the value is asked for, or read from standard input.",
    )
    put.add_argument("name", help="lower-case letters, digits, - and _; the market refers to it as {secret:NAME}")
    word(secrets, "list", "sealed.secrets:list_secrets", "List secrets and where they are used, never their values.")
    remove = word(secrets, "remove", "sealed.secrets:remove", "Take a secret away that the market does not refer to.")
    remove.add_argument("name", help="the secret's name")
    for command in (put, remove):
        command.add_argument("--note", default="", help="why, for the list of versions")


def _user_commands(commands: Commands) -> None:
    group = commands.add_parser("users", help="Make, list and take away people who sign in to the operator's API.")
    users = group.add_subparsers(title="commands", metavar="COMMAND", required=True)
    add = word(users, "add", "users:add", "Make a user; the password is asked for, or read from standard input.")
    add.add_argument("name", help="lower-case letters, digits and . _ @ + -")
    roles = ("owner", "operator", "viewer")
    words = "an operator runs the exchange, a viewer only looks; absent: the first is an owner, others are operators"
    add.add_argument("--role", choices=roles, help=words)
    word(users, "list", "users:list_users", "List everybody who may sign in.")
    password = word(users, "password", "users:change_password", "Give a user another password.")
    password.add_argument("name", help="who; the password is asked for, or read from standard input")
    role = word(users, "role", "users:change_role", "Give a user another role; the last owner keeps his.")
    role.add_argument("name", help="who")
    role.add_argument("role", choices=roles, help="what he is from now on")
    remove = word(users, "remove", "users:remove", "Take a user away; he is signed out at once.")
    remove.add_argument("name", help="who")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command. Returns the exit code: 0 done, 1 it could not be done, 2 the words were wrong."""
    given = parser().parse_args(arguments)
    module, _, function = given.does.partition(":")
    from outbid.core.fault import Fault

    try:
        code: int = getattr(import_module(f"outbid.cli.{module}"), function)(given)
    except (Fault, PermissionError, FileNotFoundError, NotADirectoryError) as error:
        print(f"outbid: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return code


if __name__ == "__main__":
    sys.exit(main())
