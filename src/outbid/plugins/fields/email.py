"""An e-mail address in lower case; hashed and starred addresses are valid."""

import datetime
import re

import msgspec

from outbid.core.contract import Kind
from outbid.core.lead.value import Value
from outbid.core.reasons import Reason, reasons
from outbid.plugins.fields._raw import faulty, kept, plain, text_of
from outbid.plugins.fields._schema import HASH, Schema, any_of, text

PERSONAL: bool = True
KIND: Kind = "text"
PARTS: dict[str, Kind] = {"domain": "text"}
EXAMPLE: str = "ann.example@example.com"
MASK: str = "with stars before the @ (a**@example.com), or as a hash (MD5, SHA-1 or SHA-256, in hex)"
REASONS: dict[str, Reason] = reasons(
    wrong_type=("The value is not an e-mail address.", 'Send the address as text, such as "ann@example.com".'),
    too_long=("The address is longer than 254 characters.", "Send the address alone."),
    no_at_sign=("The address has no @.", "Send the whole address, such as ann@example.com."),
    several_at_signs=("The address has more than one @.", "Send one address, without a name or quotes."),
    bad_name=(
        "What stands before the @ is no mailbox's name.",
        "Send 1 to 64 letters, digits and signs, without blanks, quotes, and dots side by side or at the ends.",
    ),
    bad_domain=("What stands after the @ is no domain.", "Send a domain with its ending, such as example.com."),
)

_NAME = r"(?=[^@]{1,64}@)[A-Za-z0-9!#$%&'+/=?^_`{|}~-]++(?:\.[A-Za-z0-9!#$%&'+/=?^_`{|}~-]++)*+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_DOMAIN = rf"(?:{_LABEL}\.)+(?:[A-Za-z]{{2,63}}|[Xx][Nn]--[A-Za-z0-9-]{{1,58}}[A-Za-z0-9])"
_ADDRESS = re.compile(f"{_NAME}@{_DOMAIN}")
_ONLY_NAME = re.compile(f"{_NAME}@")
_ONLY_DOMAIN = re.compile(_DOMAIN)
# A star is a legal character that no real mailbox has, and the usual sign for what was left out.
_STARRED_NAME = re.compile(r"[A-Za-z0-9!#$%&'+/=?^_`{|}~.-]*\*[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]*")
_HASH = re.compile(r"(?:[0-9a-f]{64}|[0-9a-f]{40}|[0-9a-f]{32})", re.IGNORECASE)
_LONGEST = 254
_LONGEST_NAME = 64


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Nothing to set."""


def schema(settings: Settings) -> Schema:
    """What is read, as JSON Schema."""
    sign = r"[A-Za-z0-9!#$%&'+/=?^_`{|}~-]"
    name = rf"(?=[^@]{{1,64}}@)(?:{sign}+(?:\.{sign}+)*|(?:{sign}|\.)*\*(?:{sign}|[.*])*)"
    return any_of(text(rf"{name}@(?:[^\s@.]+\.)+[^\s@.]{{2,}}|{HASH}"))


def read(raw: object, settings: Settings, today: datetime.date) -> Value:
    """Read an address by its syntax; whether it takes mail is an enricher's question."""
    if isinstance(raw, str) and len(raw) <= _LONGEST and _ADDRESS.fullmatch(raw):
        address = raw.lower()
        return Value(raw, address, {"domain": address[address.index("@") + 1 :]})
    text = text_of(raw)
    if text is None:
        return Value() if raw is None else faulty(raw, "wrong_type")
    return _patiently(raw, plain(text))


def _patiently(raw: object, text: str) -> Value:
    """Read what is not simply an address: blanks around it, a hash, stars, foreign letters, or a fault."""
    if not text:
        return Value(kept(raw))
    if len(text) > _LONGEST:
        return faulty(raw, "too_long")
    if _HASH.fullmatch(text):
        return Value(kept(raw), text.lower(), masked=True)
    name, at_sign, domain = text.partition("@")
    if not at_sign:
        return faulty(raw, "no_at_sign")
    if "@" in domain:
        return faulty(raw, "several_at_signs")
    return _halves(raw, name, _ascii(domain))


def _halves(raw: object, name: str, domain: str) -> Value:
    starred = len(name) <= _LONGEST_NAME and _STARRED_NAME.fullmatch(name) is not None
    if not starred and not _ONLY_NAME.fullmatch(f"{name}@"):
        return faulty(raw, "bad_name")
    if not _ONLY_DOMAIN.fullmatch(domain):
        return faulty(raw, "bad_domain")
    if len(name) + 1 + len(domain) > _LONGEST:
        return faulty(raw, "too_long")
    domain = domain.lower()
    return Value(kept(raw), f"{name.lower()}@{domain}", {"domain": domain}, masked=starred)


def _ascii(domain: str) -> str:
    """Return the domain as DNS knows it; one that cannot be is returned as it is, and fails as a domain."""
    if domain.isascii():
        return domain
    try:
        return domain.encode("idna").decode("ascii")
    except UnicodeError:
        return domain
