"""Pictures of free exits: proposed by a worker, approved by a person, known to the rule."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import cv2
import numpy as np
import structlog

from core.errors import NotFound
from core.frame import Frame, Image
from service.durable import write_durably

log = structlog.get_logger(__name__)

MOST_PROPOSED = 8
"""Of one exit; the oldest one gives way."""
APPROVED, PROPOSED = "approved", "proposed"


@dataclass(frozen=True, slots=True)
class ReferencePicture:
    """One file under `references/<camera>/<zone>/`. name: without its suffix."""

    camera_id: str
    zone_id: str
    name: str
    approved: bool
    path: Path


class ReferenceFolder:
    """The reference pictures of one camera."""

    def __init__(self, data_dir: Path, camera_id: str) -> None:
        self._camera_id = camera_id
        self._folder = data_dir / "references" / camera_id

    def approved(self, zone_id: str) -> list[Image]:
        """Pictures of the free way, (H, W, 3) uint8 BGR. One that cannot be read is left out, and
        the log says so."""
        images = []
        for path in sorted((self._folder / zone_id / APPROVED).glob("*.png")):
            image = cv2.imread(str(path))
            if image is None:
                log.error("reference_unreadable", path=str(path))
            else:
                images.append(np.asarray(image, np.uint8))
        return images

    def propose(self, zone_id: str, frame: Frame) -> None:
        """Keeps a picture for a person to approve. A disk that takes none is said in the log."""
        folder = self._folder / zone_id / PROPOSED
        name = datetime.fromtimestamp(frame.timestamp, UTC).strftime("%Y%m%dT%H%M%SZ")
        _, png = cv2.imencode(".png", frame.image)
        try:
            write_durably(folder / f"{name}.png", png.tobytes())
            for old in sorted(folder.glob("*.png"))[:-MOST_PROPOSED]:
                old.unlink()
        except OSError as error:
            log.error("reference_not_kept", camera=self._camera_id, reason=error.strerror)


def all_pictures(data_dir: Path) -> list[ReferencePicture]:
    """Every picture of every exit, proposed ones too."""
    return [
        ReferencePicture(
            camera_id=path.parts[-4],
            zone_id=path.parts[-3],
            name=path.stem,
            approved=path.parts[-2] == APPROVED,
            path=path,
        )
        for path in sorted((data_dir / "references").glob("*/*/*/*.png"))
    ]


def approve(data_dir: Path, camera_id: str, zone_id: str, name: str) -> Path:
    """The rule may rely on this picture when its camera starts again; where it lies now.

    Raises NotFound that names what there is.
    """
    for picture in all_pictures(data_dir):
        known = (picture.camera_id, picture.zone_id, picture.name)
        if known == (camera_id, zone_id, name) and not picture.approved:
            target = picture.path.parents[1] / APPROVED / picture.path.name
            target.parent.mkdir(exist_ok=True)
            return picture.path.rename(target)
    proposed = [
        f"{p.camera_id} {p.zone_id} {p.name}" for p in all_pictures(data_dir) if not p.approved
    ]
    raise NotFound(
        f"no such picture is proposed: choose one of {'; '.join(proposed) or 'none yet'}"
    )
