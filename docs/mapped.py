"""The pages of what is said and understood: the mapping language, rules that read answers, ways to sign in."""

import msgspec
from tables import first_line, settings_table, table
from words import TERMS

from outbid.core.dialect.mapping import STEPS, SYSTEM, Entry
from outbid.core.dialect.mapping.steps import SIGNS
from outbid.core.dialect.reply import Rule
from outbid.core.dialect.reply.place import MOST_BYTES
from outbid.plugins.deliveries import _auth, _first

_INTRODUCTION = """# Mapping

How an outgoing value is made. A delivery's `ping` and `post` tables, and an enricher's `request`, go from the other
side's keys to terms:

```yaml
contact.name:      "{first_name} {last_name}"
contact.phones.0:  phone | digits | last 10
birth_date:        birth_date | date %m/%d/%Y
owns:              {value: owns_home, map: {yes: Own, no: Rent}, otherwise: Unknown}
jornaya:           {value: leadid_token, when: {fact: leadid_token, present: yes}}
drivers.*.name:    driver_{n}_name
```

A key whose term has no value is left out. Which fields a mapping reads is known without running it, conditions
included, and recorded as shown with each ping and post.

## Terms

| Written | Is |
|---|---|
| `zip` | a field or a fact, such as `birth_date.age` |
| `phone.raw` | what came, before it was read |
| `=TEXT` | a fixed text, to its end; `{secret:NAME}` in it stands for a secret |
| `@price` | a system value |
| `@first.NAME` | in `post`: a value that [the call before it](sign_in.md#first) gave |
| `TERM \\| STEP \\| STEP` | a term that goes through steps; an argument with blanks stands in quotes |
| `{TERM} and {TERM}` | a text with terms in it; nothing where none of them has a value; `{{` is the sign itself |

"""

_STRUCTURE = """
## Keys

| Written | Builds |
|---|---|
| `contact.zip` | an object within an object (`contact.zip` or `contact[zip]` in a form) |
| `phones.0.number` | a list of objects; places without a value leave no gap. In a form a number is a name |
| `drivers.*.name: driver_{n}_name` | one element for each number, from 1, of which the campaign has a field |
| `lead.name@lang` | in XML an attribute; `lead.name` beside it is the text |
| `a\\.b` | a key with a point in it; `\\1` is the name 1 and no place |

A list as value, such as `interests | split ,`, is a list in JSON, a repeated element in XML and a repeated key in a
form.
"""


def mapping_page() -> str:
    """The whole page."""
    system = table(("System value", "Gives"), [(f"`{term}`", TERMS[term]) for term in SYSTEM])
    steps = table(("Step", "Gives the value", "Example"), [_row(name) for name in STEPS])
    signs = " ".join(f"`%{sign}`" for sign in SIGNS)
    return "".join(
        (
            f"{_INTRODUCTION}{system}\n## Steps\n\n",
            f"A step that makes no sense of a value, such as `number` of `soon`, gives nothing.\n\n{steps}\n",
            f"A format of a date is made of {signs}, as in C; `%f` is milliseconds, `%-d` has no zero in front.\n",
            "A time is told in UTC unless a zone such as `America/New_York` is named.\n\n## Entries\n\n",
            "Instead of a term an object may stand: the term, then the map, then the steps, and what stands there\n",
            f"otherwise.\n\n{settings_table(Entry)}{_STRUCTURE}",
        )
    )


def _row(name: str) -> tuple[str, str, str]:
    step = STEPS[name]
    before, written, after = (_shown(part) for part in step.example)
    return f"`{step.usage}`", step.text, f"`{before}` `{written}` → `{after}`"


def _shown(value: object) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


_PLACES = f"""# Replies

How a buyer's answer is read: by one rule for pings and another for posts. What the body is, is seen from the body, not
from its headers: JSON, XML, lines such as `price=12.50`, a form, or any text. An answer that cannot be understood is
`nonsense` in a ping and leaves a post uncertain; its first 200 bytes are kept. No answer is an exception.

Where the delivery's `auth` is set no rule reads a 401: it says that we were not let in, so a ping has failed and a post
bought nothing. Without `auth` a rule reads it like any other answer.

## Places

| Written | Looks |
|---|---|
| `result.bids[0].price` | into JSON and XML alike, and into keys of lines and forms; `[*]` takes every element |
| `lead.name@lang` | at an attribute in XML. A path begins with the root or below it, and knows no namespaces |
| `pattern: bid of ([0-9.]+)` | into the whole text (RE2, any case): the first group, or the whole hit |
| `header: Location` | at a header |
| `text:`, `status:` | at the whole text, at the HTTP status |
| `xpath: //price/text()` | XPath 1.0 without extensions, into XML up to {MOST_BYTES // 1024} kB |
| `jmespath: max_by(bids, &price).price` | JMESPath, into anything but plain text, up to {MOST_BYTES // 1024} kB |

A path walks on into a text that is a document itself: JSON in a string, XML that was written as text within XML. An
element that stands once is as good as a list of one. Several hits are told sorted, with commas between them.

## Rule

The default `accepted_path` of the `json` delivery is `accepted`.

"""


def replies_page() -> str:
    """Rules that read answers."""
    return _PLACES + settings_table(Rule)


_SIGN_IN = """# Signing in

Settings of every delivery: who we are to the buyer (`auth`, `certificate`), a call before the post (`first`), and the
times of a request (`timeouts`). [How to sign in to a buyer](../how_to/sign_in_to_a_buyer.md) shows them at work.

All of it goes with pings, posts, status queries and the call before the post. A secret is a reference, `{secret:NAME}`;
plain text is refused.

## auth

`type` says which way.
"""

_WAYS = (_auth.Basic, _auth.Bearer, _auth.Key, _auth.Hmac, _auth.DigestAuth, _auth.Client)


def sign_in_page() -> str:
    """Every way to sign in, and what else there is to a request."""
    text = _SIGN_IN
    for struct in _WAYS:
        text += f"\n### {struct.__struct_config__.tag}\n\n{first_line(struct)}\n\n{settings_table(struct)}"
    for name, struct in (
        ("certificate", _auth.ClientCertificate),
        ("first", _first.First),
        ("timeouts", _auth.Timeouts),
    ):
        text += f"\n## {name}\n\n{first_line(struct)}\n\n{settings_table(struct)}"
    return text
