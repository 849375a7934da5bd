"""The filter language: which leads an offer wants, said in data, with one meaning.

    {all: [{fact: state, one_of: [CA, TX]}, {fact: birth_date.age, between: [25, 65]},
           {any: [{fact: insured, equals: yes}, {fact: email.domain, not_one_of: [example.test]}]}]}

A test on a fact that the lead does not have fails, but for `present: no` and for the negations (`not_equals`,
`not_one_of`, `not_contains`), which hold exactly where their positive does not. `between` includes both ends.

Values of equalities, lists and bounds are brought to the fact's own form (`texas` to `TX`), then compared exactly.
Parts of text (`contains`, `starts_with`, `ends_with`, `matches`) are compared as they are written, upper and lower
case apart, as `equals` does; a pattern may begin with `(?i)`.
"""

from outbid.core.match.filter.language import (
    DEEPEST,
    LONGEST_TEXT,
    MODES,
    MOST_VALUES,
    OPERATORS,
    Fact,
    Facts,
    FilterError,
    Group,
    Mode,
    Node,
    Operator,
    Predicate,
    Test,
    facts_read,
)
from outbid.core.match.filter.meaning import compile_filter
from outbid.core.match.filter.reading import read_filter, read_values
from outbid.core.match.filter.telling import explain

__all__ = [
    "DEEPEST",
    "LONGEST_TEXT",
    "MODES",
    "MOST_VALUES",
    "OPERATORS",
    "Fact",
    "Facts",
    "FilterError",
    "Group",
    "Mode",
    "Node",
    "Operator",
    "Predicate",
    "Test",
    "compile_filter",
    "explain",
    "facts_read",
    "read_filter",
    "read_values",
]
