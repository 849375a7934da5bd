"""Random leads: some of persons seen before, some that no check lets through."""

import re
from random import Random
from typing import Any

PEOPLE = 12
PHONE = re.compile(r"\+1512555\d{4}")


def random_lead(chance: Random, number: int) -> tuple[str, dict[str, Any]]:
    """A lead as a seller would send it, with a tag of its own that travels into the buyers' books."""
    person = chance.randrange(PEOPLE) if chance.random() < 0.5 else 100 + number
    tag = f"lead-{number}"
    fields: dict[str, Any] = {
        "tag": tag,
        "first_name": "Ann",
        "email": f"ann{person}@example.com",
        "phone": f"+1512555{person:04d}",
        "zip": "78701",
        "state": chance.choice(("TX", "CA", "NY", "tx")),
        "amount": chance.randint(1, 100),
    }
    if chance.random() < 0.2:
        fields["email"] = f"other{number}@example.com"
    if chance.random() < 0.1:
        fields |= chance.choice(({"phone": "12"}, {"amount": "many"}, {"state": "ZZ"}, {"first_name": None}))
    if chance.random() < 0.1:
        fields["undeclared"] = {"deep": [1, "x\u0000"]}
    return tag, fields
