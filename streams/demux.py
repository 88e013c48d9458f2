"""Opens a source and reads its packets, once, whoever wants them."""

import itertools
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Self

import av
import structlog
from av.container import InputContainer
from av.video.stream import VideoStream

from core.errors import LoginRefused, NotVideo, SourceError, SourceUnavailable, StreamStalled
from core.redaction import redact
from streams.encoded import EncodedPacket, Packet, StreamFormat, share
from streams.parameters import extradata_of, parameter_sets
from streams.source import Source, SourceKind
from streams.timeline import Timeline

log = structlog.get_logger(__name__)

_NOT_VIDEO_FORMATS = {"tty", "srt", "webvtt", "ass"}
_REFUSED = (av.error.HTTPUnauthorizedError, av.error.HTTPForbiddenError)


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Seconds that a source may take.

    open_s: until it is open. packet_s: until the next packet.
    frozen_s: until the picture of a camera must have changed.
    """

    open_s: float = 10.0
    packet_s: float = 8.0
    frozen_s: float = 60.0


def open_container(source: Source, deadlines: Deadlines) -> InputContainer:
    """Opens a source within its deadline.

    Raises LoginRefused, SourceUnavailable, NotVideo or StreamStalled with the next step.
    """
    began = time.monotonic()
    try:
        return av.open(
            source.url,
            mode="r",
            format=source.open_format,
            options=source.open_options,
            timeout=(deadlines.open_s, deadlines.packet_s),
            metadata_errors="replace",
        )
    except (av.FFmpegError, OSError, ValueError) as error:
        # An RTSP server that stays silent looks like invalid data, once the deadline has passed.
        late = time.monotonic() - began >= 0.95 * deadlines.open_s
        raise explain(source, error, late=late) from None


def explain(source: Source, error: Exception, *, late: bool) -> SourceError:
    """The error for people: which source, what happened, what to do. Holds no credentials.

    late: the deadline had passed when the error came.
    """
    name = source.redacted
    if isinstance(error, _REFUSED):
        return LoginRefused(f"{name} refused the login: check user name and password")
    if late or isinstance(error, (av.error.ExitError, TimeoutError)):
        return StreamStalled(
            f"{name} sent nothing within the deadline: check camera, network and port"
        )
    if isinstance(error, av.error.InvalidDataError):
        return NotVideo(f"{name} is not video that can be read: check the file or the address")
    reason = str(getattr(error, "strerror", "") or error)
    advice = "check the address"
    if isinstance(error, av.error.HTTPNotFoundError):
        reason, advice = "not found", "check the path in the address"
    elif isinstance(error, PermissionError):
        advice = "allow this user to read it"
    elif isinstance(error, OSError) and source.kind in (SourceKind.RTSP, SourceKind.HTTP):
        advice = "check host name, port and network"
    return SourceUnavailable(f"{name} cannot be opened ({redact(reason)}): {advice}")


class Demuxer:
    """The packets of one source, with repaired time.

    A camera, or a file without start_time, is read in real time: packets of a camera carry
    their arrival; a file plays at its own pace and begins again for ever. With start_time (UTC
    seconds of the first picture) everything is read once, as fast as possible.

    format: of the packets that come now; changes with the generation.
    corrupt: packets that were dropped because they could not be used.
    """

    def __init__(
        self,
        source: Source,
        *,
        deadlines: Deadlines | None = None,
        start_time: float | None = None,
        first_generation: int = 0,
        clock: Callable[[], float] = time.time,
        wait: Callable[[float], object] = time.sleep,
    ) -> None:
        """Raises SourceError subclasses where the source cannot be opened."""
        self._source = source
        self._deadlines = deadlines or Deadlines()
        self._start_time = start_time
        self._clock = clock
        self._wait = wait
        self._container = open_container(source, self._deadlines)
        try:
            self._stream = _video_stream(self._container, source)
        except NotVideo:
            self._container.close()
            raise
        self.format = StreamFormat.of(self._stream)
        self.generation = first_generation
        self.corrupt = 0
        self._sets: tuple[bytes, ...] = ()
        name = self._container.format.name
        finite = source.kind is SourceKind.HTTP and self._container.duration is not None
        self._paced = not source.live or finite or name == "hls"
        self._loops = start_time is None and not source.live
        self._has_time = "mpjpeg" not in name  # FFmpeg invents 25 pictures a second for these
        tick = float(self.format.time_base)
        self._frame = round(1.0 / ((self.format.fps or 25.0) * tick)) or 1
        self._timeline = Timeline(
            tick=tick,
            frame=self._frame,
            reorders=bool(self._stream.codec_context.has_b_frames),
            paced=self._paced,
            start_time=start_time,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Ends the connection; packets that were given out stay valid."""
        self._container.close()

    def __iter__(self) -> Iterator[EncodedPacket]:
        """Packets from the first keyframe on.

        Raises StreamStalled, SourceUnavailable or NotVideo where the source breaks off. A file
        that is read fast just ends; one whose end is missing does so with a warning.
        """
        started = False
        for turn in itertools.count():
            packets = 0
            for data in self._read(first=turn == 0):
                if data.is_corrupt or (not started and not data.is_keyframe):
                    self.corrupt += data.is_corrupt
                    continue
                started = True
                packets += 1
                yield self._encoded(data)
            if packets == 0:
                raise NotVideo(
                    f"{self._source.redacted} holds no picture that can be read: "
                    "check the file or the camera's stream"
                )
            if not self._loops:
                break
            self._begin_again()
        if self._start_time is None:
            raise SourceUnavailable(f"{self._source.redacted} ended the stream: is it a camera?")

    def _begin_again(self) -> None:
        self._timeline.restart()
        try:
            self._container.seek(0)
        except (av.FFmpegError, OSError):  # raw streams have no index
            self._container.close()
            self._container = open_container(self._source, self._deadlines)
            self._stream = _video_stream(self._container, self._source)

    def _read(self, *, first: bool) -> Iterator[Packet]:
        """The packets of one pass; errors become ours."""
        packets = self._container.demux(self._stream)
        end = 0
        while True:
            began = time.monotonic()
            try:
                packet = next(packets)
            except StopIteration:
                break
            except av.error.InvalidDataError as error:
                if self._source.live:
                    late = time.monotonic() - began >= 0.95 * self._deadlines.packet_s
                    raise explain(self._source, error, late=late) from None
                break
            except (av.FFmpegError, OSError) as error:
                late = time.monotonic() - began >= 0.95 * self._deadlines.packet_s
                raise explain(self._source, error, late=late) from None
            if packet.size:
                end = max(end, packet.pts or 0)
                yield packet
        if first:
            self._warn_if_truncated(end)

    def _warn_if_truncated(self, end: int) -> None:
        length, start = self._stream.duration, self._stream.start_time or 0
        if self._source.live or length is None:
            return
        missing = (start + length - end - self._frame) * float(self.format.time_base)
        if missing > 1.0:
            log.warning("file_truncated", source=self._source.redacted, missing_s=round(missing, 1))

    def _encoded(self, data: Packet) -> EncodedPacket:
        pts, dts = (data.pts, data.dts) if self._has_time else (None, None)
        arrival = self._clock()
        stamp = self._timeline.stamp(pts, dts, arrival)
        keyframe = data.is_keyframe
        if stamp.jumped or (keyframe and self._parameters_changed(data)):
            self.generation += 1
        if self._paced and self._start_time is None:
            ahead = stamp.timestamp - arrival
            if ahead > 0.0:
                self._wait(ahead)
        return EncodedPacket(
            data=data,
            timestamp=stamp.timestamp,
            pts=stamp.pts,
            dts=stamp.dts,
            duration=data.duration or self._frame,
            is_keyframe=keyframe,
            size=data.size,
            generation=self.generation,
        )

    def _parameters_changed(self, keyframe: Packet) -> bool:
        """Notices other codec parameters and takes over their format."""
        codec = self.format.codec
        if keyframe.has_sidedata("new_extradata"):
            extradata = bytes(keyframe.get_sidedata("new_extradata"))
        else:
            sets = parameter_sets(codec, memoryview(keyframe))
            if not sets or sets == self._sets:
                return False
            first, self._sets = not self._sets, sets
            if first and (codec == "mjpeg" or all(s in self.format.extradata for s in sets)):
                return False
            extradata = b"" if codec == "mjpeg" else extradata_of(sets)
        changed = replace(self.format, extradata=extradata)
        width, height = _picture_size(changed, keyframe)
        self.format = replace(changed, width=width, height=height)
        return True


def _video_stream(container: InputContainer, source: Source) -> VideoStream:
    streams = [s for s in container.streams.video if s.codec_context is not None]
    if not streams or container.format.name in _NOT_VIDEO_FORMATS:
        raise NotVideo(f"{source.redacted} holds no video: check the file or the address")
    return max(streams, key=lambda s: s.codec_context.width * s.codec_context.height)


def _picture_size(format: StreamFormat, keyframe: Packet) -> tuple[int, int]:
    """Width and height after a change, from the picture itself; as before if it is damaged."""
    # A JPEG decoder that expects a larger picture takes a smaller one for damage.
    decoder = replace(format, width=0, height=0).new_decoder()
    with suppress(av.FFmpegError):
        frames = decoder.decode(share(keyframe)) or decoder.decode(None)
        if frames:
            return frames[0].width, frames[0].height
    return format.width, format.height
