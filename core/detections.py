"""What the model found in a picture, and what the tracker made of it: parallel arrays."""

from dataclasses import dataclass, fields
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Detections:
    """N boxes of one picture.

    xyxy: (N, 4) float32, pixels of the picture, x1 y1 x2 y2, x1 <= x2, y1 <= y2.
    confidence: (N,) float32, 0..1.
    class_id: (N,) int32, index into the manifest's classes.
    """

    xyxy: NDArray[np.float32]
    confidence: NDArray[np.float32]
    class_id: NDArray[np.int32]

    def __post_init__(self) -> None:
        if self.xyxy.ndim != 2 or self.xyxy.shape[1] != 4:
            raise ValueError(f"xyxy must be (N, 4), got {self.xyxy.shape}")
        for name in self.__match_args__:
            column = getattr(self, name)
            if len(column) != len(self.xyxy):
                raise ValueError(f"{name} has {len(column)} rows, xyxy {len(self.xyxy)}")

    def __len__(self) -> int:
        return len(self.xyxy)

    def __getitem__(self, keep: NDArray[np.bool_] | NDArray[np.intp]) -> Self:
        """The rows that a boolean mask (N,) or an index array selects."""
        return type(self)(**{f.name: getattr(self, f.name)[keep] for f in fields(self)})

    def of_class(self, class_id: int) -> Self:
        """The rows of one class."""
        return self[self.class_id == class_id]

    @classmethod
    def empty(cls) -> Self:
        """No boxes."""
        zero: dict[str, Any] = {
            "xyxy": np.zeros((0, 4), np.float32),
            "confidence": np.zeros(0, np.float32),
            "class_id": np.zeros(0, np.int32),
            "track_id": np.zeros(0, np.int64),
            "first_seen": np.zeros(0, np.float64),
            "velocity": np.zeros((0, 2), np.float32),
            "detection_index": np.zeros(0, np.intp),
        }
        return cls(**{f.name: zero[f.name] for f in fields(cls)})


@dataclass(frozen=True, slots=True, eq=False)
class Tracks(Detections):
    """N tracked objects that were seen in this picture; the boxes are the detections' own.

    track_id: (N,) int64, from 1, never used again by the same tracker.
    first_seen: (N,) float64, UTC seconds.
    velocity: (N, 2) float32, pixels per second of the box centre.
    detection_index: (N,) intp, row in the detections that the tracker was given.
    """

    track_id: NDArray[np.int64]
    first_seen: NDArray[np.float64]
    velocity: NDArray[np.float32]
    detection_index: NDArray[np.intp]
