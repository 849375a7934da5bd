"""What came too late, and what that may have cost: an estimate from counts, never a claim about a single lead."""

import msgspec


class Counts(msgspec.Struct, frozen=True):
    """Pings of one offer, and its sales, by when their leads came.

    pings     all but those whose round was decided without them
    answered  what the rounds had of it in time: answers of any kind, and bids that still stood
    late      answers that did not come in time; cut: those of them for which the tier waited no longer
    """

    pings: int = 0
    answered: int = 0
    late: int = 0
    cut: int = 0
    sold: int = 0
    price_micros: int = 0

    def plus(self, other: "Counts") -> "Counts":
        """Both together."""
        pairs = zip(msgspec.structs.astuple(self), msgspec.structs.astuple(other), strict=True)
        return Counts(*(one + another for one, another in pairs))


def missed_micros(late: int, known: Counts) -> int | None:
    """What so many late answers would have bought for: as much for each as an answer in time did, on average.

    That average is all that was sold to the offer, divided by all answers that rounds had of it in time: passes and
    lost bids are in it. Late answers are taken to be like the others; where the hard leads take longer they are worth
    less.
    None if nothing was answered in time, so that nothing is known.
    """
    return None if not known.answered else (late * known.price_micros + known.answered // 2) // known.answered


def missed_sales(late: int, known: Counts) -> float | None:
    """How many sales that would have been, to a hundredth."""
    return None if not known.answered else round(late * known.sold / known.answered, 2)
