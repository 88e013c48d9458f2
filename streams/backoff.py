"""How long to wait before a camera is tried again."""

import random
from dataclasses import dataclass, field


@dataclass(slots=True)
class Backoff:
    """Doubles from first_s to longest_s, with jitter, so that cameras do not return in step.

    first_s, longest_s: seconds. refused_s: at least this long after a refused login, because
    cameras lock accounts. healthy_s: a connection that lasted this long starts over at first_s.
    """

    first_s: float = 1.0
    longest_s: float = 60.0
    refused_s: float = 60.0
    healthy_s: float = 60.0
    _next: float = field(default=0.0, init=False)

    def wait_s(self, *, connected_s: float, refused: bool) -> float:
        """Seconds to wait now. connected_s: how long packets came before it went wrong."""
        if connected_s >= self.healthy_s or self._next == 0.0:
            self._next = self.first_s
        base, self._next = self._next, min(self._next * 2.0, self.longest_s)
        if refused:
            base = max(base, self.refused_s)
            return base * random.uniform(1.0, 1.25)
        return base * random.uniform(0.75, 1.25)
