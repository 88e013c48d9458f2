"""Who is who: a track that begins where another one was lost is the same person."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from core.detections import Tracks
from core.geometry import iou

FOUND_S = 30.0
"""Whoever was lost inside the picture may come back as the same for this long."""
LEFT_S = 3.0
"""Whoever was lost at the edge has left; only a gap of the detector is bridged, at the place."""
SAME_PLACE = 0.4
"""Intersection over union of the two boxes that is one place."""
REACH = 1.0
"""Distance between the places, in heights of the person, that a bad box explains."""
WALK = 0.8
"""Heights per second that a person walks: 1.4 m/s at 1.75 m."""
FARTHEST = 2.0
"""Heights; whoever is found farther away is somebody else."""
SAME_HEIGHT = 1.6
"""Ratio of the two heights up to which they may be one person."""
EDGE = 0.01
"""Share of the picture's size; a box this near to its edge is cut by it."""


@dataclass(slots=True)
class _Known:
    """One person. box: (4,) pixels. Times in UTC seconds."""

    box: NDArray[np.float32]
    first_seen: float
    seen_at: float
    at_edge: bool


@dataclass(slots=True)
class _Track:
    """Whose track it is. seen_at: UTC seconds."""

    person: int
    seen_at: float


class Roster:
    """Gives each track the id of its person; forgets who is gone."""

    def __init__(self) -> None:
        self._people: dict[int, _Known] = {}
        self._tracks: dict[int, _Track] = {}

    @property
    def remembered(self) -> frozenset[int]:
        """Ids of those who are there or may still come back."""
        return frozenset(self._people)

    def update(self, tracks: Tracks, width: int, height: int, timestamp: float) -> Tracks:
        """The same tracks under the ids of their people.

        width, height: of the picture, pixels. timestamp: UTC seconds.
        """
        self._forget(timestamp)
        cut = cut_by_edge(tracks.xyxy, width, height).max(axis=1, initial=False)
        ids = tracks.track_id.tolist()
        present = {self._tracks[i].person for i in ids if i in self._tracks}
        people = []
        for row, track in enumerate(ids):
            box, at_edge = tracks.xyxy[row], bool(cut[row])
            if track not in self._tracks:
                person = self._found_again(box, at_edge, timestamp, present) or track
                self._tracks[track] = _Track(person, timestamp)
                present.add(person)
            person = self._tracks[track].person
            people.append(person)
            first_seen = float(tracks.first_seen[row])
            known = self._people.setdefault(person, _Known(box, first_seen, timestamp, at_edge))
            known.box, known.at_edge, known.seen_at = box, at_edge, timestamp
            self._tracks[track].seen_at = timestamp
        return replace(
            tracks,
            track_id=np.array(people, np.int64),
            first_seen=np.array([self._people[p].first_seen for p in people], np.float64),
        )

    def clear(self) -> None:
        """Forgets everybody: the clock was set."""
        self._people.clear()
        self._tracks.clear()

    def _forget(self, now: float) -> None:
        """Who is gone, and tracks that the tracker has forgotten."""
        self._people = {
            person: known
            for person, known in self._people.items()
            if now - known.seen_at <= (LEFT_S if known.at_edge else FOUND_S)
        }
        self._tracks = {
            i: track
            for i, track in self._tracks.items()
            if now - track.seen_at <= LEFT_S and track.person in self._people
        }

    def _found_again(
        self, box: NDArray[np.float32], at_edge: bool, now: float, present: set[int]
    ) -> int | None:
        """The nearest lost person who can have come to this box."""
        best, nearest = None, np.inf
        for person, known in self._people.items():
            if person in present:
                continue
            gap = now - known.seen_at
            # At the edge one leaves and another comes in: only the very place tells them apart.
            if (at_edge or known.at_edge) and (
                gap > LEFT_S or iou(box[None], known.box[None])[0, 0] < SAME_PLACE
            ):
                continue
            before, after = known.box[3] - known.box[1], box[3] - box[1]
            away = float(np.hypot(*(box[:2] + box[2:] - known.box[:2] - known.box[2:]))) / 2
            reach = min(REACH + WALK * gap, FARTHEST) * max(before, after)
            similar = max(before, after) <= SAME_HEIGHT * min(before, after)
            if similar and away <= reach and away < nearest:
                best, nearest = person, away
        return best


def cut_by_edge(xyxy: NDArray[np.float32], width: int, height: int) -> NDArray[np.bool_]:
    """(N, 4): which sides of the boxes, left top right bottom, the picture's edge cuts off."""
    margin = EDGE * max(width, height)
    limit = np.array([width, height], np.float32) - margin
    return np.concatenate([xyxy[:, :2] <= margin, xyxy[:, 2:] >= limit], axis=1)
