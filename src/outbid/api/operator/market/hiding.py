"""What opens doors is hidden: from everybody in the market's past, from viewers everywhere."""

import re
from typing import Any

import msgspec

from outbid.api.said.reading import Asked
from outbid.core.dialect.reference import only_refers
from outbid.core.dialect.secrets import sounds_secret
from outbid.core.market.noun import Noun

HIDDEN = "•••"
_PARAMETER = re.compile(r"(?<=[?&])([^=&#]+)=([^&#]+)")
_TERMS = frozenset(("ping", "post", "request", "reply"))
"""Tables in which a text that does not begin with = names a field, or a place in an answer."""
_ABOUT = ("_path", "_pattern", "_words", "_header")
"""How settings end that say where something stands."""


def shown(value: Any, terms: bool = False) -> Any:
    """A noun's settings without what opens doors: texts under a name that tells of a secret are hidden.

    So are parameters of addresses. A mere reference to a secret opens none, nor does the name of a field.
    """
    if isinstance(value, dict):
        return {
            key: _text(key, part, terms) if isinstance(part, str) else shown(part, key in _TERMS)
            for key, part in value.items()
        }
    return [shown(part) for part in value] if isinstance(value, list | tuple) else value


def _text(name: str, text: str, terms: bool) -> str:
    if "://" in text:
        return _PARAMETER.sub(lambda found: f"{found[1]}={_text(found[1], found[2], terms=False)}", text)
    is_open = only_refers(text) or name.endswith(_ABOUT) or (terms and not text.startswith("="))
    return text if is_open or not sounds_secret(name) else HIDDEN


def told(request: Asked, noun: Noun) -> Any:
    """A noun as whoever asks may see it: an owner or operator whole, so that what he reads can be written back."""
    return noun if "see_private" in request.state.asker.rights else shown(msgspec.to_builtins(noun))
