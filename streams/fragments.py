"""Fragmented MP4 in memory, without re-encoding: for viewers and for clips."""

from dataclasses import dataclass, field

import av

from core.errors import NotVideo
from streams.encoded import EncodedPacket, StreamFormat

_MOVFLAGS = "empty_moov+default_base_moof+frag_keyframe+skip_trailer"
_FRAGMENT_US = 250_000
"""A fragment is at most this long (microseconds): what a viewer lags behind."""


@dataclass(frozen=True, slots=True)
class Fragment:
    """One moof with its mdat.

    keyframe: decoding can begin here.
    start: seconds on the media timeline of the first picture.
    """

    data: bytes = field(repr=False)
    keyframe: bool
    start: float


class FragmentMuxer:
    """Turns the packets of one generation into an init segment and fragments.

    The first packet must be a keyframe; its dts is media time 0.

    init: ftyp and moov. mime: for Media Source Extensions, empty where browsers cannot play it.
    epoch: UTC seconds of media time 0.
    """

    def __init__(self, format: StreamFormat, first: EncodedPacket, *, comment: str = "") -> None:
        """Raises NotVideo where MP4 cannot hold the codec. comment: goes into the header."""
        self._sink = _Sink()
        self._container = av.open(
            self._sink,
            "w",
            format="mp4",
            options={"movflags": _MOVFLAGS, "frag_duration": str(_FRAGMENT_US)},
        )
        try:
            self._stream = format.add_to(self._container)
            if comment:
                self._container.metadata["comment"] = comment
            self._container.start_encoding()
        except (ValueError, av.FFmpegError) as error:
            raise NotVideo(f"{format.codec} does not fit into MP4: use H.264 or H.265") from error
        self._time_base = format.time_base
        self._tick = float(format.time_base)
        self._origin = first.dts
        self._head = first
        self.init = self._sink.take()
        self.mime = mime_of(self.init)
        self.epoch = first.timestamp - (first.pts - first.dts) * self._tick

    def add(self, packet: EncodedPacket) -> Fragment | None:
        """Takes the next packet; gives the fragment that ended before it."""
        copy = packet.copy(packet.pts - self._origin, packet.dts - self._origin, self._time_base)
        copy.duration = packet.duration
        copy.stream = self._stream
        self._container.mux_one(copy)
        done = self._sink.take()
        if not done:
            return None
        head, self._head = self._head, packet
        return self._fragment(head, done)

    def finish(self) -> Fragment | None:
        """Gives what is left; nothing can be added after it."""
        self._container.close()
        rest = self._sink.take()
        return self._fragment(self._head, rest) if rest else None

    def _fragment(self, head: EncodedPacket, data: bytes) -> Fragment:
        return Fragment(data, head.is_keyframe, (head.pts - self._origin) * self._tick)


def mime_of(init: bytes) -> str:
    """The type that a browser is asked for, from an init segment: RFC 6381, ISO/IEC 14496-15.

    Empty where Media Source Extensions cannot play the codec.
    """
    at = init.find(b"avcC")
    if at >= 0:
        return f'video/mp4; codecs="avc1.{init[at + 5 : at + 8].hex()}"'
    at = init.find(b"hvcC")
    if at >= 0:
        return f'video/mp4; codecs="hvc1.{_hevc_profile(init[at + 4 : at + 17])}"'
    return ""


def mime_of_format(format: StreamFormat, first: EncodedPacket) -> str:
    """The same for a stream, from its first keyframe."""
    try:
        return FragmentMuxer(format, first).mime
    except NotVideo:
        return ""


def _hevc_profile(record: bytes) -> str:
    """What follows `hvc1.`: profile, compatibility (bits reversed), tier, level, constraints."""
    space = ("", "A", "B", "C")[record[1] >> 6]
    tier = "H" if record[1] & 0x20 else "L"
    compatibility = int(f"{int.from_bytes(record[2:6], 'big'):032b}"[::-1], 2)
    constraints = record[6:12].rstrip(b"\0")
    parts = [f"{space}{record[1] & 0x1F}", f"{compatibility:X}", f"{tier}{record[12]}"]
    return ".".join(parts + [f"{byte:X}" for byte in constraints])


class _Sink:
    """What FFmpeg writes, kept until it is taken."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._parts.append(bytes(data))
        return len(data)

    def take(self) -> bytes:
        done, self._parts = b"".join(self._parts), []
        return done
