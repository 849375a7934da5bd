"""A sub-id outside the campaign's pattern is a fault: it decides nothing, is counted nowhere, and stands in the seal."""

from harness.buyers import ACCEPT, bid
from harness.house import open_house
from harness.market import FIELDS, lead, nouns, offer
from outbid.core.ids import LEAD, parse
from outbid.core.scope import HOUSE
from outbid.exchange.revive import lead_of
from outbid.store import leads

SUB_ID = {"name": "sub_id", "type": "text", "settings": {"pattern": "[a-z]{2}[0-9]{1,6}", "example": "ab12"}}
ODD = "ann.example 555-0123"


async def _everything(house) -> str:
    """All that stands in the database in the open, as text."""
    tables = await house.connection.fetch(
        "select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace"
    )
    found = []
    for (name,) in tables:
        found += [str(row) for row in await house.connection.fetch(f'select t::text from "{name}" t')]
    return "\n".join(found)


async def test_a_sub_id_outside_the_pattern_is_sealed(database_url, app_database_url, buyers):
    buyers.on("a", ping=bid("10"), post=ACCEPT)
    checks = [{"plugin": "type", "on_flaw": "flag"}]
    more = {"fields": [*FIELDS, SUB_ID], "checks": checks, "dimensions": ["sub_id"]}
    market = nouns([offer("a", buyers.port, delivery={"post": {"sub": "sub_id"}})], campaign_more=more)
    async with open_house(database_url, app_database_url, market) as house:
        odd = (await house.sell(lead() | {"sub_id": ODD})).json
        good = (await house.sell(lead() | {"sub_id": "ab12"})).json
        assert (odd["outcome"], good["outcome"]) == ("sold", "sold")
        record = await leads.read(house.connection, HOUSE, *parse(LEAD, odd["lead"]))
        known = lead_of(house.process.exchange.vault, record, house.process.exchange.market)
        assert (known.values["sub_id"].raw, known.values["sub_id"].fault) == (ODD, "text.other_form")
        seen = await _everything(house)
        assert "ab12" in seen
        assert ODD not in seen
