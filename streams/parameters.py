"""Codec parameters inside the packets: how a change of resolution in mid-stream is noticed."""

from collections.abc import Iterator

_HEAD = 4096
"""Bytes of a keyframe that hold its parameter sets."""
_H264_SETS = {7: "sps", 8: "pps"}
_HEVC_SETS = {32: "vps", 33: "sps", 34: "pps"}
_START = b"\0\0\1"


def parameter_sets(codec: str, keyframe: memoryview) -> bytes:
    """What in a keyframe describes the whole stream; empty where the packet holds nothing such.

    H.264 and H.265 with start codes: all parameter sets with start codes. JPEG: the frame header
    with its width and height. Other streams tell a change by side data of the packet.
    """
    if codec in ("h264", "hevc"):
        return b"".join(
            b"\0" + _START + unit for unit in _parameter_units(codec, bytes(keyframe[:_HEAD]))
        )
    if codec == "mjpeg":
        return _jpeg_frame_header(bytes(keyframe[:_HEAD]))
    return b""


def _parameter_units(codec: str, head: bytes) -> Iterator[bytes]:
    """The parameter sets before the first slice. Packets with length prefixes give none."""
    if not head.startswith((_START, b"\0" + _START)):
        return
    start = head.find(_START)
    while start >= 0:
        begin = start + 3
        start = head.find(_START, begin)
        unit = head[begin : start if start >= 0 else len(head)]
        if not unit:
            continue
        kind = unit[0] & 0x1F if codec == "h264" else (unit[0] >> 1) & 0x3F
        if kind in (_H264_SETS if codec == "h264" else _HEVC_SETS):
            yield unit.rstrip(b"\0")
        elif kind in (range(1, 6) if codec == "h264" else range(32)):
            return


def _jpeg_frame_header(head: bytes) -> bytes:
    """Height and width, from the start-of-frame segment (baseline or progressive)."""
    position = 2
    while position + 9 <= len(head) and head[position] == 0xFF:
        marker = head[position + 1]
        if 0xC0 <= marker <= 0xC2:
            return head[position + 5 : position + 9]
        position += 2 + int.from_bytes(head[position + 2 : position + 4], "big")
    return b""
