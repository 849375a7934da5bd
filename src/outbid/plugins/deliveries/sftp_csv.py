"""Leads in CSV files by SFTP: the sale is made at once, and a file comes every so often or when enough leads wait."""

import hashlib
from collections.abc import Generator
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from outbid.core.contract import Ask, Binding, Later, PingReply, PostReply, Reads
from outbid.core.dialect.formats.table import csv_of
from outbid.core.dialect.reference import filled, names_in, reference
from outbid.core.dialect.reply import said_as
from outbid.core.dialect.secrets import Secrets, words_of
from outbid.core.dialect.wire import Answer, Failure, File, Target
from outbid.core.market.problem import SettingFault
from outbid.plugins.deliveries._columns import Columns, Compiled, compile_columns
from outbid.plugins.deliveries._secrets import check_references

PLACES = ("{date}", "{time}", "{number}")
MINUTE_MS = 60_000
_SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|"}


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A file server, when files come, and what stands in them."""

    host: Annotated[str, Meta(pattern=r"^[A-Za-z0-9.-]{1,253}$", description="the file server")]
    port: Annotated[int, Meta(ge=1, le=65535, description="another one than 22 needs an exception")] = 22
    host_key: Annotated[
        str,
        said_as("how the server is known: `SHA256:…`, its key's fingerprint, or the key itself, `ssh-ed25519 AAAA…`"),
    ]
    user: Annotated[str, Meta(min_length=1, description="who signs in")]
    password: Annotated[str, said_as("`{secret:NAME}`; absent: a key is used")] = ""
    key: Annotated[str, said_as("`{secret:NAME}` of our private key, in OpenSSH's form or PEM")] = ""
    folder: Annotated[str, Meta(pattern=r"^[\w./ -]{1,200}$", description="where files are laid down")] = "."
    name: Annotated[
        str,
        said_as("a file's name; `{number}` counts the files, `{date}` and `{time}` (UTC) are when it was begun"),
    ] = "leads_{date}_{number}.csv"
    every_minutes: Annotated[
        int, Meta(ge=1, le=10_080, description="a file comes so long after its first lead was sold")
    ] = 60
    most_rows: Annotated[int, Meta(ge=1, le=10_000, description="or as soon as so many leads wait")] = 1_000
    columns: Columns = None
    header: Annotated[bool, said_as("the first line names the columns")] = True
    separator: Annotated[Literal["comma", "semicolon", "tab", "pipe"], said_as("what stands between cells")] = "comma"
    machine: Annotated[
        bool, said_as("a program reads the files: cells that a spreadsheet would run stay as they are")
    ] = False


class Bound(msgspec.Struct, frozen=True):
    """The settings compiled."""

    settings: Settings
    target: Target
    password: str
    key: str
    columns: Compiled
    later: Later
    secrets: Secrets


def bind(settings: Settings, binding: Binding) -> Bound:
    """Compile the settings. Raises ValueError."""
    check_references(settings, ("password", "key"))
    names: list[str] = []
    for setting in ("password", "key"):
        text = getattr(settings, setting)
        found = names_in(text)
        if text and (len(found) != 1 or text != reference(found[0])):
            raise SettingFault(setting, "write {secret:NAME}, and set its value apart: `outbid secrets set NAME`")
        names += [name for name in found if name in binding.secrets]
    if not settings.password and not settings.key:
        raise SettingFault("password", "name a password or a key: nobody signs in without")
    if not settings.host_key.startswith(("SHA256:", "ssh-", "ecdsa-")):
        raise SettingFault("host_key", "write SHA256:… or the public key: `ssh-keyscan HOST | ssh-keygen -lf -`")
    _check_name(settings.name)
    columns = compile_columns("columns", settings.columns, binding)
    shape = hashlib.sha256(msgspec.json.encode([columns.names])).hexdigest()[:16]
    return Bound(
        settings,
        Target("sftp", settings.host.lower(), settings.port, settings.folder, binding.exceptions),
        filled(settings.password, binding.secrets),
        filled(settings.key, binding.secrets),
        columns,
        Later("filed", every_ms=settings.every_minutes * MINUTE_MS, most_rows=settings.most_rows, shape=shape),
        Secrets(words=words_of(names, binding.secrets)),
    )


def _check_name(name: str) -> None:
    rest = name
    for place in PLACES:
        rest = rest.replace(place, "")
    if "{number}" not in name:
        raise SettingFault("name", "{number} must stand in the name: else one file would take another's place")
    if "{" in rest or "}" in rest or "/" in rest or not rest.isprintable() or name.startswith("."):
        raise SettingFault("name", f"a name has {', '.join(PLACES)} and plain characters, no / and no point before it")


def pings(bound: Bound) -> bool:
    """Nobody bids by file."""
    return False


def repeatable(bound: Bound) -> bool:
    """The post sends nothing, so it may be done again."""
    return True


def reads(bound: Bound) -> Reads:
    """What a line tells."""
    return Reads(post=bound.columns.reads, post_when=bound.columns.sometimes)


def secrets(bound: Bound) -> Secrets:
    """Password and key."""
    return bound.secrets


def ping(ask: Ask, bound: Bound) -> Generator[File, Answer, PingReply]:
    """Nobody is asked."""
    yield from ()
    return PingReply("pass", reason="no_bid")


def post(ask: Ask, bound: Bound) -> Generator[File, Answer, PostReply]:
    """The sale is made."""
    yield from ()
    return PostReply("accept")


def later(bound: Bound) -> Later:
    """The lead stands in a file."""
    return bound.later


def row(ask: Ask, bound: Bound) -> dict[str, Any]:
    """A line of a file."""
    return bound.columns.row(ask)


def file(rows: list[dict[str, Any]], number: int, at_ms: int, bound: Bound) -> Generator[File, Answer, PostReply]:
    """Lay a file down. The same rows, number and instant give the same bytes under the same name."""
    settings, at = bound.settings, datetime.fromtimestamp(at_ms / 1000, UTC)
    name = settings.name
    for place, text in zip(PLACES, (at.strftime("%Y%m%d"), at.strftime("%H%M%S"), str(number)), strict=True):
        name = name.replace(place, text)
    separator = _SEPARATORS[settings.separator]
    names = tuple(rows[0]) if rows else bound.columns.names
    body = csv_of(names, rows, separator=separator, header=settings.header, for_people=not settings.machine)
    answer = yield File(bound.target, name, body, settings.host_key, settings.user, bound.password, bound.key)
    if isinstance(answer, Failure):
        return PostReply("uncertain" if answer.sent else "error", reason=answer.reason, reached=answer.sent)
    if answer.status == 250:
        return PostReply("accept")
    return PostReply("error", reason="not_taken", said=answer.body.decode(errors="replace")[:200])
