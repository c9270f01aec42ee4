"""Loading ahead: the same items, in bounded number, errors where the item is asked for."""

import threading

import pytest

from meldae.read_ahead import ReadAhead


def test_no_more_than_asked_for_are_held() -> None:
    started: list[int] = []
    lock = threading.Lock()

    def load(item: int) -> int:
        with lock:
            started.append(item)
        return item * item

    ahead, items = ReadAhead(load, threads=2), list(range(50))
    with ahead.expect(items, ahead=4):
        for done, item in enumerate(items):
            assert ahead.get(item) == item * item
            with lock:
                assert len(started) <= done + 1 + 4
    assert sorted(started) == items


def test_an_error_comes_out_where_the_item_is_asked_for() -> None:
    ahead, items = ReadAhead(lambda item: 10 // item, threads=2), [5, 2, 0, 1]
    with ahead.expect(items):
        assert ahead.get(items[0]) == 2
        assert ahead.get(items[1]) == 5
        with pytest.raises(ZeroDivisionError):
            ahead.get(items[2])
        assert ahead.get(items[3]) == 10


def test_leaving_early_stops_loading() -> None:
    loaded: list[int] = []
    ahead: ReadAhead[int, None] = ReadAhead(loaded.append, threads=1)
    with ahead.expect(range(1000)):
        pass
    assert len(loaded) <= 2
