"""What opens doors is hidden: from everybody in the market's past, from readers everywhere."""

import re
from typing import Any

import msgspec

from outbid.api.said.reading import Asked
from outbid.core.dialect.reference import only_refers
from outbid.core.market.noun import Noun

HIDDEN = "•••"
_SECRET = re.compile(r"^(x-)?api[-_]?key$|auth|cookie|password|secret|token$|signature", re.IGNORECASE)


def shown(value: Any) -> Any:
    """A noun's settings without what opens doors: texts under a name that tells of a secret are hidden.

    A mere reference to a secret opens none.
    """
    if isinstance(value, dict):
        return {
            key: HIDDEN if isinstance(part, str) and _SECRET.search(key) and not only_refers(part) else shown(part)
            for key, part in value.items()
        }
    return [shown(part) for part in value] if isinstance(value, list | tuple) else value


def told(request: Asked, noun: Noun) -> Any:
    """A noun as whoever asks may see it: an operator whole, so that what he reads can be written back."""
    return noun if request.state.asker.role == "operator" else shown(msgspec.to_builtins(noun))
