"""Repairs the time stamps of a stream and ties them to UTC."""

from collections import deque
from dataclasses import dataclass

LATE_S = 2.0
"""Seconds by which time stamps may differ from arrival."""
LATE_WINDOW_S = 10.0
"""A network that stops for a moment makes packets late; a clock that is wrong stays late."""
BACKWARD_S = 0.5
FORWARD_LIVE_S = 2.0
FORWARD_FILE_S = 10.0
REORDER_FRAMES = 4
"""B-frames may stand this many frames before the picture that was sent first."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """Repaired time of one packet: ticks, and UTC seconds."""

    pts: int
    dts: int
    timestamp: float
    jumped: bool


class Timeline:
    """The time of one source.

    tick: seconds per tick of the stream's time base.
    frame: nominal ticks of one picture, used where a stream does not say.
    reorders: whether the stream has B-frames.
    paced: whether the reader decides when a packet comes (file, HLS), not the camera.
    start_time: UTC seconds of the first picture for a file that is read fast; None ties the
        first packet to its arrival.
    """

    def __init__(
        self, *, tick: float, frame: int, reorders: bool, paced: bool, start_time: float | None
    ) -> None:
        self._tick = tick
        self._frame = max(frame, 1)
        self._lead = REORDER_FRAMES * self._frame if reorders else 0
        self._paced = paced
        self._start_time = start_time
        self._shift = 0
        self._anchor: float | None = None
        self._raw = 0
        self._dts = 0
        self._highest_pts = 0
        self._timestamp = 0.0
        self._arrival = 0.0
        self._lateness: deque[tuple[float, float]] = deque()
        self._restarted = False

    def restart(self) -> None:
        """The file begins again: its first packet follows the last one without a gap."""
        self._restarted = True

    def stamp(self, pts: int | None, dts: int | None, arrival: float) -> Stamp:
        """Repairs one packet. arrival: UTC seconds now; not used for a file that is read fast."""
        if self._anchor is None:
            self._raw = self._raw_time(pts, dts, arrival)
            self._shift = -self._first_dts(pts)
            fixed_pts = 0 if pts is None else max(pts + self._shift, 0)
            self._tie(fixed_pts, arrival)
            # RTSP gives its first packet no time: whatever comes next follows it.
            self._restarted = pts is None and dts is None
            return self._keep(fixed_pts, 0, arrival, jumped=False)
        before, self._raw = self._raw, self._raw_time(pts, dts, arrival)
        step_s = (self._raw - before) * self._tick
        restarted = self._restarted and not (pts is None and dts is None)
        jumped = not restarted and self._is_jump(step_s, arrival)
        if jumped or restarted:
            self._restarted = False
            self._shift = self._highest_pts + self._frame - (self._raw if pts is None else pts)
        fixed_pts, fixed_dts = self._repair(pts, dts)
        jumped = jumped or self._is_late(fixed_pts, arrival)
        if jumped:
            self._tie(fixed_pts, arrival)
        return self._keep(fixed_pts, fixed_dts, arrival, jumped=jumped)

    def _first_dts(self, pts: int | None) -> int:
        """Ticks of the first dts, with room for B-frames where only the pts is known."""
        return self._raw - self._lead if self._raw == pts else self._raw

    def _raw_time(self, pts: int | None, dts: int | None, arrival: float) -> int:
        if dts is not None:
            return dts
        if pts is not None:
            return pts
        if self._paced or self._start_time is not None:
            return self._raw + self._frame
        return self._raw + max(round((arrival - self._arrival) / self._tick), 1)

    def _repair(self, pts: int | None, dts: int | None) -> tuple[int, int]:
        if dts is not None or pts is None:
            fixed_dts = self._raw + self._shift
            fixed_pts = fixed_dts if pts is None else pts + self._shift
        else:
            fixed_pts = pts + self._shift
            highest = max(self._highest_pts, fixed_pts)
            fixed_dts = self._dts + self._frame
            if not highest - 2 * self._lead <= fixed_dts <= fixed_pts:
                fixed_dts = highest - self._lead
        fixed_dts = max(fixed_dts, self._dts + 1)
        return max(fixed_pts, fixed_dts), fixed_dts

    def _is_jump(self, step_s: float, arrival: float) -> bool:
        if step_s < -BACKWARD_S:
            return True
        if self._paced or self._start_time is not None:
            return step_s > FORWARD_FILE_S
        return step_s - (arrival - self._arrival) > FORWARD_LIVE_S

    def _is_late(self, pts: int, arrival: float) -> bool:
        """Whether the timestamps left the wall clock; early counts at once, late if it lasts."""
        if self._start_time is not None or self._anchor is None:
            return False
        late = arrival - (self._anchor + pts * self._tick)
        if late < (-FORWARD_FILE_S if self._paced else -LATE_S):
            return True
        window = self._lateness
        if late < LATE_S:
            window.clear()
            return False
        window.append((arrival, late))
        return arrival - window[0][0] > LATE_WINDOW_S

    def _tie(self, pts: int, arrival: float) -> None:
        """Ties this picture to its arrival; a file that is read fast goes on where it was."""
        self._lateness.clear()
        following = self._timestamp + self._frame * self._tick
        if self._start_time is not None:
            now = self._start_time if self._anchor is None else following
        else:
            # Nobody waits for the end of an hour by which the clock was set back.
            ahead = following - arrival
            now = following if self._paced and 0.0 < ahead <= FORWARD_FILE_S else arrival
        self._anchor = now - pts * self._tick

    def _keep(self, pts: int, dts: int, arrival: float, *, jumped: bool) -> Stamp:
        assert self._anchor is not None
        self._dts = dts
        self._highest_pts = max(self._highest_pts, pts)
        self._arrival = arrival
        self._timestamp = self._anchor + pts * self._tick
        return Stamp(pts, dts, self._timestamp, jumped)
