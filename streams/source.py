"""Where video comes from, and how to name it without giving its password away."""

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Self
from urllib.parse import unquote, urlsplit

from core.errors import SourceUnavailable
from core.redaction import redact_address

_EXAMPLES = "use rtsp://, http(s)://, a file path or a device such as /dev/video0"


class SourceKind(StrEnum):
    """How a source is opened, and whether its time is that of the wall clock."""

    RTSP = "rtsp"
    HTTP = "http"
    FILE = "file"
    DEVICE = "device"


_SCHEMES = {
    "rtsp": SourceKind.RTSP,
    "rtsps": SourceKind.RTSP,
    "http": SourceKind.HTTP,
    "https": SourceKind.HTTP,
}


@dataclass(frozen=True, slots=True)
class Source:
    """A camera or file.

    url: what FFmpeg opens; may hold credentials, so repr leaves it out.
    """

    kind: SourceKind
    url: str = field(repr=False)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Reads an address, a path or a device.

        Raises SourceUnavailable for an unknown scheme, an address without a host and a file or
        device that does not exist.
        """
        text = text.strip()
        if not text:
            raise SourceUnavailable(f"the source is empty: {_EXAMPLES}")
        scheme, separator, rest = text.partition("://")
        if not separator:
            return cls._parse_path(text)
        if scheme.lower() == "file":
            return cls._parse_path(unquote(rest))
        kind = _SCHEMES.get(scheme.lower())
        if kind is None:
            raise SourceUnavailable(f"'{redact_address(text)}' cannot be opened: {_EXAMPLES}")
        if not _has_host(text):
            raise SourceUnavailable(
                f"'{redact_address(text)}' is not a complete address: write it as "
                f"{scheme}://user:password@host:port/path"
            )
        return cls(kind, f"{scheme.lower()}://{rest}")

    @classmethod
    def _parse_path(cls, text: str) -> Self:
        path = Path(text).expanduser()
        if path.is_char_device() and path.name.startswith("video"):
            return cls(SourceKind.DEVICE, str(path))
        if text.startswith("/dev/video"):
            raise SourceUnavailable(f"there is no device {text}: plug the camera in, or see /dev")
        if path.is_dir():
            raise SourceUnavailable(
                f"'{redact_address(text)}' is a folder: name one video file in it"
            )
        if not path.is_file():
            raise SourceUnavailable(f"there is no file '{redact_address(text)}': {_EXAMPLES}")
        return cls(SourceKind.FILE, str(path))

    @property
    def redacted(self) -> str:
        """The address for people and logs."""
        return redact_address(self.url)

    @property
    def live(self) -> bool:
        """Whether packets come when they happen; a file is read when we like."""
        return self.kind is not SourceKind.FILE

    @property
    def open_format(self) -> str | None:
        """FFmpeg's input format where the address does not tell it."""
        return "v4l2" if self.kind is SourceKind.DEVICE else None

    @property
    def open_options(self) -> dict[str, str]:
        """FFmpeg's input options, as text."""
        if self.kind is SourceKind.RTSP:
            # TCP, because UDP loses packets; video only, because nobody listens.
            # Its frame rate is not guessed from many pictures: that takes 5 s.
            return {
                "rtsp_transport": "tcp",
                "allowed_media_types": "video",
                "fpsprobesize": "0",
            }
        if self.kind is SourceKind.HTTP:
            # HLS begins with its last segment: what we judge should be now.
            return {"live_start_index": "-1", "user_agent": "anyan"}
        return {}


def _has_host(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        return False
