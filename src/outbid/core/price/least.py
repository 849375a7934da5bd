"""The prices at which the house keeps its least margin: the split of a price turned round, exactly."""

from collections.abc import Callable, Iterator

from outbid.core.market.snapshot import ANY_PRICE_MICROS, Part, Split, Step
from outbid.core.money import ONE

Span = tuple[int, int]
"""The first and the last of the prices between them, both included."""


def spans(split: Split, least_margin: Part) -> tuple[Span, ...]:
    """All prices above 0 at which the house keeps its least margin, lowest first, each span within one step.

    A least amount is compared with what the house has after rounding. A least percent is compared before anything is
    rounded: rounding only adds to what it keeps, and so a share that leaves too little never passes by a fraction.
    """
    return tuple(span for step, first, last in _pieces(split) for span in _span(step, first, last, least_margin))


def first_with(holds: Callable[[int], bool], first: int, last: int) -> int | None:
    """The first number of a span at which something holds that, once it holds, holds up to the end; None if never."""
    if first > last or not holds(last):
        return None
    while first < last:
        middle = (first + last) // 2
        if holds(middle):
            last = middle
        else:
            first = middle + 1
    return last


def _pieces(split: Split) -> Iterator[tuple[Step, int, int]]:
    """Each step with the first and the last price that it speaks of."""
    ends = [*(step.from_micros - 1 for step in split.steps[1:]), ANY_PRICE_MICROS]
    for step, last in zip(split.steps, ends, strict=True):
        yield step, step.from_micros, last


def _span(step: Step, first: int, last: int, least: Part) -> Iterator[Span]:
    if least.share is None:
        # What the house keeps never falls as the price rises: one micro more adds one to the price, and one at most
        # to what the margin leaves, and so to the payout.
        found = first_with(lambda price: price - step.payout_of(price) >= least.fixed_micros, first, last)
        if found is not None:
            yield found, last
        return
    lowest, highest = _keeping(step, least.share)
    if max(first, lowest) <= min(last, highest):
        yield max(first, lowest), min(last, highest)


def _keeping(step: Step, least: int) -> Span:
    """The prices, of all there are, at which a step leaves the house a percent of them; an empty span if none does."""
    margin, payout = step.margin, step.payout
    if payout.share is None:
        rest = ONE - least
        if rest:
            return -(-payout.fixed_micros * ONE // rest), ANY_PRICE_MICROS
        return (0, ANY_PRICE_MICROS) if not payout.fixed_micros else (1, 0)
    if margin.share is not None:
        kept = ONE * ONE - (ONE - margin.share) * payout.share
        return (0, ANY_PRICE_MICROS) if kept >= least * ONE else (1, 0)
    lacks = payout.share + least - ONE
    return 0, ANY_PRICE_MICROS if lacks <= 0 else payout.share * margin.fixed_micros // lacks
