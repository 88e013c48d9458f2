"""A real RTSP server as a fixture. Import `rtsp_server` in a conftest.py to use it."""

import os
import select
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

SYSTEM_PYTHON = "/usr/bin/python3"
SERVER = Path(__file__).with_name("rtsp_server.py")
_CHECK = (
    "import gi; gi.require_version('GstRtspServer', '1.0'); "
    "from gi.repository import Gst, GstRtspServer; Gst.init(None); "
    "assert all(Gst.ElementFactory.find(n) for n in ('x264enc', 'h264parse', 'rtph264pay'))"
)


class RtspServer:
    """One server process, which can be stopped and started again on the same port."""

    def __init__(self, *arguments: str, user: str = "", password: str = "") -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"rtsp://127.0.0.1:{self.port}/cam"
        self._arguments = list(arguments)
        if user:
            self._arguments += ["--user", user, "--password", password]
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Returns when clients may connect."""
        self._process = subprocess.Popen(
            [SYSTEM_PYTHON, str(SERVER), "--port", str(self.port), *self._arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self._process.stdout is not None
        ready, _, _ = select.select([self._process.stdout], [], [], 30)
        line = self._process.stdout.readline() if ready else ""
        if line.strip() != "ready":
            self.stop()
            pytest.fail("the RTSP server did not start")

    def stop(self) -> None:
        """Ends the process, as a camera that loses its power."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def address(self, user: str, password: str) -> str:
        """The address with credentials."""
        return self.url.replace("rtsp://", f"rtsp://{user}:{password}@")


@pytest.fixture(scope="session")
def rtsp_available() -> None:
    """Skips with the reason where the server cannot run; in CI that is a failure."""
    try:
        subprocess.run([SYSTEM_PYTHON, "-c", _CHECK], check=True, capture_output=True, timeout=60)
    except (OSError, subprocess.SubprocessError) as error:
        reason = f"no GStreamer RTSP server (python3-gi, gir1.2-gst-rtsp-server-1.0): {error}"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)


@pytest.fixture
def rtsp_server(rtsp_available: None) -> Iterator[Callable[..., RtspServer]]:
    """Starts servers: `rtsp_server("--codec", "h265", user="admin", password="secret")`."""
    servers: list[RtspServer] = []

    def start(*arguments: str, user: str = "", password: str = "") -> RtspServer:
        server = RtspServer(*arguments, user=user, password=password)
        servers.append(server)
        server.start()
        return server

    yield start
    for server in servers:
        server.stop()
