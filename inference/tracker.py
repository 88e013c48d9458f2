"""Boxes of one camera become tracks: ByteTrack's two stages, with all times in seconds.

Source: Zhang et al., ByteTrack, ECCV 2022. Changed for five judged pictures a second: boxes are
compared after they were grown (C-BIoU, Yang et al., WACV 2023), since a person who walks may leave
the own box of a moment ago; and the row of the detection is carried through, nothing is matched
twice.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.detections import Detections, Tracks
from core.geometry import area, iou, shared_area
from inference.assignment import assign
from inference.kalman import BoxFilter


@dataclass(frozen=True, slots=True)
class TrackerSettings:
    """confidence: boxes at least this sure are matched first and may start a track.
    lost_s: a track unseen for longer is forgotten.
    confirm_s: a new track is reported when it was seen over this time, twice at least.
    growth: share of the box size added on each side before the comparison.
    minimum_iou: of the grown boxes.
    twin: share of a box that lies inside a surer one with the same top, from which both are taken
    for one person, seen once with and once without the legs.
    """

    confidence: float = 0.35
    lost_s: float = 3.0
    confirm_s: float = 0.15
    growth: float = 0.3
    minimum_iou: float = 0.15
    twin: float = 0.85


class Tracker:
    """Tracks the objects of one class of one camera."""

    def __init__(self, settings: TrackerSettings) -> None:
        self._settings = settings
        self._next_id = 1
        self._timestamp = -np.inf
        self._boxes = BoxFilter.start(np.zeros((0, 4)))
        self._id = np.zeros(0, np.int64)
        self._first_seen = np.zeros(0, np.float64)
        self._last_seen = np.zeros(0, np.float64)
        self._hits = np.zeros(0, np.int64)

    def update(self, detections: Detections, rows: NDArray[np.intp], timestamp: float) -> Tracks:
        """The confirmed tracks seen in this picture.

        detections: all boxes of the picture. rows: which of them to track. timestamp: seconds;
        a step back forgets all tracks.
        """
        self._forget(timestamp)
        self._predict(timestamp)
        rows = rows[_distinct(detections.xyxy[rows], detections.confidence[rows], self._settings)]
        sure = detections.confidence[rows] >= self._settings.confidence
        row_of = np.full(len(self._id), -1, np.intp)
        unclaimed = self._claim(row_of, detections, rows[sure])
        self._claim(row_of, detections, rows[~sure])
        self._correct(row_of, detections, timestamp)
        row_of = np.concatenate([row_of, self._start(unclaimed, detections, timestamp)])
        return self._report(row_of, detections, timestamp)

    def _forget(self, timestamp: float) -> None:
        """Drops what was lost too long, what was seen only once, and all where time steps back."""
        patience = np.where(self._hits > 1, self._settings.lost_s, 1.0)
        keep = timestamp - self._last_seen <= patience
        if timestamp < self._timestamp:
            keep[:] = False
        if not keep.all():
            self._boxes.keep(keep)
            self._id, self._hits = self._id[keep], self._hits[keep]
            self._first_seen, self._last_seen = self._first_seen[keep], self._last_seen[keep]

    def _predict(self, timestamp: float) -> None:
        if len(self._id) and timestamp > self._timestamp:
            self._boxes.predict(timestamp - self._timestamp)
        self._timestamp = timestamp

    def _claim(
        self, row_of: NDArray[np.intp], detections: Detections, rows: NDArray[np.intp]
    ) -> NDArray[np.intp]:
        """Gives the boxes of some rows to the tracks that have none; the rows that nobody claims.

        row_of: (N,) row of each track's box, -1 where it has none; is filled in.
        """
        (tracks,) = np.nonzero(row_of < 0)
        if not len(tracks) or not len(rows):
            return rows
        own = _grow(self._boxes.xyxy[tracks], self._settings.growth)
        seen = _grow(detections.xyxy[rows].astype(np.float64), self._settings.growth)
        free = np.ones(len(rows), bool)
        for track, row in assign(1.0 - iou(own, seen), 1.0 - self._settings.minimum_iou):
            row_of[tracks[track]] = rows[row]
            free[row] = False
        return rows[free]

    def _correct(self, row_of: NDArray[np.intp], detections: Detections, timestamp: float) -> None:
        (tracks,) = np.nonzero(row_of >= 0)
        self._boxes.correct(tracks, detections.xyxy[row_of[tracks]])
        self._last_seen[tracks] = timestamp
        self._hits[tracks] += 1

    def _start(
        self, rows: NDArray[np.intp], detections: Detections, timestamp: float
    ) -> NDArray[np.intp]:
        """New tracks, at the end, of boxes that nobody claimed; their rows."""
        count = len(rows)
        if count:
            self._boxes.append(BoxFilter.start(detections.xyxy[rows]))
            self._id = np.append(self._id, np.arange(self._next_id, self._next_id + count))
            self._first_seen = np.append(self._first_seen, np.full(count, timestamp))
            self._last_seen = np.append(self._last_seen, np.full(count, timestamp))
            self._hits = np.append(self._hits, np.ones(count, np.int64))
            self._next_id += count
        return rows

    def _report(self, row_of: NDArray[np.intp], detections: Detections, timestamp: float) -> Tracks:
        old_enough = timestamp - self._first_seen >= self._settings.confirm_s
        (tracks,) = np.nonzero((row_of >= 0) & (self._hits > 1) & old_enough)
        rows = row_of[tracks]
        return Tracks(
            xyxy=detections.xyxy[rows],
            confidence=detections.confidence[rows],
            class_id=detections.class_id[rows],
            track_id=self._id[tracks],
            first_seen=self._first_seen[tracks],
            velocity=self._boxes.mean[tracks, 4:6].astype(np.float32),
            detection_index=rows,
        )


SAME_TOP = 0.1
"""Height, as share of the lower box, by which the tops of one person's two boxes may differ."""


def _distinct(
    xyxy: NDArray[np.float32], confidence: NDArray[np.float32], settings: TrackerSettings
) -> NDArray[np.intp]:
    """Which boxes are people of their own, in order: none that is the twin of a surer one."""
    if len(xyxy) < 2:
        return np.arange(len(xyxy))
    order = np.argsort(-confidence, kind="stable")
    boxes = xyxy[order].astype(np.float64)
    own, top, height = area(boxes), boxes[:, 1], boxes[:, 3] - boxes[:, 1]
    twins = shared_area(boxes, boxes) >= settings.twin * np.minimum(own[:, None], own)
    twins &= np.abs(top[:, None] - top) <= SAME_TOP * np.minimum(height[:, None], height)
    return np.sort(order[twins.argmax(axis=1) == np.arange(len(order))])


def _grow(xyxy: NDArray[np.float64], share: float) -> NDArray[np.float64]:
    margin = (xyxy[:, 2:] - xyxy[:, :2]) * share
    return np.concatenate([xyxy[:, :2] - margin, xyxy[:, 2:] + margin], axis=1)
