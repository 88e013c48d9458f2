"""What supervisor and worker tell each other over the worker's standard input and output.

A message is a JSON object with `type`, and a payload of bytes that may be empty:

    4 bytes length of the JSON | 4 bytes length of the payload | JSON | payload     (big-endian)

To the worker:
    assign {cameras, floors} · watch {camera_id, watched} · capture {camera_id, zone_id}
    relearn {camera_id}
From the worker:
    ready {provider} · failed {model, detail} · status {status} · disk {problem} · metrics {…}
    tracks {camera_id, timestamp, boxes, latency_s} · still {camera_id, timestamp} + JPEG
    init {camera_id, mime, epoch, width, height} + segment · fragment {camera_id, keyframe} + bytes
"""

import json
import struct
from asyncio import IncompleteReadError, StreamReader
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, BinaryIO

from core.floor import Floor
from core.site import CameraConfig

_HEADER = struct.Struct(">II")

Message = dict[str, Any]


def encode(message: Message, payload: bytes = b"") -> bytes:
    """One message as bytes."""
    text = json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode()
    return b"".join((_HEADER.pack(len(text), len(payload)), text, payload))


def read_message(file: BinaryIO) -> tuple[Message, bytes] | None:
    """The next message, None where the other side has closed the pipe."""
    header = file.read(_HEADER.size)
    if len(header) < _HEADER.size:
        return None
    text, payload = _HEADER.unpack(header)
    body = file.read(text + payload)
    if len(body) < text + payload:
        return None
    return json.loads(body[:text]), body[text:]


def assignment(cameras: Sequence[CameraConfig]) -> Message:
    """The message that gives a worker these cameras and no others; floors by camera id."""
    floors = {camera.id: camera.floor.matrix for camera in cameras if camera.floor is not None}
    cameras_as_in_a_file = [camera.to_mapping() for camera in cameras]
    return {"type": "assign", "cameras": cameras_as_in_a_file, "floors": floors}


def assigned(message: Message) -> list[CameraConfig]:
    """The cameras of such a message. Raises SiteFileError."""
    floors = {camera_id: Floor(tuple(matrix)) for camera_id, matrix in message["floors"].items()}
    cameras = [CameraConfig.from_mapping(data, "assign") for data in message["cameras"]]
    return [replace(camera, floor=floors.get(camera.id)) for camera in cameras]


async def receive_message(stream: StreamReader) -> tuple[Message, bytes] | None:
    """The same for the event loop."""
    try:
        text, payload = _HEADER.unpack(await stream.readexactly(_HEADER.size))
        body = await stream.readexactly(text + payload)
    except IncompleteReadError:
        return None
    return json.loads(body[:text]), body[text:]
