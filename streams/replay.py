"""Reads a source once, as fast as possible, through the same policy as the live loop."""

from collections.abc import Iterator

from core.errors import NotVideo
from core.frame import Frame
from streams.decode import DecodePolicy, Decoder
from streams.demux import Demuxer
from streams.source import Source


def read_frames(
    source: Source, camera_id: str, policy: DecodePolicy, *, start_time: float = 0.0
) -> Iterator[Frame]:
    """The frames worth judging, in order; two runs give the same.

    Between two frames the caller may keep the policy awake, as the live loop does. start_time:
    UTC seconds of the first picture. A truncated file gives what can be read, with a warning.
    Raises SourceError subclasses where nothing can be read.
    """
    decoder = Decoder(camera_id, policy)
    with Demuxer(source, start_time=start_time) as demuxer:
        for packet in demuxer:
            yield from decoder.frames(packet, demuxer.format)
        yield from decoder.finish()
    if decoder.decoded == 0:
        raise NotVideo(f"{source.redacted} holds no picture that can be decoded: check the file")
