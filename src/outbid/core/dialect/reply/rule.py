"""What an operator says about a buyer's answers: where each thing stands, and which words mean what."""

from typing import Annotated

import msgspec
from msgspec import Meta

YES = ("true", "1", "yes", "success", "accepted", "matched", "sold", "ok")
"""Words that mean yes wherever buyers answer with a word."""
DUPLICATE = ("duplicate", "duplicated", "dupe")

Words = Annotated[tuple[str, ...], Meta(description="words that count, in any case; the whole value must be one")]
SomeWords = Annotated[tuple[Annotated[str, Meta(min_length=1)], ...], Meta(max_length=50)]


def said_as(description: str) -> Meta:
    """The description of a setting."""
    return Meta(description=description)


class Rule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How an answer is read, be it JSON, XML, lines such as `price=12.50`, a form or any text.

    Every `…_path` is a path such as `result.bids[0].price`, or another way to look: `pattern: bid of ([0-9.]+)`,
    `header: Location`, `text:`, `status:`, `xpath: //price/text()`, `jmespath: bids[-1].price`.

    With a `bids_path` the paths of what belongs to one bid lead on from each element of that list.
    """

    accepted_path: Annotated[str, said_as("which value says yes; empty: HTTP 2xx does (a trade rule)")] = ""
    accepted_words: Words = YES
    accepted_text: Annotated[
        SomeWords,
        said_as("words of which one, anywhere in the answer, says yes, unless it is denied (`not accepted`); else no"),
    ] = ()
    refused_text: Annotated[
        SomeWords,
        said_as("words of which one, anywhere in the answer, says no whatever else it says, unless it is denied"),
    ] = ()
    error_text: Annotated[
        SomeWords,
        said_as(
            "words of which one, anywhere in the answer, says that the buyer's side failed and bought nothing: the "
            "lead goes on to others"
        ),
    ] = ()
    accepted_pattern: Annotated[
        str | None, said_as("a pattern (RE2, any case) that says yes where it is found in the answer; else no")
    ] = None
    bids_path: Annotated[
        str | None,
        said_as(
            "a list of bids, such as one for each brand: price, currency, token, stands, brand and consent are looked "
            "for in each element; an answer without the list is one bid"
        ),
    ] = None
    price_path: Annotated[str, said_as("the bid in a ping's answer; a changed price in a post's")] = "price"
    currency_path: Annotated[str | None, said_as("the bid's currency; without a path it is the campaign's")] = None
    token_path: Annotated[str | None, said_as("what the buyer wants back in the post")] = None
    stands_path: Annotated[
        str | None,
        said_as(
            "for how many seconds the bid stands, or when it ends (RFC 3339, or Unix time in seconds or milliseconds); "
            "empty: until the round ends"
        ),
    ] = None
    brand_path: Annotated[str | None, said_as("in whose name the person would be called; kept with the bid")] = None
    consent_path: Annotated[str | None, said_as("the text that the person has to agree to; kept with the bid")] = None
    reason_path: Annotated[str | None, said_as("the buyer's own words for a no")] = "reason"
    reference_path: Annotated[str | None, said_as("the buyer's own id for the lead")] = None
    redirect_path: Annotated[str | None, said_as("where the person is to go next; http and https only")] = None
    duplicate_path: Annotated[
        str | None, said_as("which value says that he has the person already; empty: a word in the reason does")
    ] = None
    duplicate_words: Words = DUPLICATE
