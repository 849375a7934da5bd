"""What every part of the compiler looks things up in: nouns by slug, plugins, secrets."""

from typing import Any

import msgspec

from outbid.core.dialect.reference import Words
from outbid.core.market.making.plan import Planner
from outbid.core.market.making.terms import Fault
from outbid.core.market.problem import Path
from outbid.core.market.snapshot import Rows


class Names(msgspec.Struct, frozen=True):
    """The nouns of the version that is compiled, and where their plugins and secrets come from.

    `strict`: it is about to be saved, so that what a secret's value is not fit for is told.
    """

    nouns: Rows
    planner: Planner
    secrets: Words
    strict: bool = True

    def find(self, kind: str, slug: str, path: Path) -> tuple[int, Any]:
        """Number and noun of a slug that another noun names at `path`. Raises Fault."""
        found = self.nouns.get(kind, {}).get(slug)
        if found is None:
            known = ", ".join(sorted(self.nouns.get(kind, {}))) or "none"
            raise Fault(path, f"there is no {kind} {slug!r}; there are: {known}")
        return found
