"""The steps of a pipe, by name. To add one, write it beside its kin; the reference lists it with its example.

A step takes a value that is there and makes another one of it, or nothing; it never fails on a lead.
"""

from outbid.core.dialect.mapping.steps.codes import CODES, Cdata
from outbid.core.dialect.mapping.steps.dates import DATES, SIGNS
from outbid.core.dialect.mapping.steps.numbers import NUMBERS
from outbid.core.dialect.mapping.steps.step import Change, Step, as_text
from outbid.core.dialect.mapping.steps.texts import TEXTS

__all__ = ["SIGNS", "STEPS", "Cdata", "Change", "Step", "as_text"]

STEPS: dict[str, Step] = {step.name: step for step in (*TEXTS, *NUMBERS, *DATES, *CODES)}
