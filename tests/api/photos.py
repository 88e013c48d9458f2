"""Pictures as phones send them, and as nobody should."""

import io
import struct
import zlib

from PIL import Image

PLACE_TAG = 0x8825
"""GPS data within EXIF."""


def jpeg(width: int = 640, height: int = 480, *, exif: bytes = b"", seed: int = 0) -> bytes:
    """A colourful photo."""
    picture = Image.linear_gradient("L").resize((width, height)).convert("RGB")
    picture.putpixel((seed % width, 0), (255, 0, 0))
    file = io.BytesIO()
    picture.save(file, "JPEG", exif=exif)
    return file.getvalue()


def with_place() -> bytes:
    """EXIF that says where the photo was taken, by which camera, and that it lies on its side."""
    exif = Image.Exif()
    exif[0x010F] = "A camera maker"
    exif[0x0112] = 6  # turned by 90 degrees
    exif.get_ifd(PLACE_TAG)[1] = "N"
    return exif.tobytes()


def bomb(width: int = 10_000, height: int = 10_000) -> bytes:
    """A PNG of 100 megapixels in a few bytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress(bytes(width + 1) * 64)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><script>alert(1)</script></svg>'
