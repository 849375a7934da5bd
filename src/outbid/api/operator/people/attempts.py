"""How often passwords and codes may be guessed, by whom and from where: counted in this process alone."""

from outbid.api.door.bucket import Buckets
from outbid.api.door.desk import Desk
from outbid.api.door.refusal import Refused
from outbid.api.said.reading import Asked


class Attempts:
    """The buckets. A guess is counted before it is known to be right: many at once must not pass together."""

    def __init__(self, desk: Desk) -> None:
        self._tried = (
            ("{user} from {address}", Buckets(1 / 30, 5, desk.now)),
            ("from {address}", Buckets(1 / 5, 20, desk.now)),
            ("{user}", Buckets(1 / 10, 50, desk.now)),
        )

    def take(self, request: Asked, user: str) -> "Attempt":
        """Count a guess. Raises Refused.

        The bucket of a user over all addresses is wide: who knows a name should not lock its owner out easily.
        """
        address = request.client.host if request.client else ""
        taken: list[tuple[str, Buckets]] = []
        for pattern, buckets in self._tried:
            name = pattern.format(user=user, address=address)
            if seconds := buckets.take(name):
                raise Refused("login_throttled", headers={"Retry-After": str(seconds)})
            taken.append((name, buckets))
        return Attempt(taken)


class Attempt:
    """One guess that was counted."""

    def __init__(self, taken: list[tuple[str, Buckets]]) -> None:
        self._taken = taken

    def was_right(self) -> None:
        """It counts no longer."""
        for name, buckets in self._taken:
            buckets.give_back(name)
