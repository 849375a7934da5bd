"""Faults of the exchange that are known and not mended yet: the simulation is kept from walking into them.

`python -m tests.simulation.torture --spare-nothing` walks into all of them, `--walk-into late_posts` into one. When one
is mended, its flag goes.
"""

import msgspec


class Spared(msgspec.Struct, frozen=True):
    """What a run is spared.

    dropped_leads     a lead that cannot be written (a bad row, contention without end) may be left to nobody: its lane
                      is forgotten while the lead is just being tried again; here no row is bad
    early_clock_steps a clock is set back before the first beat of a lane: its first leads are below what is looked for
    lost_adoptions    the answer to a take-over is lost: the lane is adopted, and its adopter does not know it
    lost_give_ups     two leads of one person that close in one batch: the holder's claim is not given up
    late_posts        a process that froze between a hold and its post sends the post when it wakes, fenced or not
    sticky_ceilings   a process that has not seen a lowered cap yet opens an account with the older ceiling, which
                      stays until it has: a second or two
    """

    dropped_leads: bool = False
    early_clock_steps: bool = False
    lost_adoptions: bool = False
    lost_give_ups: bool = False
    late_posts: bool = False
    sticky_ceilings: bool = False


KNOWN = Spared(dropped_leads=True, sticky_ceilings=True)
NOTHING = Spared()
