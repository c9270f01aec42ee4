"""Load what is needed next while the model computes."""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Generic, TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")


class ReadAhead(Generic[Key, Value]):
    """Loads items in the order in which they will be asked for, a few ahead.

    Threads, not processes: decoders and resizing leave the interpreter's lock, nothing is copied between
    processes, and an error comes out where the item is asked for.

    Args:
        load: Loads one item; called from several threads.
        threads: How many; by default one per core, at most 8.
    """

    def __init__(self, load: Callable[[Key], Value], threads: int | None = None) -> None:
        self._load = load
        self.threads = min(8, os.cpu_count() or 1) if threads is None else threads
        self._coming: Iterator[Key] = iter(())
        self._waiting: deque[tuple[Key, Future[Value]]] = deque()
        self._pool: ThreadPoolExecutor | None = None

    @contextmanager
    def expect(self, items: Iterable[Key], ahead: int = 0) -> Iterator[None]:
        """Inside the block `get` will be called with these items, in this order.

        Args:
            items: What will be asked for. Other items are loaded when they are asked for.
            ahead: How many are kept ready at most, which bounds memory; by default two per thread.
        """
        if self.threads < 1:
            yield
            return
        with ThreadPoolExecutor(self.threads, "read-ahead") as pool:
            self._pool, self._coming = pool, iter(items)
            try:
                for _ in range(ahead or 2 * self.threads):
                    self._next()
                yield
            finally:
                for _, future in self._waiting:
                    future.cancel()
                self._waiting.clear()
                self._pool, self._coming = None, iter(())

    def get(self, item: Key) -> Value:
        """The item, loaded before or now."""
        if not self._waiting or self._waiting[0][0] is not item:
            return self._load(item)
        _, future = self._waiting.popleft()
        self._next()
        return future.result()

    def _next(self) -> None:
        if self._pool is not None:
            for item in self._coming:
                self._waiting.append((item, self._pool.submit(self._load, item)))
                return
