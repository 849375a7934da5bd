"""Faults of the exchange that are known and not mended yet: the simulation is kept from walking into them.

`python -m tests.simulation.torture --spare-nothing` walks into all of them, `--walk-into sticky_ceilings` into one. When one
is mended, its flag goes.
"""

import msgspec


class Spared(msgspec.Struct, frozen=True):
    """What a run is spared.

    sticky_ceilings   a process that has not seen a lowered cap yet opens an account with the older ceiling, which
                      stays until it has: a second or two
    """

    sticky_ceilings: bool = False


KNOWN = Spared(sticky_ceilings=True)
NOTHING = Spared()
