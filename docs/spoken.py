"""The reference of sellers' dialects: how a source's own address is spoken to, and how it answers."""

from tables import first_line, settings_table, table

from outbid.plugins.intakes import _answers as answers
from outbid.plugins.intakes import _dialect as dialect
from outbid.plugins.intakes import _proof as proof

_TERMS = {
    "outcome": "`sold`, `unsold`, `duplicate`, `refused`, `pending`, `quoted`, `no_quote`, `denied`, `broken`, `busy`",
    "lead": "the lead's id",
    "quote": "the id of a ping, to be given back with the post",
    "price": "what the seller is paid, or would be, as decimal text; `price | number` is a number",
    "currency": "of the price",
    "redirect": "where the person goes next",
    "reason": "a code from the list of [reasons](reasons.md)",
    "sentence": "what it means",
    "detail": "what was seen, where something is wrong with the request",
    "fix": "what would be right",
    "until": "when a quote ends",
    "url": "where the end of a pending lead can be asked for",
    "test": "true for a test",
    "status": "the HTTP status of our own answer",
}
_HEAD = """# Dialects

How a seller speaks at a source's own address, `/v1/in/SOURCE`. Whatever his software puts behind it is accepted:
`/v1/in/SOURCE/d.ashx` and `/v1/in/SOURCE/genericPostlead.php` are the same source. These settings are those of the
intakes `json`, `form`, `xml`, `query`, `any` and `webhook`; `google` and `meta` know of themselves where everything
stands.
`/v1/leads` and `/v1/pings` speak our tongue, whatever is set here: of a dialect they know `names`, `ping_id` and
`bid_ids` alone.

## Dialect

A name of the seller's is a path: `ContactData.Phones[0]`, in XML `Contact@id`, from below the root. Key, step, test and
ids are looked for in the body, then in the query. A field that a term of `fields` reads is that field; every other one
is known under its own name, and one that the campaign does not declare is kept, sealed. The key is cut out before
anything is kept.

"""
_PARTS = (dialect.Asks, dialect.Flag, dialect.Pairs, dialect.Forget, proof.Signature)
_ANSWERED = f"""
## Answers

A body is a [mapping](mapping.md): from the seller's keys to terms, value maps, fixed texts. Nothing can be told that
our own answer does not hold. A group such as `errors.*.field: error_{{n}}_field` repeats for each error, up to
{answers.MOST_ERRORS}; `bids.*.price: bid_{{n}}_price` for each bid that the seller may choose, up to
{answers.MOST_BIDS}.

"""


def dialects_page() -> str:
    """Everything that a dialect may say."""
    text = _HEAD + settings_table(dialect.Dialect)
    for part in _PARTS:
        text += f"\n### {part.__name__}\n\n{first_line(part)}\n\n{settings_table(part)}"
    text += _ANSWERED + settings_table(answers.Answers)
    text += f"\n### Template\n\n{first_line(answers.Template)}\n\n{settings_table(answers.Template)}"
    rows = [(f"`{name}`", _TERMS[name]) for name in answers.TERMS]
    rows += [(f"`error_N_{part}`", f"of the Nth error, its {part}") for part in answers.EACH_ERROR]
    rows += [(f"`bid_N_{part}`", f"of the Nth bid, its {part}") for part in answers.EACH_BID]
    return text + "\n### Terms\n\n" + table(("Term", "Is"), rows)
