"""What of a compiled market must be made anew when some nouns changed, and how the rest is taken over as it is."""

from collections.abc import Iterable, Mapping
from typing import Any

from msgspec.structs import replace

from outbid.core.dialect.reference import Words
from outbid.core.market import noun as spec
from outbid.core.market import snapshot as made
from outbid.core.market.difference import same
from outbid.core.market.problem import Problem

Slugs = frozenset[str]
NONE: Slugs = frozenset()
EMPTY = made.Market(0, {}, {}, {}, {}, {}, {})


class TakenOver:
    """A compiled market seen from the nouns of another version.

    `stale` has, by kind, the slugs of what changed, came or went, and of what rests on such; `plans` the campaigns of
    which those things changed that their offers rest on. What is not stale stands in both versions, and is the same.
    """

    def __init__(self, before: made.Market, nouns: made.Rows, secrets: Words) -> None:
        self._before, self._nouns = before, nouns
        changed = {kind: _changed(before.nouns.get(kind, {}), nouns.get(kind, {})) for kind in spec.KINDS}
        self.plans = frozenset(slug for slug in changed["campaign"] if _plan(before.nouns, slug) != _plan(nouns, slug))
        self.stale = dict(changed)
        self._add_what_rests(changed)
        self._add_what_refers(secrets)
        self.gone = {kind: self._numbers_before(kind) for kind in ("offer", "source")}

    def _add_what_rests(self, changed: Mapping[str, Slugs]) -> None:
        stale, buyers, sources = self.stale, changed["buyer"] | self._of_groups(changed["group"]), changed["source"]
        if self.plans or buyers or sources:
            stale["offer"] |= {
                slug
                for slug, offer in self.of("offer")
                if offer.buyer in buyers
                or offer.campaign in self.plans
                or not sources.isdisjoint(offer.source_caps)
                or _name(offer.prices, sources)
            }
        if sources:
            stale["campaign"] |= {
                slug
                for slug, found in self.of("campaign")
                if _name((*found.floors, *found.margins, *found.routes), sources)
            }
        stale["seller"] |= {slug for slug, seller in self.of("seller") if not buyers.isdisjoint(seller.buyer_caps)}
        resting = {**changed, "seller": stale["seller"]}
        stale["source"] |= {slug for slug, source in self.of("source") if _rests(source, resting)}
        stale["key"] |= {slug for slug, key in self.of("key") if key.owner in changed.get(key.holder, NONE)}

    def _of_groups(self, groups: Slugs) -> Slugs:
        return frozenset(slug for slug, buyer in self.of("buyer") if buyer.group in groups) if groups else NONE

    def _add_what_refers(self, secrets: Words) -> None:
        """Nouns that refer to secrets with other values than before."""
        before = self._before.secrets
        others = {name for name in before.keys() | secrets.keys() if before.get(name) != secrets.get(name)}
        for (kind, slug), names in self._before.refers.items() if others else ():
            if not others.isdisjoint(names):
                self.stale[kind] |= {slug}

    def _numbers_before(self, kind: str) -> frozenset[int]:
        rows = self._before.nouns.get(kind, {})
        return frozenset(rows[slug][0] for slug in self.stale[kind] if slug in rows)

    def of(self, kind: str) -> list[tuple[str, Any]]:
        """The nouns of a kind as they are now."""
        return [(slug, noun) for slug, (_, noun) in self._nouns.get(kind, {}).items()]

    def stale_nouns(self) -> dict[str, dict[str, tuple[int, spec.Noun]]]:
        """The nouns that are stale, as they are now."""
        rows = self._nouns
        return {
            kind: {slug: rows[kind][slug] for slug in slugs if slug in rows.get(kind, {})}
            for kind, slugs in self.stale.items()
        }

    def refers(self, found: dict[tuple[str, str], Slugs]) -> dict[tuple[str, str], Slugs]:
        """The names of secrets that each noun refers to, with those that were found in what is stale."""
        return {key: names for key, names in self._before.refers.items() if key[1] not in self.stale[key[0]]} | found

    def lacks(self, found: list[Problem]) -> tuple[Problem, ...]:
        """Where a secret is not there, with what was found in what is stale."""
        return (*(lack for lack in self._before.lacks if lack.slug not in self.stale[lack.kind]), *found)

    def campaign(self, number: int) -> made.Campaign | None:
        """The campaign as it was compiled, whether it changed since or not."""
        return self._before.campaigns.get(number)

    def offers(self, built: Mapping[str, made.Offer]) -> dict[int, made.Offer]:
        """All offers by number, with those that were built."""
        return over(self._before.offers, self.gone["offer"], built.values())

    def sources(
        self, built: Mapping[str, made.Source], campaigns: Mapping[int, made.Campaign]
    ) -> dict[int, made.Source]:
        """All sources by number, with those that were built, each with its campaign as it is now."""
        found = over(self._before.sources, self.gone["source"], built.values())
        for number, source in found.items():
            campaign = campaigns[source.campaign.number]
            if campaign is not source.campaign:
                found[number] = replace(source, campaign=campaign)
        return found

    def keys(self, built: Mapping[str, tuple[str, made.Holder] | None]) -> dict[str, made.Holder]:
        """Whom each key speaks for."""
        kept = {hash_: holder for hash_, holder in self._before.keys.items() if holder.key not in self.stale["key"]}
        return kept | dict(pair for pair in built.values() if pair is not None)

    def names(self) -> dict[tuple[str, int], str]:
        """The slug of each noun by kind and number."""
        names = dict(self._before.names)
        for kind, slugs in self.stale.items():
            before, now = self._before.nouns.get(kind, {}), self._nouns.get(kind, {})
            for slug in slugs & before.keys():
                del names[kind, before[slug][0]]
            names.update({(kind, now[slug][0]): slug for slug in slugs & now.keys()})
        return names


def over(before: Mapping[int, Any], gone: frozenset[int], come: Iterable[Any]) -> dict[int, Any]:
    """By number: what stood before, without what is gone, and what came."""
    found = dict(before)
    for number in gone:
        found.pop(number, None)
    found.update((noun.number, noun) for noun in come)
    return found


def _changed(before: Mapping[str, Any], now: Mapping[str, Any]) -> Slugs:
    """A noun that did not change is best the very same object: that is seen at once."""
    if before is now:
        return NONE
    others = (slug for slug, row in now.items() if (was := before.get(slug)) is not row and not _same(was, row))
    return frozenset(others) | (before.keys() - now.keys())


def _same(was: tuple[int, Any] | None, now: tuple[int, Any]) -> bool:
    return was is not None and was[0] == now[0] and same(was[1], now[1])


def _name(rules: Iterable[spec.Rule], sources: Slugs) -> bool:
    """Does any of the rules name one of the sources?"""
    return any(not sources.isdisjoint(rule.sources) for rule in rules if rule.sources)


def _plan(nouns: made.Rows, slug: str) -> Any:
    """What offers rest on of their campaign."""
    row: tuple[int, Any] | None = nouns.get("campaign", {}).get(slug)
    if row is None:
        return None
    number, campaign = row
    tiers = [tier.slug for tier in campaign.tiers]
    control = campaign.breaker, campaign.health
    return number, campaign.fields, campaign.ping_fields, campaign.currency, control, tiers


def _rests(source: spec.Source, changed: Mapping[str, Slugs]) -> bool:
    buyers = changed["buyer"]
    named = not (buyers.isdisjoint(source.buyers or ()) and buyers.isdisjoint(source.buyer_caps))
    return named or source.seller in changed["seller"] or source.campaign in changed["campaign"]
