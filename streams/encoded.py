"""Encoded video as it travels from the demuxer to decoder, ring, clips and viewers."""

import io
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, TypeAlias, cast

import av
from av.codec.context import CodecContext
from av.container import OutputContainer
from av.video.codeccontext import VideoCodecContext
from av.video.stream import VideoStream

Packet: TypeAlias = "av.Packet[Any]"


@dataclass(frozen=True, slots=True, eq=False)
class StreamFormat:
    """What a decoder or a muxer must know about a stream.

    codec: FFmpeg's name of the decoder, such as `h264`.
    width, height: pixels. fps: as the stream declares it, 0 where it does not.
    time_base: seconds per tick of pts, dts and duration.
    extradata: parameter sets, as the container or the camera gave them.
    delayed: pictures come out of the decoder later than their packets go in (B-frames).
    template: a stream that belongs to no open connection, so that it outlives every one.
    """

    codec: str
    width: int
    height: int
    fps: float
    time_base: Fraction
    extradata: bytes = field(repr=False)
    template: VideoStream = field(repr=False)

    @classmethod
    def of(cls, stream: VideoStream) -> "StreamFormat":
        """The format of a stream that was just opened."""
        holder = av.open(io.BytesIO(), "w", format="nut")  # holds every codec
        rate = stream.average_rate or stream.base_rate
        return cls(
            codec=stream.codec_context.name,
            width=stream.codec_context.width,
            height=stream.codec_context.height,
            fps=float(rate) if rate else 0.0,
            time_base=stream.time_base or Fraction(1, 90_000),
            extradata=stream.codec_context.extradata or b"",
            template=holder.add_stream_from_template(stream, opaque=True),
        )

    def new_decoder(self) -> VideoCodecContext:
        """A decoder of its own, on one thread: cameras are what runs in parallel."""
        context = CodecContext.create(self.codec, "r")
        assert isinstance(context, VideoCodecContext)
        source = self.template.codec_context
        context.extradata = self.extradata or None
        context.width, context.height = self.width, self.height
        if source.pix_fmt:
            context.pix_fmt = source.pix_fmt
        context.codec_tag = source.codec_tag
        context.thread_count = 1
        return context

    def add_to(self, container: OutputContainer) -> VideoStream:
        """Adds a stream of this format. Raises ValueError where the file cannot hold it."""
        stream = container.add_stream_from_template(self.template, opaque=True)
        context = stream.codec_context
        context.extradata = self.extradata or None
        context.width, context.height = self.width, self.height
        if self.codec == "hevc":
            context.codec_tag = "hvc1"  # the name under which browsers play it
        return stream


@dataclass(frozen=True, slots=True, eq=False)
class EncodedPacket:
    """One encoded picture.

    data: the packet as demuxed; shared, never changed.
    timestamp: UTC seconds of capture.
    pts, dts, duration: repaired, in ticks of the format's time base. dts rises strictly and
        never exceeds pts; pts is continuous for as long as the process reads this source.
    size: bytes.
    generation: changes when pictures before and after must not share one file: other codec
        parameters, or a jump of time.
    """

    data: Packet
    timestamp: float
    pts: int
    dts: int
    duration: int
    is_keyframe: bool
    size: int
    generation: int

    def copy(self, pts: int, dts: int | None, time_base: Fraction) -> Packet:
        """The same bytes, not copied, under other time stamps."""
        packet = share(self.data)
        packet.pts, packet.dts = pts, dts
        packet.time_base = time_base
        packet.is_keyframe = self.is_keyframe
        return packet


def share(packet: Packet) -> Packet:
    """A packet with the same bytes. Muxers and decoders write into what they are given."""
    return av.Packet(cast("bytes", packet))  # PyAV takes any buffer and keeps it alive
