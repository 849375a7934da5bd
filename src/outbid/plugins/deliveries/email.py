"""Leads by e-mail, for people: as text, HTML and a file. The mail server's word for all addressees buys the lead."""

from collections.abc import Generator
from email.message import EmailMessage
from email.policy import SMTP
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from outbid.core.contract import Ask, Binding, Later, PingReply, PostReply, Reads
from outbid.core.dialect.reference import filled, names_in, reference
from outbid.core.dialect.reply import said_as
from outbid.core.dialect.secrets import Secrets, words_of
from outbid.core.dialect.wire import Answer, Failure, Mail, Response, Target
from outbid.core.market.problem import SettingFault
from outbid.plugins.deliveries._later import Delay, later_of
from outbid.plugins.deliveries._letter import Address, Letter, Texts, letter_of
from outbid.plugins.deliveries._secrets import check_references

PORTS = {"starttls": 587, "tls": 465, "none": 25}
DATA = "data"


class Settings(Texts, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A mail server, a message, and to whom it goes."""

    host: Annotated[str, Meta(pattern=r"^[A-Za-z0-9.-]{1,253}$", description="the mail server")]
    port: Annotated[
        Annotated[int, Meta(ge=1, le=65535)] | None,
        said_as("25, 465, 587 or 2525, else an exception is needed; absent: as `security` has it"),
    ] = None
    security: Annotated[
        Literal["starttls", "tls", "none"],
        said_as("TLS after STARTTLS (587), from the first byte (465), or none (25), then without a password"),
    ] = "starttls"
    user: Annotated[str, said_as("who signs in; absent: nobody does")] = ""
    password: Annotated[str, said_as("`{secret:NAME}`")] = ""
    sender: Annotated[Address, Meta(description="from whom it comes")] = msgspec.field(name="from")
    to: Annotated[tuple[Address, ...], Meta(min_length=1, max_length=20, description="to whom it goes")]
    cc: Annotated[tuple[Address, ...], Meta(max_length=20, description="and to whom besides")] = ()
    delay: Annotated[Delay | None, said_as("the lead is sold at once and goes out later; absent: by the post")] = None


class Bound(msgspec.Struct, frozen=True):
    """The settings compiled."""

    settings: Settings
    target: Target
    password: str
    letter: Letter
    later: Later | None
    secrets: Secrets


def bind(settings: Settings, binding: Binding) -> Bound:
    """Compile the settings. Raises ValueError."""
    check_references(settings, ("password",))
    names = names_in(settings.password)
    if settings.password and (len(names) != 1 or settings.password != reference(names[0])):
        raise SettingFault("password", "write {secret:NAME}, and set its value apart: `outbid secrets set NAME`")
    if bool(settings.user) != bool(settings.password):
        raise SettingFault("user", "user and password stand together, or neither does")
    if settings.password and settings.security == "none":
        raise SettingFault("security", "a password is sent over TLS alone: choose starttls or tls")
    host = settings.host.lower()
    for word in (host, settings.sender, *settings.to, *settings.cc):
        if word != word.strip():
            raise ValueError(f"{word!r} ends with a blank or a line end")
    return Bound(
        settings,
        Target("smtp", host, settings.port or PORTS[settings.security], "", binding.exceptions),
        filled(settings.password, binding.secrets),
        letter_of(settings, binding),
        later_of(settings.delay),
        Secrets(words=words_of([name for name in names if name in binding.secrets], binding.secrets)),
    )


def pings(bound: Bound) -> bool:
    """Nobody bids by e-mail."""
    return False


def repeatable(bound: Bound) -> bool:
    """Of a mail that may have gone out nobody can be asked again; one that goes out later was not sent by the post."""
    return bound.later is not None


def reads(bound: Bound) -> Reads:
    """What the message tells."""
    return Reads(post=bound.letter.reads, post_when=bound.letter.sometimes)


def secrets(bound: Bound) -> Secrets:
    """The password, which a server might repeat."""
    return bound.secrets


def ping(ask: Ask, bound: Bound) -> Generator[Mail, Answer, PingReply]:
    """Nobody is asked."""
    yield from ()
    return PingReply("pass", reason="no_bid")


def post(ask: Ask, bound: Bound) -> Generator[Mail, Answer, PostReply]:
    """Send it now, or make the sale alone where it goes out later."""
    if bound.later is not None:
        return PostReply("accept")
    return (yield from deliver(ask, bound))


def later(bound: Bound) -> Later | None:
    """When it goes out, if not by the post."""
    return bound.later


def deliver(ask: Ask, bound: Bound) -> Generator[Mail, Answer, PostReply]:
    """Send it. What was handed over without an answer is uncertain; before that, nothing of the lead had left."""
    settings = bound.settings
    message = EmailMessage(policy=SMTP)
    message["From"] = settings.sender
    message["To"] = ", ".join(settings.to)
    if settings.cc:
        message["Cc"] = ", ".join(settings.cc)
    message["Message-ID"] = f"<{ask.sale}@{settings.sender.rpartition('@')[2]}>"
    answer = yield Mail(
        bound.target,
        settings.security,
        settings.sender,
        tuple(dict.fromkeys((*settings.to, *settings.cc))),
        bound.letter.write(ask, message),
        settings.user,
        bound.password,
    )
    if isinstance(answer, Failure):
        return PostReply("uncertain" if answer.sent else "error", reason=answer.reason, reached=answer.sent)
    return _read(answer)


def _read(answer: Response) -> PostReply:
    """After the message 2xx is the yes and 4xx and 5xx say that nobody has it (RFC 5321, section 4.2).

    Any other word after it leaves open who has it; before it nothing of the lead had left.
    """
    stage: Any = dict(answer.headers).get("stage", DATA)
    said = answer.body.decode(errors="replace")[:200]
    if 200 <= answer.status < 300 and stage == DATA:
        return PostReply("accept", said=said)
    if stage == DATA and not 400 <= answer.status < 600:
        return PostReply("uncertain", reason="nonsense", said=said)
    if 500 <= answer.status < 600 and stage in ("envelope", DATA):
        return PostReply("reject", reason="rejected", said=said, reached=stage == DATA)
    return PostReply("error", reason="not_taken", said=said, reached=stage == DATA)
