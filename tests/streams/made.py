"""Small videos made for one test."""

from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from streams.demux import Demuxer
from streams.encoded import EncodedPacket, StreamFormat
from streams.source import Source

Painter = Callable[[int, NDArray[np.uint8]], None]


def moving_box(index: int, image: NDArray[np.uint8]) -> None:
    """A bright box that wanders 4 pixels a picture."""
    height, width = image.shape[:2]
    left = (index * 4) % (width - 60)
    image[height // 4 : height // 2, left : left + 60] = 230


def still(index: int, image: NDArray[np.uint8]) -> None:
    """Nothing happens."""


def make_video(
    path: Path,
    *,
    codec: str = "libx264",
    size: tuple[int, int] = (320, 180),
    fps: int = 25,
    seconds: float = 4.0,
    gop: int = 25,
    b_frames: int = 0,
    paint: Painter = moving_box,
    format: str | None = None,
) -> Path:
    """Writes a video. Without B-frames, keyframes are exactly `gop` pictures apart."""
    options = {"g": str(gop), "bf": str(b_frames), "sc_threshold": "0", "preset": "veryfast"}
    if codec == "libx265":
        options = {
            "preset": "ultrafast",
            "x265-params": f"log-level=none:keyint={gop}:min-keyint={gop}:bframes={b_frames}",
        }
    width, height = size
    with av.open(str(path), "w", format=format) as container:
        stream = container.add_stream(codec, rate=fps, options=options)
        stream.width, stream.height = width, height
        stream.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
        for index in range(round(fps * seconds)):
            image = np.full((height, width, 3), 90, np.uint8)
            paint(index, image)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(image, "bgr24")))
        container.mux(stream.encode())
    return path


def read(path: Path, start_time: float = 0.0) -> tuple[list[EncodedPacket], StreamFormat]:
    """All packets of a file, read fast, and the format of the first ones."""
    with Demuxer(Source.parse(str(path)), start_time=start_time) as demuxer:
        first = demuxer.format
        return list(demuxer), first


def payloads(path: Path) -> list[bytes]:
    """The encoded pictures of a file, as FFmpeg finds them."""
    with av.open(str(path)) as container:
        return [bytes(packet) for packet in container.demux(video=0) if packet.size]


def decoded_pictures(data: object) -> int:
    """How many pictures a player shows."""
    with av.open(data) as container:
        return sum(1 for _ in container.decode(video=0))
