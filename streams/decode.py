"""Which packets are worth decoding, which pictures worth judging, and how they become frames."""

import zlib
from collections.abc import Callable
from fractions import Fraction

import av
import numpy as np
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.reformatter import Interpolation, VideoReformatter

from core.frame import Frame, Image
from streams.encoded import EncodedPacket, Packet, StreamFormat

LOOK_EVERY_S = 2.0
"""An idle scene is judged at least this often."""
GLANCE_EVERY_S = 0.5
"""Of cameras that send keyframes only, an idle one is decoded this often."""
BLIND_S = 4.0
"""Where keyframes are rarer than this, an idle camera decodes what lies between them."""
QUIET_AFTER_S = 4.0
"""Seconds without activity after which a scene is idle."""
JUMP = 1.5
"""Packets this many times larger than the learned level mean that something moves."""
RECENT_S = 0.4
RISE_S, FALL_S = 60.0, 5.0
"""How slowly the learned level follows upwards and downwards."""
NOISE_BYTES = 16


class DecodePolicy:
    """Idle: keyframes only, judged when the picture changed or 2 s have passed.
    Active: every packet is decoded and target_fps pictures a second are judged.

    A scene is active for 4 s after packets grew against their learned level, after a picture
    changed, or for as long as a caller keeps it awake: a live track, an open violation, a viewer
    who wants boxes. A new stream begins active: nothing is known about it yet.
    """

    def __init__(self, target_fps: float = 5.0) -> None:
        self._interval = 1.0 / target_fps
        self._kept_awake = float("-inf")
        self.restart()

    def restart(self) -> None:
        """Forgets the stream, not the callers who keep it awake."""
        self._moved_at = float("inf")
        self._latest = float("-inf")
        self._level = self._recent = self._learned = 0.0
        self._decoded_at = self._keyframe_at = float("-inf")
        self._judged_at = self._due = float("-inf")

    def keep_awake(self, until: float) -> None:
        """Stay active until then (UTC seconds)."""
        self._kept_awake = max(self._kept_awake, until)

    def forget_callers(self) -> None:
        """The clock was set back: what they asked for was an hour of another time."""
        self._kept_awake = float("-inf")

    def is_active(self, timestamp: float) -> bool:
        """Whether every packet is decoded at that moment."""
        return timestamp < max(self._moved_at + QUIET_AFTER_S, self._kept_awake)

    def wants(self, packet: EncodedPacket) -> bool:
        """Whether to decode this packet. To be asked once for each packet, in order."""
        now = packet.timestamp
        if self._moved_at > now:  # the first packet
            self._moved_at = self._latest = now
        if not packet.is_keyframe:
            self._learn(packet.size, now)
        self._latest = max(self._latest, now)
        if self.is_active(now):
            wanted = True
        elif packet.is_keyframe:
            wanted = now - self._keyframe_at >= GLANCE_EVERY_S
        else:
            wanted = now - self._decoded_at >= BLIND_S
        if wanted:
            self._decoded_at = now
            if packet.is_keyframe:
                self._keyframe_at = now
        return wanted

    def judges(self, timestamp: float, changed: Callable[[], bool]) -> bool:
        """Whether to judge a decoded picture.

        changed: whether it differs from the last judged one; asked only where it matters.
        """
        if self.is_active(timestamp):
            if timestamp < self._due - 0.1 * self._interval:
                return False
            if changed():
                self._moved_at = timestamp
        elif changed():
            self._moved_at = timestamp
        elif timestamp - self._judged_at < LOOK_EVERY_S - 0.1:  # keyframes jitter
            return False
        self._judged_at = timestamp
        behind = timestamp - self._due > self._interval
        self._due = (timestamp if behind else self._due) + self._interval
        return True

    def _learn(self, size: int, now: float) -> None:
        """Follows the size of the packets between keyframes; notices when it jumps."""
        if self._learned == 0.0:
            self._level = self._recent = float(size)
        step = min(max(now - self._latest, 1e-3), 1.0)
        self._recent += (size - self._recent) * step / (step + RECENT_S)
        self._learned += step
        slowness = min(RISE_S if self._recent > self._level else FALL_S, self._learned)
        self._level += (self._recent - self._level) * step / (step + slowness)
        if self._recent > JUMP * self._level + NOISE_BYTES:
            self._moved_at = now


CLOCK_SET_BACK_S = 5.0
"""A new stream that begins so long before the last picture follows a clock that was set back."""
MAX_SIDE = 960
"""Pixels; larger pictures are scaled down, smaller ones stay as they are."""
THUMBNAIL = (96, 54)
CHANGED_CELL = 10
"""Grey levels by which a cell of the thumbnail must differ; noise moves it by one or two."""
_MICROSECOND = Fraction(1, 1_000_000)


class Decoder:
    """Decodes what the policy wants and gives the frames that are worth judging.

    Scenes that wake up in mid-GOP are caught up with from what was skipped. A packet that cannot
    be decoded is counted, and all are dropped until the next keyframe that can.

    decoded, judged, corrupt: counted since the start. whole: of the decoded ones, those without
    damage and later than the one before. still_since: UTC seconds since when the
    looked-at pictures are the same bit for bit.
    """

    def __init__(self, camera_id: str, policy: DecodePolicy) -> None:
        self.policy = policy
        self.decoded = self.whole = self.judged = self.corrupt = 0
        self.still_since = 0.0
        self._camera_id = camera_id
        self._context: VideoCodecContext | None = None
        self._generation = -1
        self._skipped: list[EncodedPacket] = []
        self._waits_for_keyframe = True
        self._timestamp = float("-inf")
        self._scaler, self._thumbnailer = VideoReformatter(), VideoReformatter()
        self._seen = self._judged = np.zeros(THUMBNAIL[::-1], np.uint8)
        self._fingerprint = -1

    def frames(self, packet: EncodedPacket, format: StreamFormat) -> list[Frame]:
        """The frames to judge after one more packet, oldest first; mostly none or one."""
        if packet.generation != self._generation or self._context is None:
            self._generation = packet.generation
            self._context = format.new_decoder()
            self._waits_for_keyframe = True
            self.policy.restart()
            if packet.timestamp < self._timestamp - CLOCK_SET_BACK_S:
                self._timestamp = float("-inf")
                self.still_since = packet.timestamp
                self.policy.forget_callers()
        wanted = self.policy.wants(packet)
        if packet.is_keyframe:
            self._waits_for_keyframe = False
            self._skipped.clear()
        elif self._waits_for_keyframe:
            return []
        if not wanted:
            self._skipped.append(packet)
            return []
        return self._judge_all(self._decode(self._context, packet))

    def finish(self) -> list[Frame]:
        """The frames that the decoder still holds at the end of a file."""
        if self._context is None or self._skipped:
            return []
        return self._judge_all(self._context.decode(None))

    def _judge_all(self, pictures: list[VideoFrame]) -> list[Frame]:
        return [frame for picture in pictures if (frame := self._judge(picture)) is not None]

    def _decode(self, context: VideoCodecContext, packet: EncodedPacket) -> list[VideoFrame]:
        """The pictures of this packet; those of packets that were caught up with are past."""
        caught_up, self._skipped = self._skipped, []
        try:
            for earlier in caught_up:
                self.decoded += len(context.decode(_timed(earlier)))
            timed = _timed(packet)
            pictures = context.decode(timed)
            shown = pictures and pictures[-1].pts == timed.pts
            if packet.is_keyframe and not shown and not self.policy.is_active(packet.timestamp):
                # A decoder that reorders holds a lone keyframe back: empty it, and begin with
                # this keyframe again when the scene wakes up.
                pictures += context.decode(None)
                context.flush_buffers()
                self._skipped = [packet]
        except av.FFmpegError:
            self.corrupt += 1
            self._waits_for_keyframe = True
            context.flush_buffers()
            return []
        return pictures

    def _judge(self, picture: VideoFrame) -> Frame | None:
        self.decoded += 1
        timestamp = (picture.pts or 0) / 1e6
        if picture.is_corrupt:
            self.corrupt += 1
            return None
        if timestamp <= self._timestamp:
            return None
        self._timestamp = timestamp
        self.whole += 1
        if not self.policy.judges(timestamp, lambda: self._changed(picture, timestamp)):
            return None
        self._judged = self._seen
        self.judged += 1
        return Frame(self._camera_id, self.decoded - 1, timestamp, self._image(picture))

    def _changed(self, picture: VideoFrame, timestamp: float) -> bool:
        """Whether the picture differs from the last judged one, apart from its brightness."""
        gray = self._thumbnailer.reformat(
            picture, *THUMBNAIL, "gray", interpolation=Interpolation.AREA, threads=1
        ).to_ndarray()
        seen, self._seen = self._seen, np.asarray(gray, np.uint8)
        fingerprint = zlib.crc32(picture.planes[0]) if np.array_equal(seen, self._seen) else -1
        if fingerprint == -1 or fingerprint != self._fingerprint:
            self.still_since = timestamp
        self._fingerprint = fingerprint
        difference = self._seen.astype(np.int16) - self._judged
        return bool(np.abs(difference - np.median(difference)).max() > CHANGED_CELL)

    def _image(self, picture: VideoFrame) -> Image:
        scale = min(1.0, MAX_SIDE / max(picture.width, picture.height))
        scaled = self._scaler.reformat(
            picture,
            max(round(picture.width * scale), 1),
            max(round(picture.height * scale), 1),
            "bgr24",
            interpolation=Interpolation.AREA,
            threads=1,
        )
        return np.asarray(scaled.to_ndarray(), np.uint8)


def _timed(packet: EncodedPacket) -> Packet:
    """The packet under its UTC time, which the decoder hands on to the right picture."""
    return packet.copy(round(packet.timestamp * 1e6), None, _MICROSECOND)
