"""What viewers of one camera receive."""

from collections.abc import Callable
from dataclasses import dataclass, field

from core.errors import NotVideo
from streams.encoded import EncodedPacket, StreamFormat
from streams.fragments import Fragment, FragmentMuxer
from streams.ring import PacketRing


@dataclass(frozen=True, slots=True)
class LiveInit:
    """Begins a stream for viewers; comes again whenever the stream begins anew.

    epoch: UTC seconds of media time 0, so that currentTime + epoch is UTC.
    data: the init segment.
    """

    camera_id: str
    mime: str
    epoch: float
    width: int
    height: int
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class LiveFragment:
    """Up to 0.25 s of video. keyframe: a late viewer can join here. start: media seconds."""

    camera_id: str
    keyframe: bool
    start: float
    data: bytes = field(repr=False)


class LiveView:
    """Packs packets for viewers, only while somebody watches."""

    def __init__(self, camera_id: str, emit: Callable[[LiveInit | LiveFragment], None]) -> None:
        self._camera_id = camera_id
        self._emit = emit
        self._muxer: FragmentMuxer | None = None
        self._generation = -1

    def show(self, packet: EncodedPacket, format: StreamFormat, ring: PacketRing) -> None:
        """Passes a packet on, which the ring already holds.

        Begins at the ring's last keyframe, so that the picture is there at once.
        """
        if self._generation == packet.generation:
            if self._muxer is not None:
                self._send(self._muxer.add(packet))
            return
        self.stop()
        group = ring.last_group()
        if not group:
            return
        self._generation = packet.generation
        try:
            muxer = FragmentMuxer(format, group[0])
        except NotVideo:
            return  # the wall shows still pictures of such a camera: its mime is empty
        if not muxer.mime:
            return
        self._muxer = muxer
        self._emit(
            LiveInit(
                self._camera_id, muxer.mime, muxer.epoch, format.width, format.height, muxer.init
            )
        )
        for earlier in group:
            self._send(muxer.add(earlier))

    def stop(self) -> None:
        """Nobody watches, or the stream ended."""
        if self._muxer is not None:
            self._send(self._muxer.finish())
        self._muxer = None
        self._generation = -1

    def _send(self, fragment: Fragment | None) -> None:
        if fragment is not None:
            self._emit(
                LiveFragment(self._camera_id, fragment.keyframe, fragment.start, fragment.data)
            )
