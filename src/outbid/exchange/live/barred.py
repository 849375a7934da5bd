"""Who need not be asked about a lead for its person: buyers who have him already, and those on whose lists he is."""

from collections.abc import Mapping, Sequence

import msgspec

from outbid.core.contract import LISTED, Conflict, Lookup
from outbid.core.lead import event as ev
from outbid.core.lead.lead import Lead
from outbid.core.market.snapshot import Duplicates, Field, Offer
from outbid.core.person.listed import sha256_forms
from outbid.core.person.same import told_by
from outbid.exchange.arrive import PERSON_FIELDS
from outbid.exchange.exchange import Exchange
from outbid.exchange.story import Story
from outbid.store.people.suppressions import HOUSE_LIST
from outbid.store.reading.claims import Known
from outbid.store.vault import Vault

Telling = tuple[tuple[str, ...], bool]
"""By which fields a rule tells persons, and whether by all together."""


class Barred(msgspec.Struct, frozen=True):
    """Who needs not be asked about a lead: what was known of its person when that was looked up.

    told   the hashes of the person, by how a rule tells him
    had    the claims of other leads: (hash, scope)
    lists  the owners of the suppression lists that he is on
    """

    told: Mapping[Telling, tuple[bytes, ...]] = {}
    had: frozenset[tuple[bytes, str]] = frozenset()
    lists: frozenset[str] = frozenset()

    def skip(self, offer: Offer) -> ev.Skip | None:
        """Why an offer is not asked, if it need not be; the hold decides."""
        if self.lists and f"buyer:{offer.buyer}" in self.lists:
            return ev.Skip(offer.number, ev.SUPPRESSED)
        if self.had and any(self._has(rule) for rule in offer.duplicates):
            return ev.Skip(offer.number, ev.AT_BUYER)
        return None

    def _has(self, rule: Duplicates) -> bool:
        return any((one, rule.scope) in self.had for one in self.told[rule.fields, rule.together])


NOBODY = Barred()


async def barred_of(exchange: Exchange, story: Story) -> Barred:
    """Look up who has the lead's person. Where no rule and no list is for its buyers nothing is read."""
    campaign, vault = story.plan.campaign, exchange.vault
    rules, buyers = story.market.barring(campaign)
    lists = exchange.barring.lists & buyers
    if not rules and not lists:
        return NOBODY
    told = {rule: _hashes(vault, story.lead, *rule) for rule in rules}
    listed = on_lists(vault, campaign.fields, story.lead) if lists else ()
    rows = await exchange.barring.known(tuple(one for some in told.values() for one in some), listed)
    on = {row.scope for row in rows if row.lead is None and row.hash in listed}
    had = {(row.hash, row.scope) for row in rows if row.lead is not None and row.lead != story.id}
    return Barred(told, frozenset(had), lists & on) if on or had else NOBODY


async def listed_by_house(exchange: Exchange, story: Story, lookups: Sequence[Lookup]) -> tuple[Conflict, ...]:
    """Which of these lookups the house's suppression list answers."""
    if HOUSE_LIST not in exchange.barring.lists or not lookups:
        return ()
    hashes = hashes_of(exchange.vault, story.plan.campaign.fields, lookups)
    return answered(hashes, await exchange.barring.known((), tuple(one for some in hashes.values() for one in some)))


def hashes_of(vault: Vault, fields: Sequence[Field], lookups: Sequence[Lookup]) -> dict[str, tuple[bytes, ...]]:
    """What the house's list may have of whom a check looks for, by the field that tells him."""
    kinds = {field.name: field.type for field in fields}
    return {
        look.name: _on_lists(vault, kinds.get(look.name, ""), look.text) for look in lookups if look.scope == LISTED
    }


def answered(hashes: Mapping[str, tuple[bytes, ...]], rows: Sequence[Known]) -> tuple[Conflict, ...]:
    """The answers to lookups, given what was found of their hashes."""
    on = {row.hash for row in rows if row.scope == HOUSE_LIST and row.lead is None}
    return tuple(Conflict(LISTED, name, in_flight=False) for name, some in hashes.items() if not on.isdisjoint(some))


def lists_at_hold(exchange: Exchange, story: Story, offer: Offer) -> tuple[tuple[bytes, str], ...]:
    """What no list may have that binds a sale to an offer: the buyer's, and the house's where it refuses leads."""
    lists, campaign = exchange.barring.lists, story.plan.campaign
    if not lists:
        return ()
    owners = [owner for owner in (f"buyer:{offer.buyer}",) if owner in lists]
    refuses = any(check.plugin == "suppressed" and check.on_flaw == "refuse" for check in campaign.checks)
    if refuses and HOUSE_LIST in lists:
        owners.append(HOUSE_LIST)
    hashes = on_lists(exchange.vault, campaign.fields, story.lead) if owners else ()
    return tuple((one, owner) for owner in owners for one in hashes)


def on_lists(vault: Vault, fields: Sequence[Field], lead: Lead) -> tuple[bytes, ...]:
    """Every keyed hash by which a list may have the person of a lead: by each of his phones and e-mails."""
    kinds = {field.name: field.type for field in fields if field.type in PERSON_FIELDS}
    texts = told_by(lead.values, tuple(kinds), together=False)
    return tuple(one for name, text in texts.items() for one in _on_lists(vault, kinds[name], text))


def _on_lists(vault: Vault, kind: str, text: str) -> tuple[bytes, ...]:
    """By the hashes that lists are exchanged with, and by the one under which his leads are found."""
    return (*(vault.listed(form) for form in sha256_forms(text)), vault.person(kind, text))


def _hashes(vault: Vault, lead: Lead, fields: tuple[str, ...], together: bool) -> tuple[bytes, ...]:
    return tuple(vault.person(name, text) for name, text in told_by(lead.values, fields, together=together).items())
