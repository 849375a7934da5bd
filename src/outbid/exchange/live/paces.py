"""Paced caps: whether a buyer has bought as much of a cap by now as he would have, spread over its window."""

from collections.abc import Iterable, Mapping

from outbid.core.lead.event import Skip
from outbid.core.ledger.account import Account
from outbid.core.ledger.window import FOREVER_MS, Span
from outbid.core.schedule.pace import FLAT, Course, Curve, curve_of
from outbid.exchange.room import Rooms
from outbid.recent import Recent

LEARN_EVERY_MS = 900_000
LOOKED_BACK_MS = 28 * 86_400_000
MOST_COURSES = 10_000


class Paces:
    """When leads of each campaign usually come, as far as it was asked for, and the course of each paced account."""

    def __init__(self) -> None:
        self._curves: dict[int, Curve] = {}
        self._learned_ms: dict[int, int] = {}
        self._courses: Recent[bytes, Course] = Recent(MOST_COURSES)

    def skip(self, offer: int, campaign: int, accounts: Iterable[Account], rooms: Rooms, at_ms: int) -> Skip | None:
        """What keeps an offer out whose cap has room, but not yet. A cap of which nothing is known has room."""
        for account in accounts:
            room = rooms.room(account.id) if account.limit.paced else None
            if room is None:
                continue
            ceiling = account.limit.ceiling
            if ceiling - room >= ceiling * self.course(account, campaign).share(at_ms):
                return Skip(offer, "paced", account.name)
        return None

    def course(self, account: Account, campaign: int) -> Course:
        """How a paced cap of a buyer in this campaign is spread over its window."""
        course = self._courses.get(account.id)
        if course is None:
            self._learned_ms.setdefault(campaign, 0)
            span = Span(account.starts_at_ms, account.ends_at_ms)
            course = Course(span, account.limit.open, self._curves.get(campaign, FLAT))
            self._courses.put(account.id, course)
        return course

    def full_at_ms(self, account: Account, used: int, campaign: int, now_ms: int) -> int | None:
        """About when an account will be full if it goes on as it went in this window; None if not within it."""
        if account.ends_at_ms >= FOREVER_MS or not 0 < used < account.limit.ceiling:
            return None
        course = self.course(account, campaign)
        return course.reaches_ms(course.share(now_ms) * account.limit.ceiling / used)

    def due(self, now_ms: int) -> list[int]:
        """The campaigns of which it should be looked up again when leads come."""
        return [campaign for campaign, at_ms in self._learned_ms.items() if at_ms + LEARN_EVERY_MS <= now_ms]

    def learn(self, zones: Mapping[int, str], counts: Mapping[int, list[tuple[int, int]]], now_ms: int) -> None:
        """Learn how many leads came in each quarter-hour of the last weeks, by campaign."""
        self._learned_ms.update(dict.fromkeys(counts, now_ms))
        self._curves |= {campaign: curve_of(zone, counts[campaign]) for campaign, zone in zones.items()}
        self._courses.clear()
