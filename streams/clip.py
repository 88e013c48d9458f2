"""Clips: the encoded packets of a violation, as evidence on disk."""

import contextlib
import errno
import hashlib
import math
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import av
import structlog

from core.errors import DiskFull, EvidenceError, NotVideo
from streams.encoded import EncodedPacket, StreamFormat
from streams.fragments import Fragment, FragmentMuxer, mime_of

log = structlog.get_logger(__name__)

_STARTED = "started_at="
_HEADER_BYTES = 1 << 16


@dataclass(frozen=True, slots=True)
class ClipFile:
    """A finished clip.

    name: the violation id. sha256: hex digest of the file. size: bytes.
    started_at: UTC seconds of the first picture. duration_s: seconds.
    """

    name: str
    path: Path
    sha256: str
    size: int
    mime: str
    started_at: float
    duration_s: float


class ClipWriter:
    """Writes one clip while its packets arrive.

    Packets go into `<name>.mp4.part`, a fragmented MP4 that stays playable when the process is
    killed. `finish` makes it an ordinary MP4 (duration, index, index first), still the same
    packets, and gives it its name.

    open_file: seam for tests of a full disk.
    """

    def __init__(
        self,
        folder: Path,
        name: str,
        format: StreamFormat,
        first: EncodedPacket,
        *,
        open_file: Callable[[Path], BinaryIO] | None = None,
    ) -> None:
        """Raises DiskFull or EvidenceError. first: a keyframe, which `add` must get as well."""
        self.name = name
        self.started_at = first.timestamp
        self._part = folder / f"{name}.mp4.part"
        try:
            self._muxer = FragmentMuxer(format, first, comment=f"{_STARTED}{first.timestamp:.6f}")
        except NotVideo as error:
            raise EvidenceError(f"no clip can be kept of this camera: {error}") from error
        with _writing(self._part):
            folder.mkdir(parents=True, exist_ok=True)
            self._file = (open_file or _open_unbuffered)(self._part)
            self._file.write(self._muxer.init)

    def add(self, packet: EncodedPacket) -> None:
        """Takes the next packet of the same generation. Raises DiskFull or EvidenceError."""
        with _writing(self._part):
            self._write(self._muxer.add(packet))

    def finish(self) -> ClipFile:
        """Closes the clip.

        Raises DiskFull or EvidenceError; the part stays then, since it can be played already.
        `recover_parts` makes the clip of it later.
        """
        with _writing(self._part, keep=True):
            with self._file:
                self._write(self._muxer.finish())
            return finalise(self._part)

    def _write(self, fragment: Fragment | None) -> None:
        if fragment is not None:
            self._file.write(fragment.data)


def finalise(part: Path) -> ClipFile:
    """Makes `<name>.mp4` of `<name>.mp4.part`: the same packets with duration and index.

    Raises OSError or av.FFmpegError where it cannot be written, EvidenceError where the part
    holds no picture. The part stays then.
    """
    path = part.with_suffix("")
    unfinished = path.with_suffix(".tmp")
    try:
        mime, started_at, duration_s = _remux(part, unfinished)
        with unfinished.open("rb") as file:
            os.fsync(file.fileno())
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            size = file.tell()
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    _sync_folder(path.parent)
    part.unlink()
    return ClipFile(path.stem, path, digest, size, mime, started_at, duration_s)


def recover_parts(folder: Path) -> list[ClipFile]:
    """Finishes what a killed process left.

    Parts without a readable picture, or damaged where their time stands, are deleted and logged;
    where the disk is full they wait. Raises nothing: one part must not hold up the others.
    """
    clips = []
    for part in sorted(folder.glob("*.mp4.part")):
        try:
            clips.append(finalise(part))
        except (EvidenceError, av.error.InvalidDataError) as error:
            log.warning("clip_not_recovered", clip=part.name, reason=str(error))
            _delete(part)
        except Exception as error:
            log.warning("clip_waits", clip=part.name, reason=str(error))
    return clips


def _delete(part: Path) -> None:
    try:
        part.unlink(missing_ok=True)
    except OSError as error:
        log.warning("clip_not_deleted", clip=part.name, reason=str(error))


def _remux(part: Path, path: Path) -> tuple[str, float, float]:
    """Copies all whole packets; gives mime, UTC seconds of the first picture and seconds."""
    with av.open(str(part), metadata_errors="replace") as source:
        comment = source.metadata.get("comment", "")
        started_at = _started_at(comment)
        if not source.streams.video or not math.isfinite(started_at):
            raise EvidenceError(f"{part.name} is not a clip of ours")
        stream = source.streams.video[0]
        with part.open("rb") as file:
            mime = mime_of(file.read(_HEADER_BYTES))
        first, end = None, 0
        with av.open(str(path), "w", format="mp4", options={"movflags": "faststart"}) as target:
            target.metadata["comment"] = comment
            copy = StreamFormat.of(stream).add_to(target)
            for packet in source.demux(stream):
                if not packet.size or packet.is_corrupt or packet.pts is None:
                    continue
                if first is None:
                    first = packet.pts  # that of a keyframe: what follows is shown after it
                packet.pts -= first
                packet.dts = packet.dts - first if packet.dts is not None else None
                end = max(end, packet.pts + (packet.duration or 0))
                packet.stream = copy
                target.mux_one(packet)
        if first is None:
            raise EvidenceError(f"{part.name} holds no picture")
        return mime, started_at, end * float(stream.time_base or 0)


def _started_at(comment: str) -> float:
    """UTC seconds; not a number where the comment is damaged or not ours."""
    if not comment.startswith(_STARTED):
        return math.nan
    try:
        return float(comment.removeprefix(_STARTED))
    except ValueError:
        return math.nan


@contextlib.contextmanager
def _writing(part: Path, *, keep: bool = False) -> Iterator[None]:
    """Whatever goes wrong on disk becomes one of ours, and the part is removed or kept."""
    try:
        yield
    except (OSError, av.FFmpegError) as error:
        if not keep:
            _delete(part)
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DiskFull(f"no room for clips in {part.parent}: delete or move files") from error
        raise EvidenceError(
            f"a clip cannot be written in {part.parent} ({error.strerror}): "
            "check the folder and its permissions"
        ) from error


def _open_unbuffered(path: Path) -> BinaryIO:
    return path.open("wb", buffering=0)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
