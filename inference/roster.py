"""Who is who: a track that begins where another one was lost is the same person."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from core.detections import Tracks
from core.geometry import iou
from inference.memory import Memory

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
SHRINK_S = 5.0
"""Time constant with which a person's height follows a lower box: who goes behind something is as
tall as before, and who walks away becomes smaller."""
EDGE = 0.01
"""Share of the picture's size; a box this near to its edge is cut by it."""


class Roster:
    """Gives each track the id of its person; forgets who is gone."""

    def __init__(self) -> None:
        self._people = Memory(
            box=np.zeros(4, np.float32), height=0.0, first_seen=np.inf, seen_at=0.0, edge=False
        )
        self._tracks = Memory(person=-1, seen_at=0.0)

    @property
    def remembered(self) -> frozenset[int]:
        """Ids of those who are there or may still come back."""
        return frozenset(self._people.ids)

    def update(self, tracks: Tracks, width: int, height: int, timestamp: float) -> Tracks:
        """The same tracks under the ids of their people.

        width, height: of the picture, pixels. timestamp: UTC seconds.
        """
        self._forget(timestamp)
        edge = np.logical_or.reduce(cut_by_edge(tracks.xyxy, width, height), axis=1)
        ids = self._identify(tracks, edge, timestamp)
        known = self._people
        rows = known.rows(ids)
        first_seen = np.minimum(known["first_seen"][rows], tracks.first_seen)
        known["first_seen"][rows] = first_seen
        known["box"][rows], known["edge"][rows] = tracks.xyxy, edge
        lowest = known["height"][rows] * np.exp((known["seen_at"][rows] - timestamp) / SHRINK_S)
        known["height"][rows] = np.maximum(tracks.xyxy[:, 3] - tracks.xyxy[:, 1], lowest)
        known["seen_at"][rows] = timestamp
        return replace(tracks, track_id=ids, first_seen=first_seen)

    def clear(self) -> None:
        """Forgets everybody: the clock was set."""
        self._people.clear()
        self._tracks.clear()

    def _forget(self, now: float) -> None:
        """Who is gone, and tracks that the tracker has forgotten."""
        patience = np.where(self._people["edge"], LEFT_S, FOUND_S)
        self._people.keep(now - self._people["seen_at"] <= patience)
        self._tracks.keep(now - self._tracks["seen_at"] <= LEFT_S)

    def _identify(self, tracks: Tracks, edge: NDArray[np.bool_], now: float) -> NDArray[np.int64]:
        """(N,) id of the person of each track."""
        rows = self._tracks.rows(tracks.track_id)
        self._tracks["seen_at"][rows] = now
        people = self._tracks["person"][rows]
        ids = people.tolist()
        for i in np.nonzero(people < 0)[0].tolist():
            found = self._found_again(tracks.xyxy[i], bool(edge[i]), now, ids)
            ids[i] = int(tracks.track_id[i]) if found is None else found
        # A track may come back after another one was taken for its person: nobody is in two places.
        if len(set(ids)) < len(ids):
            for i, track in enumerate(tracks.track_id.tolist()):
                if ids[i] != track and ids.count(ids[i]) > 1:
                    ids[i] = track
        self._tracks["person"][rows] = ids
        return np.array(ids, np.int64)

    def _found_again(
        self, box: NDArray[np.float32], at_edge: bool, now: float, present: list[int]
    ) -> int | None:
        """The nearest lost person who can have come to this box."""
        known = self._people
        boxes, gap = known["box"], now - known["seen_at"]
        # At the edge one leaves and another comes in: only the very place tells them apart.
        here = (gap <= LEFT_S) & (iou(box[None], boxes)[0] >= SAME_PLACE)
        before, after = known["height"], box[3] - box[1]
        taller = np.maximum(before, after)
        away = np.hypot(*(box[:2] + box[2:] - boxes[:, :2] - boxes[:, 2:]).T) / 2
        fits = here | ~(at_edge | known["edge"])
        fits &= away <= np.minimum(REACH + WALK * gap, FARTHEST) * taller
        fits &= taller <= SAME_HEIGHT * np.minimum(before, after)
        fits[known.known(present)] = False
        return known.ids[np.where(fits, away, np.inf).argmin()] if fits.any() else None


def cut_by_edge(xyxy: NDArray[np.float32], width: int, height: int) -> NDArray[np.bool_]:
    """(N, 4): which sides of the boxes, left top right bottom, the picture's edge cuts off."""
    margin = EDGE * max(width, height)
    limit = np.array([width, height], np.float32) - margin
    return np.concatenate([xyxy[:, :2] <= margin, xyxy[:, 2:] >= limit], axis=1)
