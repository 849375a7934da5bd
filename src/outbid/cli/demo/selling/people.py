"""Made-up people who ask for car insurance: believable, all different, and nobody's real number or address."""

import datetime
import random
import unicodedata
from collections.abc import Iterator
from functools import cache
from itertools import count
from typing import Any, Literal, get_args

from outbid.cli.demo.draws import choice, mark
from outbid.cli.demo.selling.places import AREA_CODES, Place, places_of
from outbid.cli.demo.selling.words import (
    FIRST_NAMES,
    LAST_NAMES,
    MAIL_DOMAINS,
    NETWORKS,
    STREET_KINDS,
    STREET_NAMES,
    VEHICLES,
)

Person = dict[str, Any]
Flaw = Literal["missing_field", "bad_phone", "repeat", "unknown_field"]
FLAWS: tuple[Flaw, ...] = get_args(Flaw)

NUMBERS_PER_AREA = 100
"""In each area only 555-0100 to 555-0199 are reserved for stories."""
PEOPLE = len(AREA_CODES) * NUMBERS_PER_AREA
"""How many people there are before a number must come back."""

_MISSABLE = ("email", "phone", "zip", "last_name", "birth_date", "vehicle_year")
_BAD_PHONES = ("555-0123", "000-000-0000", "1234567890", "n/a", "call me at work", "(512) 055-0123")
_UNKNOWN: tuple[Person, ...] = (
    {"utm_campaign": "spring-quotes", "utm_source": "newsletter"},
    {"LeadScoreV2": 0.73},
    {"tracking": {"session": "a41f", "variant": "B"}},
    {"homeowner": "yes", "credit_rating": "good"},
)


def people(seed: int, first: int = 0, today: datetime.date | None = None) -> Iterator[Person]:
    """People without end, from the place `first` in the seed's order; the first PEOPLE of them are all different.

    The order is a permutation of all numbers, so nothing of who came before has to be kept. `today` is what ages
    are counted from; without it, the day on which the person is made.
    """
    order = list(range(PEOPLE))
    random.Random(f"people {seed}").shuffle(order)
    for at in count(first):
        yield _person(seed, order[at % PEOPLE], today or datetime.date.today())


def _person(seed: int, number: int, today: datetime.date) -> Person:
    dice = random.Random(f"{seed} {number}")
    area_code, line = AREA_CODES[number // NUMBERS_PER_AREA], number % NUMBERS_PER_AREA
    place = dice.choice(_places_of(area_code))
    first, last = dice.choice(FIRST_NAMES), dice.choice(LAST_NAMES)
    make, model, year = _vehicle(dice, today.year)
    return {
        "first_name": first,
        "last_name": last,
        "email": _email(dice, first, last, number),
        "phone": _phone(dice, area_code, line),
        "street": f"{dice.randint(1, 9899)} {dice.choice(STREET_NAMES)} {dice.choice(STREET_KINDS)}",
        "city": place.city,
        "state": place.state,
        "zip": place.zip,
        "birth_date": _birth_date(dice, today),
        "vehicle_year": year,
        "vehicle_make": make,
        "vehicle_model": model,
        "insured": dice.random() < 0.78,
        "incidents": dice.choices((0, 1, 2, 3, 4, 6), (70, 19, 7, 2, 1, 1))[0],
        "trustedform_url": f"https://cert.example.com/{dice.randbytes(20).hex()}",
        "ip": f"{dice.choice(NETWORKS)}.{dice.randint(1, 254)}",
    }


@cache
def _places_of(area_code: str) -> tuple[Place, ...]:
    return places_of(area_code)


def _email(dice: random.Random, first: str, last: str, number: int) -> str:
    """The number, which nobody else has, makes the address unique too."""
    first, last = _plain(first), _plain(last)
    name = dice.choice((f"{first}.{last}", f"{first[0]}{last}", f"{last}.{first}", f"{first}_{last}"))
    return f"{name}{number}@{dice.choice(MAIL_DOMAINS)}"


def _plain(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name).lower()
    return "".join(letter for letter in letters if "a" <= letter <= "z")


def _phone(dice: random.Random, area_code: str, line: int) -> str:
    """Written in the ways that forms let through."""
    form = dice.choice(("({}) 555-01{:02}", "{}-555-01{:02}", "{}55501{:02}", "+1{}55501{:02}", "{}.555.01{:02}"))
    return form.format(area_code, line)


def _birth_date(dice: random.Random, today: datetime.date) -> str:
    """Mostly of working age; about one in a hundred is not yet 18."""
    years = dice.uniform(15.5, 17.9) if dice.random() < 0.01 else min(dice.triangular(18.05, 88, 33), 88)
    born = today - datetime.timedelta(days=years * 365.2425)
    return born.isoformat() if dice.random() < 0.8 else born.strftime("%m/%d/%Y")


def _vehicle(dice: random.Random, this_year: int) -> tuple[str, str, int]:
    make, model, since = dice.choice(VEHICLES)
    age = int(dice.triangular(0, 25, 6))
    return make, model, max(since, this_year - age)


def flawed(person: Person, kind: Flaw) -> Person:
    """The same person's lead as careless sellers send it; the person given stays as he is.

    repeat   a person who was sent before, typed in anew: other capitals, other signs between the digits
    """
    made = dict(person)
    seed_text = str(person["email"])
    if kind == "missing_field":
        field = choice(_MISSABLE, 0, "field", seed_text)
        if choice((True, False), 0, "blank", seed_text):
            made[field] = ""
        else:
            del made[field]
    elif kind == "bad_phone":
        made["phone"] = choice(_BAD_PHONES, 0, "phone", seed_text)
    elif kind == "repeat":
        digits = "".join(sign for sign in made["phone"] if sign.isdigit())[-10:]
        made["phone"] = f"{digits[:3]} {digits[3:6]} {digits[6:]}"
        made["email"] = made["email"].upper()
        made["trustedform_url"] = f"https://cert.example.com/{mark(0, 'again', seed_text)}"
    else:
        made |= choice(_UNKNOWN, 0, "unknown", seed_text)
    return made
