"""Who may what: the roles of the house's people and what each allows, in one table."""

from collections.abc import Mapping
from typing import Final, Literal, get_args

from outbid.store.people.users import Role

Right = Literal["look", "change", "see_private", "manage_people", "make_house_keys", "grant_private_targets"]
"""What somebody may.

look                   read whatever is neither personal nor a secret
change                 write: the market, money, verdicts, jobs, requests of persons
see_private            what is personal, and secrets that stand written out in the market
manage_people          invite people, change their roles, sign them out, take them away; change the house's settings
make_house_keys        make and revoke keys of the house: whoever has one may what an owner may
grant_private_targets  let an offer, a source, a buyer's notices or an enricher reach a private address
"""
_OPERATORS: Final = frozenset[Right](("look", "change", "see_private"))
RIGHTS: Final[Mapping[Role, frozenset[Right]]] = {
    "owner": frozenset(get_args(Right)),
    "operator": _OPERATORS,
    "viewer": frozenset(("look",)),
}


def roles_with(right: Right) -> str:
    """The roles that have a right, as words: `owner or operator`."""
    return " or ".join(role for role, rights in RIGHTS.items() if right in rights)
