"""Paced caps of a played market: was as much bought by now as would have been, spread over the window?"""

from collections.abc import Iterable, Mapping

from outbid.core.foresee.accounts import Accounts
from outbid.core.ledger.account import Account
from outbid.core.ledger.window import Span
from outbid.core.schedule.pace import FLAT, Course, Curve

MOST_COURSES = 10_000
"""How many courses are remembered before all are made anew: windows come and go."""


class Pacing:
    """The course of each paced account. `curves`: when the leads of a campaign usually come; without one, evenly."""

    def __init__(self, accounts: Accounts, curves: Mapping[int, Curve]) -> None:
        self._accounts, self._curves = accounts, curves
        self._courses: dict[bytes, Course] = {}

    def ahead(self, campaign: int, accounts: Iterable[Account], at_ms: int) -> Account | None:
        """The first paced account of which as much was taken by an instant as should have been; None: all lag."""
        for account in accounts:
            if account.limit.paced:
                due = account.limit.ceiling * self._course(campaign, account).share(at_ms)
                if self._accounts.taken(account) >= due:
                    return account
        return None

    def _course(self, campaign: int, account: Account) -> Course:
        course = self._courses.get(account.id)
        if course is None:
            if len(self._courses) >= MOST_COURSES:
                self._courses.clear()
            span = Span(account.starts_at_ms, account.ends_at_ms)
            course = Course(span, account.limit.open, self._curves.get(campaign, FLAT))
            self._courses[account.id] = course
        return course
