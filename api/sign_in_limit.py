"""How often somebody may guess a password."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from api.errors import RateLimited
from core.errors import WrongLogin

FAILURES = 5
WINDOW_S = 60.0
KEYS = 10_000
"""Names and addresses that are remembered before expired ones are swept out."""


class SignInLimit:
    """Counts failures per user name and per client address, over the last minute."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failures: dict[str, list[float]] = {}
        self._lock = threading.Lock()

    @contextmanager
    def attempt(self, user: str, address: str) -> Iterator[None]:
        """Around one try; a WrongLogin out of it counts. Raises RateLimited.

        The try counts from its beginning, so that many at once are no way around the limit.
        """
        keys = f"user {user.lower()}", f"address {address}"
        now = self._clock()
        self._reserve(keys, now)
        failed = False
        try:
            yield
        except WrongLogin:
            failed = True
            raise
        finally:
            if not failed:
                self._release(keys, now)

    def _reserve(self, keys: tuple[str, ...], now: float) -> None:
        with self._lock:
            if len(self._failures) > KEYS:
                self._failures = {k: v for k, v in self._failures.items() if _recent(v, now)}
            for key in keys:
                recent = _recent(self._failures.get(key, []), now)
                if len(recent) >= FAILURES:
                    raise RateLimited(recent[-FAILURES] + WINDOW_S - now)
            for key in keys:
                self._failures[key] = [*_recent(self._failures.get(key, []), now), now]

    def _release(self, keys: tuple[str, ...], at: float) -> None:
        with self._lock:
            for key in keys:
                left = [failure for failure in self._failures.get(key, []) if failure != at]
                if left:
                    self._failures[key] = left
                else:
                    self._failures.pop(key, None)


def _recent(failures: list[float], now: float) -> list[float]:
    return [at for at in failures if at > now - WINDOW_S]
