"""What the FFmpeg in PyAV can decode."""

from av.codec import codecs_available


def available_decoders() -> frozenset[str]:
    """FFmpeg names such as `h264`, `hevc`, `mjpeg`."""
    return frozenset(codecs_available)
