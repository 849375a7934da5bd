"""How a buyer is asked what became of a post that had no clear answer: an address, and words for its ends."""

from collections.abc import Callable, Iterable
from typing import Annotated

import msgspec
from msgspec import Meta

from outbid.core.contract import Again, Ask, Binding, PostReply
from outbid.core.dialect.postback import compile_address
from outbid.core.dialect.reply import any_word, compile_path, document_of, word_of
from outbid.core.dialect.reply.rule import YES, Words, said_as
from outbid.core.dialect.wire import Header, Http, Response, Way
from outbid.plugins.deliveries._signing import Signing

PLACEHOLDERS = ("sale", "ref", "token")
"""All that such a question may tell: names for the sale and the lead, nothing of the person."""
NO = ("false", "no", "rejected", "declined", "refused", "not_sold")


class Status(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A status query: asked by GET, with the headers of pings and posts."""

    url: Annotated[
        str,
        said_as(
            "where to ask; `{sale}` (the id in the key header), `{ref}` and `{token}` in path or query are filled in"
        ),
    ]
    state_path: Annotated[str, said_as("the value in the answer that says how the post ended")] = "status"
    sold_words: Words = YES
    rejected_words: Annotated[
        Words,
        Meta(description="words that mean that it was not bought; any other word, and no answer: ask again later"),
    ] = NO
    first_s: Annotated[
        int, Meta(ge=1, le=86_400, description="asked after so many seconds, then after twice as many, and so on")
    ] = 30
    most_s: Annotated[int, Meta(ge=1, le=86_400, description="but never after more than these")] = 3_600
    until_s: Annotated[int, Meta(ge=1, le=2_592_000, description="for so long it is asked")] = 86_400

    def __post_init__(self) -> None:
        """Pauses grow, and no word means both."""
        if self.first_s > self.most_s:
            raise ValueError("first_s is more than most_s: pauses become longer")
        if both := any_word(self.sold_words) & any_word(self.rejected_words):
            raise ValueError(f"{min(both)!r} cannot mean both that it was sold and that it was rejected")


class Inquiry(msgspec.Struct, frozen=True):
    """A status query compiled: what is sent, how the answer is read, and when it is asked again."""

    request: Callable[[Ask], Http]
    read: Callable[[Response], PostReply]
    again: Again


def inquiry_of(
    status: Status, headers: Iterable[Header], binding: Binding, signing: Signing, way: Way | None
) -> Inquiry:
    """Compile a status query, signed in as pings and posts are. Raises ValueError."""
    url = signing.at(status.url)
    build = compile_address("a status query", url, PLACEHOLDERS, binding.exceptions, binding.secrets)
    buyer, sent, sign = binding.buyer, tuple(headers), signing.sign

    def request(ask: Ask) -> Http:
        asked = build({"sale": ask.sale, "ref": ask.refer(buyer), "token": ask.token or ""})
        more = () if sign is None else sign(b"", ask.now_ms)
        return Http(asked.target, "GET", sent, more=more, way=way)

    again = Again(status.first_s * 1_000, status.most_s * 1_000, status.until_s * 1_000)
    return Inquiry(request, _reader(status), again)


def _reader(status: Status) -> Callable[[Response], PostReply]:
    path = compile_path(status.state_path)
    sold, rejected = any_word(status.sold_words), any_word(status.rejected_words)

    def read(answer: Response) -> PostReply:
        if not 200 <= answer.status < 300:
            return PostReply("uncertain", reason="server_error" if answer.status >= 500 else "http_error")
        word = word_of(path(document_of(answer.body)))
        if word in sold:
            return PostReply("accept")
        if word in rejected:
            return PostReply("reject", reason="rejected")
        return PostReply("uncertain", reason="undecided" if word else "nonsense")

    return read
