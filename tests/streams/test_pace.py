"""Which picture is judged next, and when a camera that is away is tried again."""

import threading

import numpy as np

from core.frame import Frame
from streams.backoff import Backoff
from streams.camera import FrameSlot


def frame(timestamp: float) -> Frame:
    return Frame("gate", 0, timestamp, np.zeros((2, 2, 3), np.uint8))


def test_the_newest_frame_wins() -> None:
    """A slow inference sees the present; what it missed is counted."""
    wake = threading.Event()
    slot = FrameSlot(wake)
    assert slot.take() is None
    for n in range(3):
        slot.put(frame(float(n)))
    taken = slot.take()
    assert taken is not None
    assert taken.timestamp == 2.0
    assert slot.take() is None
    assert slot.dropped == 2
    assert wake.is_set()


def test_back_off_doubles_with_jitter_up_to_its_limit() -> None:
    """1, 2, 4 ... 60 s, each a little off, and 1 s again after a healthy minute."""
    backoff = Backoff()
    waits = [backoff.wait_s(connected_s=0.0, refused=False) for _ in range(9)]
    expected = [1, 2, 4, 8, 16, 32, 60, 60, 60]
    assert all(0.75 * e <= w <= 1.25 * e for w, e in zip(waits, expected, strict=True))
    assert len({w / e for w, e in zip(waits, expected, strict=True)}) > 1
    assert backoff.wait_s(connected_s=61.0, refused=False) <= 1.25


def test_a_refused_login_is_not_tried_fast() -> None:
    """Cameras lock accounts after a few wrong tries."""
    assert Backoff().wait_s(connected_s=0.0, refused=True) >= 60.0
