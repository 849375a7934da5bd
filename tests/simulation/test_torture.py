"""The torture draws no more seeds than it can run, so that it ends when its time is over."""

from threading import Semaphore

from .torture import seeds


def test_no_more_seeds_are_drawn_than_there_is_room_for():
    room, left = Semaphore(2), iter([True, True, True, True, False])
    drawn = seeds(70, lambda: next(left), room)
    assert [next(drawn), next(drawn)] == [70, 71]
    assert not room.acquire(blocking=False), "the third waits until one has been run"
    room.release()
    assert next(drawn) == 72
    room.release()
    assert list(drawn) == [73], "and then the time is over"
