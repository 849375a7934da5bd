"""How an outgoing value is made: a table from the buyer's keys to terms, with steps, maps, conditions and structure.

    contact.name:          "{first_name} {last_name}"
    contact.phones.0:      phone | digits | last 10
    birth_date:            birth_date | date %m/%d/%Y
    owns:                  {value: owns_home, map: {yes: Own, no: Rent}, otherwise: Unknown}
    jornaya:               {value: leadid_token, when: {fact: leadid_token, present: yes}}
    drivers.*.name:        driver_{n}_name

Which lead fields a mapping reads is known without running it, conditions included, so that exposure can be recorded.
Everything is compiled once for a market; nothing that a lead holds makes a mapping fail.
"""

from outbid.core.dialect.mapping.entry import Entry, Line, Table, compile_line, text_of_said
from outbid.core.dialect.mapping.shown import Shown, shown
from outbid.core.dialect.mapping.steps import STEPS, Cdata, as_text
from outbid.core.dialect.mapping.table import FLAT, JSON, XML, Mapping, compile_mapping
from outbid.core.dialect.mapping.term import (
    FIRST,
    SYSTEM,
    Names,
    Term,
    compile_steps,
    compile_term,
    compile_term_of,
)
from outbid.core.dialect.mapping.tree import TEXT, Grammar

__all__ = [
    "FIRST",
    "FLAT",
    "JSON",
    "STEPS",
    "SYSTEM",
    "TEXT",
    "XML",
    "Cdata",
    "Entry",
    "Grammar",
    "Line",
    "Mapping",
    "Names",
    "Shown",
    "Table",
    "Term",
    "as_text",
    "compile_line",
    "compile_mapping",
    "compile_steps",
    "compile_term",
    "compile_term_of",
    "shown",
    "text_of_said",
]
