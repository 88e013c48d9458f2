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
from core.geometry import area, iou
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
        rows = rows[_distinct(detections[rows], self._settings.twin)]
        sure = detections.confidence[rows] >= self._settings.confidence
        strong, weak = rows[sure], rows[~sure]
        everyone = np.arange(len(self._id))
        first = self._match(everyone, detections, strong)
        missing = np.delete(everyone, first[:, 0])
        second = self._match(missing, detections, weak)
        matched = np.concatenate([first, second])
        self._correct(matched, detections, timestamp)
        unclaimed = strong[~np.isin(strong, first[:, 1])]
        born = self._start(unclaimed, detections, timestamp)
        return self._report(np.concatenate([matched, born]), detections, timestamp)

    def _forget(self, timestamp: float) -> None:
        """Drops what was lost too long, what was seen only once, and all where time steps back."""
        age = timestamp - self._last_seen
        known = self._hits > 1
        young = age <= np.where(known, self._settings.lost_s, 1.0)
        self._keep(young & (timestamp >= self._timestamp))

    def _predict(self, timestamp: float) -> None:
        if len(self._id) and timestamp > self._timestamp:
            self._boxes.predict(timestamp - self._timestamp)
        self._timestamp = timestamp

    def _match(
        self, tracks: NDArray[np.intp], detections: Detections, rows: NDArray[np.intp]
    ) -> NDArray[np.intp]:
        """(K, 2) pairs of track and detection row."""
        own = _grow(self._boxes.xyxy[tracks], self._settings.growth)
        seen = _grow(detections.xyxy[rows].astype(np.float64), self._settings.growth)
        pairs = assign(1.0 - iou(own, seen), 1.0 - self._settings.minimum_iou)
        found = [(tracks[t], rows[d]) for t, d in pairs]
        return np.array(found, np.intp).reshape(-1, 2)

    def _correct(self, matched: NDArray[np.intp], detections: Detections, timestamp: float) -> None:
        tracks, rows = matched[:, 0], matched[:, 1]
        self._boxes.correct(tracks, detections.xyxy[rows])
        self._last_seen[tracks] = timestamp
        self._hits[tracks] += 1

    def _start(
        self, rows: NDArray[np.intp], detections: Detections, timestamp: float
    ) -> NDArray[np.intp]:
        """New tracks of boxes that nobody claimed; (K, 2) pairs of track and detection row."""
        count, old = len(rows), len(self._id)
        self._boxes.append(BoxFilter.start(detections.xyxy[rows]))
        self._id = np.append(self._id, np.arange(self._next_id, self._next_id + count))
        self._first_seen = np.append(self._first_seen, np.full(count, timestamp))
        self._last_seen = np.append(self._last_seen, np.full(count, timestamp))
        self._hits = np.append(self._hits, np.ones(count, np.int64))
        self._next_id += count
        return np.stack([np.arange(old, old + count), rows], axis=1)

    def _report(
        self, matched: NDArray[np.intp], detections: Detections, timestamp: float
    ) -> Tracks:
        tracks = matched[:, 0]
        old_enough = timestamp - self._first_seen[tracks] >= self._settings.confirm_s
        confirmed = matched[(self._hits[tracks] > 1) & old_enough]
        confirmed = confirmed[np.argsort(self._id[confirmed[:, 0]])]
        tracks, rows = confirmed[:, 0], confirmed[:, 1]
        return Tracks(
            xyxy=detections.xyxy[rows],
            confidence=detections.confidence[rows],
            class_id=detections.class_id[rows],
            track_id=self._id[tracks],
            first_seen=self._first_seen[tracks],
            velocity=self._boxes.mean[tracks, 4:6].astype(np.float32),
            detection_index=rows,
        )

    def _keep(self, mask: NDArray[np.bool_]) -> None:
        self._boxes.keep(mask)
        self._id, self._hits = self._id[mask], self._hits[mask]
        self._first_seen, self._last_seen = self._first_seen[mask], self._last_seen[mask]


SAME_TOP = 0.1
"""Height, as share of the lower box, by which the tops of one person's two boxes may differ."""


def _distinct(persons: Detections, twin: float) -> NDArray[np.bool_]:
    """(N,): which boxes are people of their own."""
    xyxy = persons.xyxy.astype(np.float64)
    own = area(xyxy)
    low = np.maximum(xyxy[:, None, :2], xyxy[None, :, :2])
    high = np.minimum(xyxy[:, None, 2:], xyxy[None, :, 2:])
    shared = np.maximum(high - low, 0.0).prod(axis=2)
    smaller = np.minimum(own[:, None], own[None, :])
    height = xyxy[:, 3] - xyxy[:, 1]
    apart = np.abs(xyxy[:, None, 1] - xyxy[None, :, 1])
    one_top = apart <= SAME_TOP * np.minimum(height[:, None], height[None, :])
    order = np.lexsort((np.arange(len(persons)), -persons.confidence))
    rank = np.empty(len(persons), np.intp)
    rank[order] = np.arange(len(persons))
    surer = rank[None, :] < rank[:, None]
    return np.asarray(~((shared >= twin * smaller) & one_top & surer).any(axis=1), np.bool_)


def _grow(xyxy: NDArray[np.float64], share: float) -> NDArray[np.float64]:
    margin = (xyxy[:, 2:] - xyxy[:, :2]) * share
    return np.concatenate([xyxy[:, :2] - margin, xyxy[:, 2:] + margin], axis=1)
