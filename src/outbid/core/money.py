"""Money: integers in millionths of the currency (micros); decimal text only at the edges."""

import re

ONE = 1_000_000
MOST = 9_000_000_000 * ONE
_PLAIN = re.compile(r"(-?)(\d{1,10})(?:\.(\d{1,6}))?\Z", re.ASCII)


def micros(text: str) -> int:
    """Read '12.50' as 12,500,000. Raises ValueError for anything but plain decimal text with up to 6 places."""
    found = _PLAIN.match(text.strip())
    if not found:
        raise ValueError(f"{text!r} is not an amount such as 12.50 (digits, a point, up to 6 places)")
    sign, whole, part = found.groups()
    amount = int(whole) * ONE + int((part or "").ljust(6, "0"))
    if amount > MOST:
        raise ValueError(f"{text!r} is more than the largest amount, {text_of(MOST)}")
    return -amount if sign else amount


def text_of(amount_micros: int) -> str:
    """Write micros as decimal text with at least two places: 12500000 → '12.50', 1 → '0.000001'."""
    sign = "-" if amount_micros < 0 else ""
    whole, part = divmod(abs(amount_micros), ONE)
    if part % 10_000 == 0:
        return f"{sign}{whole}.{part // 10_000:02d}"
    return f"{sign}{whole}." + f"{part:06d}".rstrip("0")


def percent_text(share: int) -> str:
    """Write millionths as people do: 250000 → '25%'."""
    whole, _, rest = text_of(share * 100).partition(".")
    return f"{whole}.{rest.rstrip('0')}%" if rest.rstrip("0") else f"{whole}%"


def share_of(amount_micros: int, share_micros: int) -> int:
    """`share_micros` millionths of an amount, rounded down to a micro (trade rule: the house keeps the fraction)."""
    return amount_micros * share_micros // ONE
