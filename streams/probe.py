"""Tries a source and shows what it gives: for the page on which somebody adds a camera."""

import time
from dataclasses import dataclass, field

import cv2

from core.errors import NotVideo, StreamStalled
from streams.decode import DecodePolicy, Decoder
from streams.demux import Deadlines, Demuxer
from streams.fragments import mime_of_format
from streams.source import Source


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """What a source gives.

    codec: FFmpeg name. mime: for Media Source Extensions, empty where browsers cannot play it.
    width, height: pixels of the stream. fps: as declared, 0 while unknown. still: JPEG.
    """

    codec: str
    mime: str
    width: int
    height: int
    fps: float
    still: bytes = field(repr=False)


def probe(source: Source, *, timeout_s: float = 10.0) -> ProbeResult:
    """Opens a source and decodes one picture. Raises SourceError subclasses."""
    deadline = time.monotonic() + timeout_s
    with Demuxer(source, deadlines=Deadlines(timeout_s, timeout_s), start_time=0.0) as demuxer:
        decoder = Decoder("probe", DecodePolicy())
        mime = ""
        for packet in demuxer:
            mime = mime or mime_of_format(demuxer.format, packet)
            frames = decoder.frames(packet, demuxer.format)
            if frames:
                break
            if time.monotonic() > deadline:
                raise StreamStalled(
                    f"{source.redacted} sent no whole picture in {timeout_s:g} s: "
                    "set a keyframe interval of 1 to 2 s in the camera"
                )
        else:
            frames = decoder.finish()
        if not frames:
            raise NotVideo(f"{source.redacted} holds no picture that can be decoded: check it")
        _, still = cv2.imencode(".jpg", frames[0].image)
        found = demuxer.format
        return ProbeResult(found.codec, mime, found.width, found.height, found.fps, still.tobytes())
