"""When the next visitor fills in a form, and what he leaves: a Poisson stream on a gentle daily wave."""

import math
import random
import time
from collections import deque
from collections.abc import Iterator

from outbid.cli.demo.selling.people import FLAWS, PEOPLE, Flaw, Person, flawed, people

SWING = 0.25
BUSIEST_HOUR = 15.0
FLAWED_SHARE = 0.08
MOST_REMEMBERED = 500
"""People from among whom a repeat is chosen."""


def wave(hour: float) -> float:
    """How busy an hour of the day is; 1 on average, most in the afternoon, least in the night."""
    return 1 + SWING * math.cos((hour - BUSIEST_HOUR) * math.tau / 24)


def gap(rate: float, dice: random.Random) -> float:
    """Seconds to the next arrival at `rate` a second, by the clock on the wall."""
    now = time.localtime()
    return dice.expovariate(rate * wave(now.tm_hour + now.tm_min / 60))


def start_by_clock(rate: float, now: float) -> tuple[int, int]:
    """Seed and first person by the time, for sellers that were given no seed.

    The exchange refuses a phone number or e-mail that it saw in the last 30 days, and there are only about 35,000
    reserved numbers. A fixed seed would begin with the same people after every restart, and all would be refused as
    duplicates; a random one would hit used numbers by chance. So the clock walks through the people as fast as the
    busiest hour does, and a restarted demo goes on where an unbroken one would not have been yet. When all numbers
    are used up, the next seed brings new people to them. (Two processes without a seed would send the same people.)
    """
    return divmod(int(now * rate * (1 + SWING)), PEOPLE)


def leads(seed: int, first: int, dice: random.Random) -> Iterator[Person]:
    """People without end, some of them flawed in the ways in which sellers really send them."""
    earlier: deque[Person] = deque(maxlen=MOST_REMEMBERED)
    for person in people(seed, first):
        kind = _flaw(dice)
        if kind == "repeat" and earlier:
            yield flawed(dice.choice(earlier), kind)
        elif kind is None or kind == "repeat":
            earlier.append(person)
            yield person
        else:
            yield flawed(person, kind)


def _flaw(dice: random.Random) -> Flaw | None:
    return dice.choice(FLAWS) if dice.random() < FLAWED_SHARE else None
