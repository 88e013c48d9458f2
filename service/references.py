"""The worker's side of the pictures of free exits: it proposes them, and reads approved ones."""

from pathlib import Path

import cv2
import numpy as np
import structlog

from core.frame import Frame, Image
from hazards.references.pictures import (
    ReferencePicture,
    ReferenceState,
    folder_of,
    name_of,
    pictures_of,
)
from inference.light import light_of
from service.durable import write_durably

log = structlog.get_logger(__name__)

MOST_PROPOSED = 8
"""Of one exit; the oldest one gives way."""


class ReferenceFolder:
    """The reference pictures of one camera."""

    def __init__(self, data_dir: Path, camera_id: str) -> None:
        self._data_dir = data_dir
        self._camera_id = camera_id

    def approved_names(self, zone_id: str) -> tuple[str, ...]:
        """Changes when somebody approves or retires a picture."""
        return tuple(p.name for p in self._of(zone_id, ReferenceState.APPROVED))

    def approved(self, zone_id: str) -> list[Image]:
        """Pictures of the free way, (H, W, 3) uint8 BGR. One that cannot be read is left out, and
        the log says so."""
        images = []
        for picture in self._of(zone_id, ReferenceState.APPROVED):
            image = cv2.imread(str(picture.path))
            if image is None:
                log.error("reference_unreadable", path=str(picture.path))
            else:
                images.append(np.asarray(image, np.uint8))
        return images

    def propose(self, zone_id: str, frame: Frame) -> None:
        """Keeps a picture for a person to approve. A disk that takes none is said in the log."""
        folder = folder_of(self._data_dir, self._camera_id, zone_id, ReferenceState.PROPOSED)
        name = name_of(frame.timestamp, light_of(frame.image))
        _, png = cv2.imencode(".png", frame.image)
        try:
            write_durably(folder / f"{name}.png", png.tobytes())
            for old in self._of(zone_id, ReferenceState.PROPOSED)[:-MOST_PROPOSED]:
                old.path.unlink(missing_ok=True)
        except OSError as error:
            log.error("reference_not_kept", camera=self._camera_id, reason=error.strerror)

    def _of(self, zone_id: str, state: ReferenceState) -> list[ReferencePicture]:
        return pictures_of(self._data_dir, self._camera_id, zone_id, state)
