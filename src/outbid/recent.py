"""A bounded memory of what was used lately."""

from typing import Generic, TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")


class Recent(Generic[Key, Value]):
    """A mapping that keeps between `half` and twice `half` entries, those used lately among them.

    Two dicts take turns: what is used moves to the young one; when that is full, it becomes the old one and
    the old one is dropped. So keys that never come again cannot push out those that come all the time, and a
    hit costs one look-up.
    """

    __slots__ = ("_half", "_old", "_young")

    def __init__(self, half: int) -> None:
        self._half = half
        self._young: dict[Key, Value] = {}
        self._old: dict[Key, Value] = {}

    def __len__(self) -> int:
        return len(self._young) + len(self._old)

    def get(self, key: Key) -> Value | None:
        """The value last put under this key, or None. Raises TypeError for a key that cannot be hashed."""
        value = self._young.get(key)
        if value is None:
            value = self._old.pop(key, None)
            if value is not None:
                self.put(key, value)
        return value

    def put(self, key: Key, value: Value) -> None:
        """Remember a value; it may push out values that were not used for long."""
        if len(self._young) >= self._half:
            self._old, self._young = self._young, {}
        self._young[key] = value

    def clear(self) -> None:
        """Forget everything."""
        self._young, self._old = {}, {}


class RecentUntil(Generic[Key, Value]):
    """A bounded memory of what holds until a time of its own, in the seconds of whichever clock its user reads."""

    __slots__ = ("_kept",)

    def __init__(self, half: int) -> None:
        self._kept: Recent[Key, tuple[float, Value]] = Recent(half)

    def get(self, key: Key, now: float) -> Value | None:
        """What still holds, or None."""
        kept = self._kept.get(key)
        return kept[1] if kept is not None and now < kept[0] else None

    def put(self, key: Key, value: Value, until: float) -> None:
        """Remember a value until a time."""
        self._kept.put(key, (until, value))
