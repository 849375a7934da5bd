"""Claims on a lead's person that a buyer has for what he bought: made with the hold, given back with a reject."""

from collections.abc import Sequence

from outbid.core.lead import event as ev
from outbid.core.lead.lead import Lead
from outbid.core.market.snapshot import Offer
from outbid.core.person.same import told_by
from outbid.exchange.story import Story
from outbid.store.commit.entry import Claim
from outbid.store.vault import Vault


def claims_for(vault: Vault, lead: Lead, offer: Offer, at_ms: int) -> tuple[Claim, ...]:
    """What a hold at an instant claims by the duplicate rules of the offer and its buyer: keyed hashes and their end.

    They follow from the lead, so that whoever settles the sale knows them.
    """
    return tuple(
        Claim(vault.person(name, text), rule.scope, name, at_ms + rule.window_ms)
        for rule in offer.duplicates
        for name, text in told_by(lead.values, rule.fields, together=rule.together).items()
    )


def given_back(vault: Vault, story: Story, events: Sequence[ev.Event]) -> tuple[Claim, ...]:
    """The claims of the sales of a lead that these events say were not bought."""
    not_bought = {sale for event in events if (sale := _not_bought(event)) is not None}
    if not not_bought:
        return ()
    offers = story.plan.campaign.offers
    sold_to = [offers[sale.offer] for sale in story.state.sales if sale.id in not_bought]
    return tuple(claim for offer in sold_to for claim in claims_for(vault, story.lead, offer, 0))


def _not_bought(event: ev.Event) -> str | None:
    """The sale that an event says was not bought."""
    if isinstance(event, ev.Rejected) or (isinstance(event, ev.Settled) and event.outcome == "rejected"):
        return event.sale
    return None
