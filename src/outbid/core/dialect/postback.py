"""Addresses with what may be told filled in: a seller's, to tell him the end of a lead, a buyer's, to ask for it.

Scheme and host are fixed; what is filled in stands in path and query alone, percent-encoded (RFC 3986, section 2.1).
"""

import re
from collections.abc import Callable, Collection, Mapping
from urllib.parse import quote

from outbid.core.dialect.reference import Words, filled, refers
from outbid.core.dialect.wire import Http, Target, parse_target

PLACEHOLDERS = ("lead", "ping", "outcome", "price", "currency", "reason")
"""What a postback may tell: nothing of the person, nothing of buyers."""
NO_WORDS: Words = {}
_PLACE = re.compile(r"\{([^{}]*)\}")
_HOST = re.compile(r"[^/?#]*//[^/?#]*")


def compile_postback(
    url: str, exceptions: frozenset[tuple[str, int]] = frozenset(), words: Words = NO_WORDS
) -> Callable[[Mapping[str, str]], Http]:
    """A postback's URL as a function from the values of its placeholders to the request. Raises ValueError."""
    return compile_address("a postback", url, PLACEHOLDERS, exceptions, words)


def compile_address(
    what: str,
    url: str,
    placeholders: Collection[str],
    exceptions: frozenset[tuple[str, int]] = frozenset(),
    words: Words = NO_WORDS,
) -> Callable[[Mapping[str, str]], Http]:
    """A URL with placeholders as a function from their values to the request; secrets are in it. Raises ValueError."""
    for name in _PLACE.findall(url):
        if name not in placeholders and not refers(f"{{{name}}}"):
            raise ValueError(f"{what} tells no {name!r}; it may tell {', '.join(placeholders)}")
    host = _HOST.match(url)
    if host and _PLACE.search(host[0]):
        raise ValueError(f"the placeholders of {what} stand in the path and the query, not in the host")
    if "{" in url.partition("#")[2]:
        raise ValueError("what follows # in an address is never sent: placeholders stand in the path and the query")
    if "{" in (rest := _PLACE.sub("", url)) or "}" in rest:
        raise ValueError(f"a brace of the address of {what} is not closed, or not opened")
    to = parse_target(filled(url, words, lambda word: quote(word, safe="")), exceptions)

    def build(values: Mapping[str, str]) -> Http:
        path = _PLACE.sub(lambda found: quote(values.get(found[1], ""), safe=""), to.path)
        return Http(Target(to.scheme, to.host, to.port, path, to.exceptions), "GET")

    return build
