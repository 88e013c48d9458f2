"""What a network saw in a clip: its pictures with their boxes, thinned out, or again and again."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import cv2
import numpy as np

from benchmarks.events.footage import Clip
from core.detections import Detections
from core.frame import Frame, Image
from inference import closer_look, detector, letterbox, session
from inference.closer_look import CloserLook
from streams.decode import DecodePolicy
from streams.replay import read_frames
from streams.source import Source

Film = Sequence[tuple[Frame, Detections]]

SEEING = (closer_look.__file__, detector.__file__, letterbox.__file__, session.__file__)
"""Files of the code that turns a picture into boxes."""
DROPPED = 0.3
"""Share of the pictures that is dropped at random."""
NOISE = 2.0
"""Grey levels of fresh sensor noise on a picture that is shown again."""


def see(clip: Clip, looking: CloserLook, kept: Path | None) -> Film:
    """The judged pictures with their boxes, at five a second.

    kept: a folder with the boxes of earlier runs, used where video, network and the code around it
    are the same; or None.
    """
    policy = DecodePolicy()
    policy.keep_awake(float("inf"))
    frames = list(read_frames(Source.parse(clip.camera.source), clip.camera.id, policy))
    if kept is None:
        return [(frame, looking.detect([frame.image])[0]) for frame in frames]
    path = (
        kept
        / f"{_digest(clip.camera.source)}-{_digest(*SEEING)}-{looking.manifest.sha256[:16]}.npz"
    )
    if not path.exists():
        _keep([looking.detect([frame.image])[0] for frame in frames], path)
    return list(zip(frames, _kept(path), strict=True))


def _digest(*files: str) -> str:
    return sha256(b"".join(Path(file).read_bytes() for file in files)).hexdigest()[:16]


def _keep(found: Sequence[Detections], path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part.npz")
    np.savez_compressed(
        part,
        count=[len(boxes) for boxes in found],
        xyxy=np.concatenate([boxes.xyxy for boxes in found]),
        confidence=np.concatenate([boxes.confidence for boxes in found]),
        class_id=np.concatenate([boxes.class_id for boxes in found]),
    )
    part.rename(path)


def _kept(path: Path) -> list[Detections]:
    with np.load(path) as file:
        bounds = np.cumsum(file["count"])[:-1]
        columns = [np.split(file[name], bounds) for name in ("xyxy", "confidence", "class_id")]
    return [Detections(*row) for row in zip(*columns, strict=True)]


def step_of(film: Film) -> float:
    """Seconds between two pictures, the median."""
    return float(np.median(np.diff([frame.timestamp for frame, _ in film])))


def thinned(film: Film, seed: int) -> Film:
    """With pictures dropped at random."""
    random = np.random.default_rng(seed)
    return [seen for seen in film if random.random() >= DROPPED]


def looped(film: Film, hours: float) -> Iterator[tuple[Frame, Detections]]:
    """The film again and again for so long, forwards and backwards so that nobody jumps; each
    picture has fresh noise."""
    step = step_of(film)
    there_and_back = [*film, *film[-2:0:-1]]
    noise = _Noise(film[0][0].image.shape)
    for i in range(round(hours * 3600 / step)):
        frame, found = there_and_back[i % len(there_and_back)]
        yield replace(frame, timestamp=i * step, image=noise.on(frame.image)), found


class _Noise:
    """Sensor noise from a large field, cut out at another place for every picture."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        self._random = np.random.default_rng(5)
        self._shape = shape[:2]
        field = self._random.normal(0.0, NOISE, (2 * shape[0], 2 * shape[1])).round()
        fields = np.stack([np.maximum(field, 0), np.maximum(-field, 0)])
        self._brighter, self._darker = np.repeat(fields[..., None], 3, axis=3).astype(np.uint8)

    def on(self, image: Image) -> Image:
        height, width = self._shape
        y, x = self._random.integers((height, width)).tolist()
        part = np.s_[y : y + height, x : x + width]
        return np.asarray(
            cv2.subtract(cv2.add(image, self._brighter[part]), self._darker[part]), np.uint8
        )
