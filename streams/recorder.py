"""The clips of one camera that are being written."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import structlog

from core.errors import EvidenceError
from core.redaction import redact
from streams.clip import ClipFile, ClipWriter
from streams.encoded import EncodedPacket, StreamFormat
from streams.ring import PacketRing

log = structlog.get_logger(__name__)

BEFORE_S = 5.0
AFTER_S = 5.0
LONGEST_S = 60.0


@dataclass(slots=True)
class _OpenClip:
    writer: ClipWriter
    generation: int
    ends_at: float


class ClipRecorder:
    """Cuts clips from the ring and goes on with them until they end.

    A clip has 5 s before its violation (from the keyframe before them), 5 s after it and at most
    60 s. It ends early where the stream ends or changes its generation.

    done: called with the violation id and the file, or the reason why there is none.
    """

    def __init__(
        self, folder: Path, ring: PacketRing, done: Callable[[str, ClipFile | EvidenceError], None]
    ) -> None:
        self._folder = folder
        self._ring = ring
        self._done = done
        self._open: dict[str, _OpenClip] = {}

    def start(self, violation_id: str, started_at: float, format: StreamFormat | None) -> None:
        """Begins a clip with what the ring holds. started_at: UTC seconds."""
        if violation_id in self._open:
            return
        packets = self._ring.since(started_at - BEFORE_S)
        if not packets or format is None:
            self._give(violation_id, EvidenceError("no video was at hand: the camera was away"))
            return
        try:
            writer = ClipWriter(self._folder, violation_id, format, packets[0])
            self._open[violation_id] = _OpenClip(
                writer, packets[0].generation, packets[0].timestamp + LONGEST_S
            )
        except EvidenceError as error:
            self._give(violation_id, error)
            return
        for packet in packets:
            self._add(violation_id, packet)

    def end(self, violation_id: str, ended_at: float) -> None:
        """The violation is over (UTC seconds): its clip goes on for 5 s."""
        clip = self._open.get(violation_id)
        if clip is not None:
            clip.ends_at = min(clip.ends_at, ended_at + AFTER_S)

    def add(self, packet: EncodedPacket) -> None:
        """The next packet of the camera, for every open clip."""
        for violation_id in tuple(self._open):
            self._add(violation_id, packet)

    def finish(self) -> None:
        """The stream is over: every open clip ends here."""
        for violation_id in tuple(self._open):
            self._finish(violation_id)

    def _add(self, violation_id: str, packet: EncodedPacket) -> None:
        clip = self._open.get(violation_id)
        if clip is None:
            return
        if packet.generation != clip.generation or packet.timestamp > clip.ends_at:
            self._finish(violation_id)
            return
        try:
            clip.writer.add(packet)
        except EvidenceError as error:
            del self._open[violation_id]
            self._give(violation_id, error)

    def _finish(self, violation_id: str) -> None:
        clip = self._open.pop(violation_id)
        try:
            self._give(violation_id, clip.writer.finish())
        except EvidenceError as error:
            self._give(violation_id, error)

    def _give(self, violation_id: str, result: ClipFile | EvidenceError) -> None:
        if isinstance(result, EvidenceError):
            log.error("clip_failed", violation=violation_id, code=result.code, reason=str(result))
        try:
            self._done(violation_id, result)
        except Exception as error:  # the other clips go on
            log.error("clip_not_told", violation=violation_id, error=redact(repr(error)))
