"""Codec parameters inside the packets: how a change of resolution in mid-stream is noticed."""

from collections.abc import Iterator

_HEAD = 4096
"""Bytes of a keyframe that hold its parameter sets."""
_SETS = {"h264": (7, 8), "hevc": (32, 33, 34)}
_SLICES = {"h264": range(1, 6), "hevc": range(32)}
_START = b"\0\0\1"


def parameter_sets(codec: str, keyframe: memoryview) -> tuple[bytes, ...]:
    """What in a keyframe describes the whole stream; empty where the packet holds nothing such.

    H.264 and H.265 with start codes: the parameter sets, each once. JPEG: height and width.
    Other streams tell a change by side data of the packet.
    """
    head = bytes(keyframe[:_HEAD])
    if codec in ("h264", "hevc"):
        return tuple(dict.fromkeys(_parameter_units(codec, head)))
    if codec == "mjpeg":
        return _jpeg_frame_size(head)
    return ()


def extradata_of(sets: tuple[bytes, ...]) -> bytes:
    """Parameter sets as a decoder or muxer takes them, with start codes."""
    return b"".join(b"\0" + _START + unit for unit in sets)


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
        if kind in _SETS[codec]:
            yield unit.rstrip(b"\0")
        elif kind in _SLICES[codec]:
            return


def _jpeg_frame_size(head: bytes) -> tuple[bytes, ...]:
    """From the start-of-frame segment (baseline to progressive)."""
    position = 2
    while position + 9 <= len(head) and head[position] == 0xFF:
        marker = head[position + 1]
        if 0xC0 <= marker <= 0xC2:
            return (head[position + 5 : position + 9],)
        position += 2 + int.from_bytes(head[position + 2 : position + 4], "big")
    return ()
