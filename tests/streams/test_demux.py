import itertools
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import av
import pytest
from made import make_video, read

from core.errors import LoginRefused, NotVideo, SourceError, SourceUnavailable, StreamStalled
from streams.demux import Deadlines, Demuxer, open_container
from streams.encoded import EncodedPacket
from streams.source import Source

SHORT = Deadlines(open_s=1.0, packet_s=1.0)


@pytest.fixture
def tcp_server() -> Iterator[Callable[[Callable[[socket.socket], None]], int]]:
    """Something that listens and treats each client in its own way; gives the port."""
    listeners: list[socket.socket] = []

    def serve(treat: Callable[[socket.socket], None]) -> int:
        listener = socket.create_server(("127.0.0.1", 0))
        listeners.append(listener)

        def accept() -> None:
            while True:
                try:
                    client, _ = listener.accept()
                except OSError:
                    return
                threading.Thread(target=until_gone, args=(client, treat), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        return int(listener.getsockname()[1])

    yield serve
    for listener in listeners:
        listener.close()


def until_gone(client: socket.socket, treat: Callable[[socket.socket], None]) -> None:
    """A client may hang up at any moment."""
    with suppress(OSError):
        treat(client)


def collect(demuxer: Demuxer, packets: list[EncodedPacket]) -> None:
    """What came before the error."""
    for packet in demuxer:
        packets.append(packet)  # noqa: PERF402  extend() would lose them all


def answer(text: str) -> Callable[[socket.socket], None]:
    def treat(client: socket.socket) -> None:
        client.recv(4096)
        client.sendall(text.encode())
        client.close()

    return treat


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("plain.mp4", {}),
        ("b_frames.mp4", {"b_frames": 3}),
        ("b_frames.ts", {"b_frames": 2}),
        ("h265.mp4", {"codec": "libx265", "b_frames": 2}),
        ("mjpeg.avi", {"codec": "mjpeg"}),
        ("mpeg4.avi", {"codec": "mpeg4"}),
        ("raw.h264", {"format": "h264"}),
    ],
)
def test_every_kind_of_file_gives_a_clean_timeline(
    tmp_path: Path, name: str, options: dict[str, object]
) -> None:
    """All packets come, begin with a keyframe, and dts rises strictly and never exceeds pts."""
    packets, found = read(make_video(tmp_path / name, **options), start_time=1000.0)  # type: ignore[arg-type]
    assert len(packets) == 100
    assert packets[0].is_keyframe
    assert (found.width, found.height) == (320, 180)
    assert all(a.dts < b.dts for a, b in itertools.pairwise(packets))
    assert all(p.dts <= p.pts for p in packets)
    times = sorted(p.timestamp for p in packets)
    assert times == pytest.approx([1000.0 + n / 25 for n in range(100)], abs=0.002)
    assert {p.generation for p in packets} == {0}


def test_a_change_of_resolution_begins_a_new_generation(tmp_path: Path) -> None:
    """Pictures of two sizes must not share a clip; the format says the new size."""
    small = make_video(tmp_path / "a.ts", size=(320, 180))
    large = make_video(tmp_path / "b.ts", size=(480, 272))
    joined = tmp_path / "joined.ts"
    joined.write_bytes(small.read_bytes() + large.read_bytes())
    sizes: dict[int, tuple[int, int]] = {}
    packets = []
    with Demuxer(Source.parse(str(joined)), start_time=0.0) as demuxer:
        for packet in demuxer:
            sizes[packet.generation] = (demuxer.format.width, demuxer.format.height)
            packets.append(packet)
    first, last = packets[0].generation, packets[-1].generation
    assert sizes[first] == (320, 180)
    assert sizes[last] == (480, 272)
    change = next(p for p in packets if p.generation == last)
    assert change.is_keyframe
    assert all(a.dts < b.dts for a, b in itertools.pairwise(packets))


def test_a_change_of_resolution_of_an_mjpeg_camera_is_seen(tmp_path: Path) -> None:
    """JPEG tells its size in every picture."""
    joined = tmp_path / "joined.mjpeg"
    parts = [
        make_video(tmp_path / f"{n}.mjpeg", codec="mjpeg", size=s, seconds=1, format="mjpeg")
        for n, s in enumerate([(320, 180), (160, 96)])
    ]
    joined.write_bytes(b"".join(part.read_bytes() for part in parts))
    with Demuxer(Source.parse(str(joined)), start_time=0.0) as demuxer:
        generations = {p.generation for p in demuxer}
        assert (demuxer.format.width, demuxer.format.height) == (160, 96)
    assert len(generations) == 2


def test_a_file_as_a_camera_loops_without_a_gap(tmp_path: Path) -> None:
    """It plays at its own pace, again and again, on one continuous timeline of one generation."""
    path = make_video(tmp_path / "loop.mp4", seconds=1.0, b_frames=2)
    now = [5000.0]
    waited: list[float] = []

    def wait(seconds: float) -> None:
        waited.append(seconds)
        now[0] += seconds

    with Demuxer(Source.parse(str(path)), clock=lambda: now[0], wait=wait) as demuxer:
        packets = list(itertools.islice(demuxer, 75))
    assert {p.generation for p in packets} == {0}
    times = sorted(p.timestamp for p in packets)
    steps = [round(b - a, 3) for a, b in itertools.pairwise(times)]
    assert steps == [0.04] * 74
    assert all(a.dts < b.dts for a, b in itertools.pairwise(packets))
    assert times[0] == 5000.0
    assert sum(waited) == pytest.approx(times[-1] - 5000.0, abs=0.2)


def test_a_file_does_not_wait_for_a_clock_that_was_set_back(tmp_path: Path) -> None:
    """An hour less on the clock must not make the picture stand still for an hour."""
    path = make_video(tmp_path / "loop.mp4", seconds=1.0)
    now = [5000.0]
    waited: list[float] = []

    def wait(seconds: float) -> None:
        waited.append(seconds)
        now[0] += seconds

    with Demuxer(Source.parse(str(path)), clock=lambda: now[0], wait=wait) as demuxer:
        packets = iter(demuxer)
        list(itertools.islice(packets, 40))
        now[0] -= 3600.0
        later = list(itertools.islice(packets, 40))
    assert max(waited) < 0.1
    assert later[-1].timestamp == pytest.approx(now[0], abs=0.1)


def test_http_is_read_once_at_its_own_pace(
    tmp_path: Path, web_server: Callable[[Path], str]
) -> None:
    """A file on a web server gives the packets of the file, then says that it ended."""
    make_video(tmp_path / "clip.mp4", seconds=2.0)
    source = Source.parse(f"{web_server(tmp_path)}/clip.mp4")
    now = [0.0]
    wait = lambda s: now.__setitem__(0, now[0] + s)  # noqa: E731
    packets: list[EncodedPacket] = []
    with Demuxer(source, clock=lambda: now[0], wait=wait) as demuxer:
        with pytest.raises(SourceUnavailable, match="ended"):
            collect(demuxer, packets)
    assert len(packets) == 50
    assert now[0] == pytest.approx(1.96, abs=0.1)


def test_hls_is_read_through_its_playlist(
    tmp_path: Path, web_server: Callable[[Path], str]
) -> None:
    """Segments become one stream, paced so that a burst does not run ahead of time."""
    video = make_video(tmp_path / "whole.ts", seconds=4.0)
    with av.open(str(tmp_path / "live.m3u8"), "w", format="hls", options={"hls_time": "1"}) as out:
        with av.open(str(video)) as source:
            stream = out.add_stream_from_template(source.streams.video[0])
            for packet in source.demux(video=0):
                if packet.size:
                    packet.stream = stream
                    out.mux(packet)
    assert len(list(tmp_path.glob("live*.ts"))) >= 3
    with Demuxer(Source.parse(f"{web_server(tmp_path)}/live.m3u8"), start_time=0.0) as demuxer:
        packets = list(demuxer)
    assert len(packets) == 100
    assert len({p.generation for p in packets}) == 1
    assert max(p.timestamp for p in packets) == pytest.approx(3.96, abs=0.01)


@pytest.mark.parametrize("name", ["text.mp4", "text.txt", "noise.mp4", "noise.bin"])
def test_what_is_not_video_is_refused(tmp_path: Path, name: str) -> None:
    """A text under the name of a video, or noise, gives one clear error."""
    path = tmp_path / name
    noise = b"all work and no play\n" * 200 if "text" in name else os.urandom(20_000)
    path.write_bytes(noise)
    with pytest.raises(NotVideo, match="check the file"):
        Demuxer(Source.parse(str(path)))


def test_a_file_with_sound_only_is_refused(tmp_path: Path) -> None:
    """A container without a video stream is not video."""
    path = tmp_path / "sound.wav"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("pcm_s16le", rate=8000)
        frame = av.AudioFrame(format="s16", layout="mono", samples=1024)
        frame.rate = 8000
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    with pytest.raises(NotVideo, match="no video"):
        Demuxer(Source.parse(str(path)))


def test_a_server_that_stays_silent_stalls_within_the_deadline(
    tcp_server: Callable[..., int],
) -> None:
    """Accepting a connection and sending nothing must not hold a camera's thread for ever."""
    held: list[socket.socket] = []
    port = tcp_server(held.append)
    for scheme in ("rtsp", "http"):
        began = time.monotonic()
        with pytest.raises(StreamStalled, match="within the deadline"):
            open_container(Source.parse(f"{scheme}://127.0.0.1:{port}/x"), SHORT)
        assert time.monotonic() - began < 5.0


def test_a_server_that_falls_silent_stalls(tmp_path: Path, tcp_server: Callable[..., int]) -> None:
    """Half a stream, then nothing: the packet deadline ends it."""
    data = make_video(tmp_path / "a.ts", seconds=4.0).read_bytes()

    def treat(client: socket.socket) -> None:
        client.recv(4096)
        client.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: video/mp2t\r\n\r\n" + data)
        time.sleep(10)

    source = Source.parse(f"http://127.0.0.1:{tcp_server(treat)}/a.ts")
    packets: list[EncodedPacket] = []
    with Demuxer(source, deadlines=Deadlines(open_s=1.5, packet_s=1.0)) as demuxer:
        with pytest.raises(StreamStalled):
            collect(demuxer, packets)
    assert len(packets) > 50


def test_a_server_that_sends_garbage_gives_an_error(tcp_server: Callable[..., int]) -> None:
    """Noise instead of a protocol ends with an error of ours, within the deadline."""

    def treat(client: socket.socket) -> None:
        while True:
            client.sendall(os.urandom(4096))
            time.sleep(0.005)

    port = tcp_server(treat)
    for scheme in ("rtsp", "http"):
        began = time.monotonic()
        with pytest.raises(SourceError):
            open_container(Source.parse(f"{scheme}://127.0.0.1:{port}/x"), SHORT)
        assert time.monotonic() - began < 5.0


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("401 Unauthorized", LoginRefused),
        ("403 Forbidden", LoginRefused),
        ("404 Not Found", SourceUnavailable),
        ("500 Server Error", SourceUnavailable),
    ],
)
def test_http_refusals_are_told_apart_without_credentials(
    tcp_server: Callable[..., int], status: str, expected: type[SourceError]
) -> None:
    """A wrong password, a wrong path and a broken server need different next steps."""
    port = tcp_server(answer(f"HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n"))
    source = Source.parse(f"http://admin:geheim@127.0.0.1:{port}/x?token=s3cret")
    with pytest.raises(expected, match=": check") as caught:
        open_container(source, SHORT)
    seen = [caught.value, caught.value.__cause__]
    assert all("geheim" not in repr(e) and "s3cret" not in repr(e) for e in seen)


def test_a_refused_connection_names_the_next_step() -> None:
    """Nobody listens on that port."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(SourceUnavailable, match="host name, port"):
        open_container(Source.parse(f"rtsp://u:geheim@127.0.0.1:{port}/x"), SHORT)


def test_a_damaged_start_is_dropped_until_the_first_keyframe(tmp_path: Path) -> None:
    """A stream that is joined in the middle begins with its next keyframe."""
    data = make_video(tmp_path / "a.ts", seconds=4.0).read_bytes()
    cut = tmp_path / "cut.ts"
    cut.write_bytes(data[188 * 12 :])
    packets, _ = read(cut)
    assert packets[0].is_keyframe
    assert 50 <= len(packets) < 100


def test_an_mjpeg_camera_over_http_is_stamped_at_arrival(
    tmp_path: Path, tcp_server: Callable[..., int]
) -> None:
    """Its parts carry no time; FFmpeg would invent 25 pictures a second."""
    video = make_video(tmp_path / "a.avi", codec="mjpeg", seconds=1.0)
    with av.open(str(video)) as container:
        pictures = [bytes(p) for p in container.demux(video=0) if p.size]

    def treat(client: socket.socket) -> None:
        client.recv(4096)
        head = "HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace;boundary=frame\r\n\r\n"
        client.sendall(head.encode())
        for picture in pictures:
            part = f"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: {len(picture)}\r\n\r\n"
            client.sendall(part.encode() + picture + b"\r\n")
            time.sleep(0.1)

    source = Source.parse(f"http://127.0.0.1:{tcp_server(treat)}/mjpg")
    with Demuxer(source, deadlines=SHORT) as demuxer:
        packets = list(itertools.islice(demuxer, 20))
        assert demuxer.format.codec == "mjpeg"
    last = [p.timestamp for p in packets[-10:]]
    assert last[-1] - last[0] == pytest.approx(0.9, abs=0.3)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("a.ts", {"b_frames": 2}),
        ("a.avi", {"codec": "mpeg4"}),
        ("a.h264", {"format": "h264"}),
        ("a.mkv", {"codec": "libx265"}),
    ],
)
def test_every_kind_of_file_loops(tmp_path: Path, name: str, options: dict[str, object]) -> None:
    """Also raw streams, in which one cannot seek."""
    path = make_video(tmp_path / name, seconds=1.0, **options)  # type: ignore[arg-type]
    now = [5000.0]
    wait = lambda s: now.__setitem__(0, now[0] + s)  # noqa: E731
    with Demuxer(Source.parse(str(path)), clock=lambda: now[0], wait=wait) as demuxer:
        packets = list(itertools.islice(demuxer, 75))
    times = sorted(p.timestamp for p in packets)
    assert {round(b - a, 3) for a, b in itertools.pairwise(times)} == {0.04}
    assert {p.generation for p in packets} == {0}
