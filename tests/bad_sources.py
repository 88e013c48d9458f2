import random
import re
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import av
import numpy as np


class Door:
    """A TCP server; what each visitor gets is up to the test."""

    def __init__(self, serve: Callable[[socket.socket], None]) -> None:
        self._serve = serve
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._listener.getsockname()[1]}"
        self.visits = 0
        self._visitors: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listener.close()
        for visitor in self._visitors:
            with suppress(OSError):
                visitor.shutdown(socket.SHUT_RDWR)
            visitor.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                visitor, _ = self._listener.accept()
                self.visits += 1
                self._visitors.append(visitor)
                threading.Thread(target=self._meet, args=(visitor,), daemon=True).start()

    def _meet(self, visitor: socket.socket) -> None:
        with suppress(OSError):
            self._serve(visitor)


def silence(visitor: socket.socket) -> None:
    """Accepts everything and says nothing."""
    while visitor.recv(4096):
        pass


def noise(visitor: socket.socket) -> None:
    """Random bytes for ever, not so fast that they starve the tests."""
    dice = random.Random(1)
    while True:
        visitor.sendall(dice.randbytes(2000))
        time.sleep(0.05)


def answer(status: str, body: bytes = b"", headers: str = "") -> Callable[[socket.socket], None]:
    """One HTTP answer to whatever is asked."""

    def serve(visitor: socket.socket) -> None:
        while b"\r\n\r\n" not in visitor.recv(4096):
            pass
        head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{headers}Connection: close"
        visitor.sendall(head.encode() + b"\r\n\r\n" + body)
        visitor.shutdown(socket.SHUT_WR)
        visitor.recv(1)

    return serve


def stream_then_noise(stream: bytes, seconds: float) -> Callable[[socket.socket], None]:
    """An HTTP camera: a transport stream at its own pace, then random bytes."""

    def serve(visitor: socket.socket) -> None:
        visitor.recv(4096)
        visitor.sendall(b"HTTP/1.0 200 OK\r\nContent-Type: video/mp2t\r\n\r\n")
        parts = 50
        for i in range(parts):
            visitor.sendall(stream[len(stream) * i // parts : len(stream) * (i + 1) // parts])
            time.sleep(seconds / parts)
        noise(visitor)

    return serve


def relay_then_noise(port: int, good: int) -> Callable[[socket.socket], None]:
    """An RTSP camera whose answers turn into random bytes after `good` bytes."""

    def serve(visitor: socket.socket) -> None:
        far = socket.create_connection(("127.0.0.1", port))

        def ask() -> None:
            with suppress(OSError):
                while data := visitor.recv(4096):
                    far.sendall(data)

        threading.Thread(target=ask, daemon=True).start()
        passed = 0
        with far:
            while passed < good and (data := far.recv(4096)):
                passed += len(data)
                visitor.sendall(data)
        noise(visitor)

    return serve


def remuxed(video: Path, target: Path, **options: str) -> Path:
    """The same pictures in another container."""
    with av.open(str(video)) as source, av.open(str(target), "w", options=options) as copy:
        stream = copy.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                copy.mux(packet)
    return target


def sound(path: Path) -> Path:
    """A file without any picture."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=44100)
        for i in range(40):
            frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), "fltp", "mono")
            frame.sample_rate, frame.pts = 44100, i * 1024
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def closed_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def one_word(visitor: socket.socket) -> None:
    """Answers the first request of RTSP and then never again."""
    request = visitor.recv(4096).decode(errors="replace")
    number = re.search(r"CSeq: (\d+)", request)
    reply = f"RTSP/1.0 200 OK\r\nCSeq: {number[1] if number else 1}\r\nPublic: DESCRIBE\r\n\r\n"
    visitor.sendall(reply.encode())
    silence(visitor)
