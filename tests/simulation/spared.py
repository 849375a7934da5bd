"""Faults of the exchange that are known and not mended yet: the simulation is kept from walking into them.

`python -m tests.simulation.torture --spare-nothing` walks into all of them, `--walk-into <flag>` into one. When one is
mended, its flag goes. None is known now.
"""

import msgspec


class Spared(msgspec.Struct, frozen=True):
    """What a run is spared: a flag for each fault, false by default, with a line here that says what it is."""


KNOWN = Spared()
NOTHING = Spared()
