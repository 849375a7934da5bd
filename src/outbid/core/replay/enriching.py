"""Enrichers when a lead is replayed: all of them are asked, in their order, and give their fields."""

from collections.abc import Iterator

from outbid.core.lead import event as ev
from outbid.core.market.snapshot import Campaign


class Enriching:
    """The enrichers of a campaign, as a lead meets them. Pairs are of what was recorded and what is so now."""

    def __init__(self, campaign: Campaign) -> None:
        self._gives = {enricher.name: enricher.gives for enricher in campaign.enrichers}
        self._asked: list[str] = []

    def knows(self, event: ev.Enriched) -> bool:
        """Does the campaign have the enricher?"""
        return event.enricher in self._gives

    def begins_anew(self) -> None:
        """The process died that asked them; what it told of them stands."""
        self._asked = []

    def asked(self, event: ev.Enriched) -> Iterator[tuple[str, str]]:
        """It gives what it is there to give; what that is was recorded."""
        self._asked.append(event.enricher)
        gives = self._gives[event.enricher]
        if others := sorted(set(event.gave) - set(gives)):
            yield f"{event.enricher} gave {', '.join(others)}", f"it gives {', '.join(gives)}"

    def over(self, refused: str | None) -> Iterator[tuple[str, str]]:
        """All were asked; or none, of a lead that is refused before."""
        asked, self._asked = self._asked, []
        if asked != list(self._gives) and (asked or refused is None):
            yield f"enriched by {', '.join(asked) or 'nobody'}", f"by {', '.join(self._gives)}"
