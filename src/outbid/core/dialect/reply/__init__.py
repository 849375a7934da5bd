"""How an answer is read: a rule made into one function from an answer to what it says, whatever format it has."""

from outbid.core.dialect.reply.document import document_of, json_document
from outbid.core.dialect.reply.looked import Looked, RuleRead, looked
from outbid.core.dialect.reply.path import Path, compile_path
from outbid.core.dialect.reply.place import compile_place
from outbid.core.dialect.reply.reading import bid_reader, post_reader
from outbid.core.dialect.reply.rule import Rule, said_as
from outbid.core.dialect.reply.sight import Sight, seen_of, sight_of
from outbid.core.dialect.reply.values import KEPT, any_word, price_from, text_from, word_of

__all__ = [
    "KEPT",
    "Looked",
    "Path",
    "Rule",
    "RuleRead",
    "Sight",
    "any_word",
    "bid_reader",
    "compile_path",
    "compile_place",
    "document_of",
    "json_document",
    "looked",
    "post_reader",
    "price_from",
    "said_as",
    "seen_of",
    "sight_of",
    "text_from",
    "word_of",
]
