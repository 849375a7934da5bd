"""A filter read singly, through the index and as SQL: one meaning; and counts of what it would have matched."""

import os

import msgspec
import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from outbid.core.ids import uuid7
from outbid.core.match.filter import MODES, OPERATORS, Fact, compile_filter, read_filter
from outbid.core.match.index import Index
from outbid.core.scope import HOUSE, Scope
from outbid.store import database
from outbid.store.reading import counts, filters
from outbid.store.upkeep import partitions

NOW_MS = 1_795_000_000_000
HOUR_MS = 3_600_000

FACTS = {
    "n": Fact("number"),
    "m.part": Fact("number"),
    "t": Fact("text"),
    "b": Fact("boolean"),
    "d": Fact("date"),
}
# Few values, so that hits are common; text that SQL, LIKE, JSON or a collation could take for something else.
NUMBER = st.sampled_from([-1, -0.5, 0, 1, 1.0, 0.1, 2.5, 25, 25.0, 1e-7, 2**53, 1e15])
TEXT = st.sampled_from(
    ["", "a", "A", "B", "ab", "_", "%", "a'b", 'a"b', "a\\b", "é", "e\u0301", "\U0001f3e0x", "1", "true", "null"]
)
DAY = st.sampled_from(["1999-12-31", "2000-01-01", "2000-02-29"])
PATTERN = st.sampled_from(["^a", "b$", "^$", "(?i)A", "."])
VALUES = {"number": NUMBER, "text": TEXT, "boolean": st.booleans(), "date": DAY}


def value_of(operator: str, kind: str) -> st.SearchStrategy:
    value = VALUES[kind]
    if operator == "present":
        return st.booleans()
    if operator in ("one_of", "not_one_of"):
        return st.lists(value, min_size=1, max_size=4)
    if operator == "between":
        return st.tuples(value, value).map(sorted)
    if operator == "matches":
        return PATTERN
    return value.filter(bool) if operator in ("contains", "not_contains", "starts_with", "ends_with") else value


TEST = st.sampled_from([(name, word) for name, fact in FACTS.items() for word in OPERATORS[fact.kind]]).flatmap(
    lambda pair: value_of(pair[1], FACTS[pair[0]].kind).map(lambda value: {"fact": pair[0], pair[1]: value})
)
FILTER = st.recursive(
    TEST,
    lambda part: st.tuples(st.sampled_from(MODES), st.lists(part, min_size=1, max_size=3)).map(
        lambda pair: {pair[0]: pair[1]}
    ),
    max_leaves=8,
)
LEAD = st.fixed_dictionaries({}, optional={name: VALUES[fact.kind] for name, fact in FACTS.items()})
OTHER_KINDS = {
    "number": TEXT | DAY,
    "text": NUMBER | st.booleans(),
    "boolean": TEXT | DAY,
    "date": NUMBER | st.booleans(),
}
OLD_LEAD = st.fixed_dictionaries(
    {}, optional={name: VALUES[fact.kind] | OTHER_KINDS[fact.kind] for name, fact in FACTS.items()}
)
ASKED = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@pytest_asyncio.fixture
async def connection(database_url):
    """A connection to the emptied database."""
    opened = await database.connect(database_url)
    yield opened
    await opened.close()


async def selected(connection, found: filters.Condition, leads: list[dict]) -> list[bool]:
    """What a condition says of each lead, null told apart from false."""
    rows = await connection.fetch(
        f"select ({found.sql}) as holds from unnest($1::jsonb[]) with ordinality as l (facts, n) order by n",
        [msgspec.json.encode(lead) for lead in leads],
        *found.parameters,
    )
    return [row["holds"] for row in rows]


def kept(lead: dict) -> dict:
    """The facts as they come back from the database."""
    return msgspec.json.decode(msgspec.json.encode(lead))


@ASKED
@given(document=FILTER, leads=st.lists(LEAD, min_size=1, max_size=6))
async def test_sql_says_what_the_single_reading_and_the_index_say(connection, document, leads):
    node = read_filter(document, FACTS)
    single = [compile_filter(node)(kept(lead)) for lead in leads]
    index = Index([None, node])
    assert [1 in index.matching(kept(lead)) for lead in leads] == single
    found = filters.condition(node, 2)
    in_sql = await selected(connection, found, leads)
    if found.exact:
        assert in_sql == single
    assert None not in in_sql
    assert all(wide for wide, matched in zip(in_sql, single, strict=True) if matched)


@ASKED
@given(document=FILTER, leads=st.lists(OLD_LEAD, min_size=1, max_size=6))
async def test_facts_of_another_kind_are_nothing_to_either_reading(connection, document, leads):
    node = read_filter(document, FACTS)
    found = filters.condition(node, 2)
    in_sql = await selected(connection, found, leads)
    single = [compile_filter(node)(kept(lead)) for lead in leads]
    assert in_sql == single if found.exact else all(wide >= one for wide, one in zip(in_sql, single, strict=True))


@ASKED
@given(document=FILTER, leads=st.lists(LEAD, min_size=1, max_size=6))
async def test_what_has_no_reading_selects_too_much_and_never_too_little(connection, document, leads):
    node = read_filter(document, FACTS)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(filters, "MOST_IN_SQL", 1)
        found = filters.condition(node, 2)
    in_sql = await selected(connection, found, leads)
    single = [compile_filter(node)(kept(lead)) for lead in leads]
    assert all(wide for wide, matched in zip(in_sql, single, strict=True) if matched)
    assert found.exact or "matches" in str(document) or "one_of" in str(document)
    assert in_sql == single or not found.exact


@pytest.mark.parametrize(
    ("document", "exact"),
    [
        ({"fact": "t", "contains": "a"}, True),
        ({"fact": "n", "one_of": list(range(1000))}, True),
        ({"fact": "n", "one_of": list(range(1001))}, False),
        ({"none": [{"fact": "n", "not_one_of": list(range(1001))}]}, False),
        ({"all": [{"fact": "n", "equals": 1}, {"fact": "t", "matches": "a"}]}, False),
    ],
)
def test_a_condition_says_whether_it_is_exact(document, exact):
    assert filters.condition(read_filter(document, FACTS), 1).exact is exact


def test_values_and_names_travel_as_parameters():
    evil = "a' or true --"
    facts = {evil: Fact("text")}
    document = {"all": [{"fact": evil, word: evil} for word in OPERATORS["text"] if word[-3:] in ("als", "ins", "ith")]}
    found = filters.condition(read_filter(document, facts), 7)
    assert evil not in found.sql
    assert "$7::text" in found.sql
    assert found.parameters[0] == evil
    assert found.parameters.count(evil) == 5
    assert f"${7 + len(found.parameters) - 1}::" in found.sql


def test_more_parameters_than_a_statement_holds_pre_select_everything():
    parts = [{"fact": "n", "equals": at} for at in range(filters.MOST_PARAMETERS)]
    assert filters.condition(read_filter({"any": parts}, FACTS), 1) == ("true", [], False)


async def store(connection, facts: list[dict], **other) -> None:
    """Leads of campaign 1 that arrived now, one a millisecond; `other` changes campaign, arrival or test."""
    start_ms = other.get("at_ms", NOW_MS)
    await connection.executemany(
        "insert into lead values (0, $1, 1, 1, $2, 1, $3, $4, $5, $6)",
        [
            (
                uuid7(start_ms + at, os.urandom(10)),
                other.get("campaign", 1),
                other.get("test", False),
                start_ms + at,
                msgspec.json.encode(one),
                b"",
            )
            for at, one in enumerate(facts)
        ],
    )


@pytest_asyncio.fixture
async def leads(connection):
    """Ten leads with n from 0 to 9, and some that must not count."""
    await partitions.make_ahead(connection, NOW_MS, 1)
    await store(connection, [{"n": at, "t": "ab"[at % 2]} for at in range(10)])
    await store(connection, [{"n": 5, "t": "a"}], campaign=2)
    await store(connection, [{"n": 5, "t": "a"}], test=True)
    await store(connection, [{"n": 5, "t": "a"}], at_ms=NOW_MS - HOUR_MS)
    return connection


async def counted(connection, *documents, since_ms=NOW_MS):
    return await counts.counts(connection, HOUSE, 1, [read_filter(one, FACTS) for one in documents], since_ms)


@pytest.mark.parametrize(
    ("document", "wanted"),
    [
        ({"fact": "n", "at_least": 5}, 5),
        ({"fact": "t", "matches": "^A$"}, 0),
        ({"fact": "t", "matches": "^a$"}, 5),
        ({"all": [{"fact": "n", "one_of": [5, *range(100, 1200)]}, {"fact": "t", "equals": "b"}]}, 1),
        ({"none": [{"fact": "n", "one_of": [5, *range(100, 1200)]}]}, 9),
        ({"fact": "n", "equals": 77}, 0),
    ],
)
async def test_leads_are_counted_that_a_filter_would_have_matched(leads, document, wanted):
    assert await counted(leads, document) == (10, 10, [wanted], [])


async def test_each_part_is_counted_by_itself(leads):
    parts = [{"fact": "n", "at_least": 5}, {"any": [{"fact": "t", "equals": "a"}, {"fact": "n", "equals": 9}]}]
    assert (await counted(leads, {"all": parts}, *parts)).parts == [3, 5, 6]
    pattern = {"fact": "t", "matches": "a"}
    assert (await counted(leads, {"all": [*parts, pattern]}, *parts, pattern)).parts == [2, 5, 6, 5]


async def test_what_arrived_before_is_not_counted(leads):
    assert (await counted(leads, {"fact": "n", "equals": 5}, since_ms=NOW_MS - HOUR_MS)).parts == [2]
    assert (await counted(leads, {"fact": "n", "equals": 5}, since_ms=NOW_MS + 6)).parts == [0]


async def test_of_too_many_leads_only_the_newest_are_looked_at(leads, monkeypatch):
    monkeypatch.setattr(counts, "MOST_COUNTED", 4)
    monkeypatch.setattr(counts, "MOST_READ", 3)
    assert await counted(leads, {"fact": "n", "at_most": 8}) == (10, 4, [3], [])
    assert await counted(leads, {"fact": "t", "matches": "b"}) == (10, 3, [2], [])


@pytest.mark.parametrize("document", [{"fact": "n", "at_least": 5}, {"fact": "t", "matches": "[ab]"}])
async def test_what_they_were_sold_for_is_told_by_the_highest_sale_of_each(leads, document):
    for n, price, status in ((9, 5, "sold"), (9, 7, "sold"), (8, 3, "sold"), (7, 99, "rejected"), (6, 1, "sold")):
        await leads.execute(
            """insert into sale select 0, gen_random_uuid(), l.id, 1, 1, 1, $2, $3, 0, now() from lead l
            where l.facts ->> 'n' = $1 and l.campaign = 1""",
            str(n),
            status,
            price,
        )
    assert (await counted(leads, document)).prices == [1, 3, 7]


@pytest.mark.parametrize("kind", ["seller", "source", "buyer"])
async def test_only_the_house_counts(connection, kind):
    with pytest.raises(PermissionError):
        await counts.counts(connection, Scope(kind, 1), 1, [read_filter({"fact": "n", "equals": 5}, FACTS)], NOW_MS)
