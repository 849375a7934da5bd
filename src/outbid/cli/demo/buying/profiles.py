"""Who the example buyers are: one table, with the names of `examples/auto_insurance.yaml`."""

import msgspec

from outbid.core.money import ONE

Range = tuple[int, int]


class Taste(msgspec.Struct, frozen=True, kw_only=True):
    """How much each side of a lead weighs in a bid; only the proportions count."""

    age: int = 3
    vehicle: int = 2
    insured: int = 3
    incidents: int = 3
    state: int = 1
    mood: int = 2


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """How one buyer behaves.

    bids             least and most he bids, in micros; None: he is sent leads at a fixed price, without a ping
    ping_ms, post_ms how long he thinks, from and to; no ping_ms: he never answers a ping
    passes, rejects  the share of pings he passes on, and of posts he rejects, with one of the reasons
    """

    bids: Range | None = None
    ping_ms: Range | None = None
    post_ms: Range = (40, 120)
    passes: float = 0.0
    rejects: float = 0.0
    pass_reasons: tuple[str, ...] = ("outside appetite", "budget spent in this ZIP", "no agent in the area")
    reject_reasons: tuple[str, ...] = ("duplicate",)
    taste: Taste = Taste()


def _dollars(low: int, high: int) -> Range:
    return low * ONE, high * ONE


PROFILES: dict[str, Profile] = {
    "swift": Profile(
        bids=_dollars(14, 34),
        ping_ms=(10, 40),
        post_ms=(20, 60),
        passes=0.08,
        rejects=0.02,
    ),
    "harbor": Profile(
        bids=_dollars(18, 42),
        ping_ms=(150, 500),
        post_ms=(120, 400),
        passes=0.15,
        rejects=0.05,
        reject_reasons=("duplicate", "policy already with us"),
        taste=Taste(age=4, vehicle=3, insured=4, incidents=4, state=2, mood=1),
    ),
    "nightowl": Profile(bids=_dollars(15, 30)),
    "fickle": Profile(
        bids=_dollars(25, 45),
        ping_ms=(60, 150),
        post_ms=(60, 200),
        passes=0.05,
        rejects=1 / 3,
        reject_reasons=(
            "duplicate",
            "outside territory",
            "phone disconnected",
            "budget spent",
            "name and e-mail do not match",
            "vehicle not covered",
        ),
        taste=Taste(age=1, vehicle=1, insured=1, incidents=1, state=1, mood=6),
    ),
    "thrift": Profile(
        bids=_dollars(3, 7),
        ping_ms=(30, 90),
        passes=0.10,
        taste=Taste(incidents=6, insured=1),
    ),
    "prairie": Profile(
        bids=_dollars(20, 30),
        ping_ms=(15, 50),
        passes=0.10,
        rejects=0.03,
        pass_reasons=("all agents are busy", "no agent in the county"),
        taste=Taste(vehicle=4, state=3),
    ),
    "lastcall": Profile(post_ms=(80, 80)),
}
