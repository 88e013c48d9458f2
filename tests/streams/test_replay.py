import itertools
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from made import make_video, still
from structlog.testing import capture_logs

from core.errors import NotVideo
from core.frame import Frame
from streams.decode import DecodePolicy
from streams.probe import probe
from streams.replay import read_frames
from streams.source import Source


def frames(path: Path, **settings: float) -> list[Frame]:
    return list(read_frames(Source.parse(str(path)), "gate", DecodePolicy(), **settings))


def test_two_runs_give_identical_frames(tmp_path: Path) -> None:
    """A replay is evidence: same times, same pixels."""
    path = make_video(tmp_path / "a.mp4", b_frames=2, seconds=8.0)
    first, second = frames(path), frames(path)
    assert [f.timestamp for f in first] == [f.timestamp for f in second]
    assert all(np.array_equal(a.image, b.image) for a, b in zip(first, second, strict=True))
    assert [f.index for f in first] == [f.index for f in second]


def test_time_counts_from_the_given_start(tmp_path: Path) -> None:
    """The first picture has the start time; the last one is not forgotten."""
    path = make_video(tmp_path / "a.mp4", seconds=2.0, b_frames=2)
    times = [f.timestamp for f in frames(path, start_time=1_700_000_000.0)]
    assert times[0] == 1_700_000_000.0
    assert times[-1] == pytest.approx(1_700_000_001.8, abs=0.05)
    assert len(times) == 10


def test_the_caller_keeps_the_policy_awake_between_frames(tmp_path: Path) -> None:
    """As in the live loop: a track in a still scene is followed at the full rate."""
    path = make_video(tmp_path / "a.mp4", seconds=12.0, paint=still)
    policy = DecodePolicy()
    times = []
    for frame in read_frames(Source.parse(str(path)), "gate", policy):
        times.append(frame.timestamp)
        policy.keep_awake(frame.timestamp + 2.0)
    assert len(times) == 60
    assert len(frames(path)) < 30


def test_slow_video_is_judged_picture_by_picture(tmp_path: Path) -> None:
    """One picture a second with a keyframe every 12 s is still looked at every few seconds."""
    path = make_video(tmp_path / "a.mp4", fps=1, gop=12, seconds=39.0)
    times = [f.timestamp for f in frames(path)]
    assert max(b - a for a, b in itertools.pairwise(times)) <= 4.0


def test_a_truncated_file_gives_what_is_readable_with_a_warning(tmp_path: Path) -> None:
    """A copy that broke off is judged as far as it goes."""
    whole = make_video(tmp_path / "a.mp4", seconds=8.0)
    moved = tmp_path / "fast.mp4"
    with (
        av.open(str(whole)) as source,
        av.open(str(moved), "w", options={"movflags": "faststart"}) as target,
    ):
        stream = target.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.size:
                packet.stream = stream
                target.mux(packet)
    data = moved.read_bytes()
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(data[: len(data) * 6 // 10])
    with capture_logs() as logs:
        times = [f.timestamp for f in frames(cut)]
    assert 10 < len(times) < 40
    assert [entry["event"] for entry in logs] == ["file_truncated"]
    with capture_logs() as logs:
        frames(moved)
    assert logs == []


def test_a_file_without_a_readable_picture_is_not_video(tmp_path: Path) -> None:
    """A header alone is not a video."""
    path = make_video(tmp_path / "a.avi", codec="mpeg4")
    data = bytearray(path.read_bytes())
    start = data.index(b"movi") + 4
    data[start:] = bytes(len(data) - start)
    path.write_bytes(data)
    with pytest.raises(NotVideo, match="check the file"):
        frames(path)


@pytest.mark.parametrize(
    ("name", "codec", "found", "mime"),
    [
        ("a.mp4", "libx264", "h264", "video/mp4; codecs="),
        ("a.mp4", "libx265", "hevc", "video/mp4; codecs="),
        ("a.avi", "mjpeg", "mjpeg", ""),
    ],
)
def test_a_probe_shows_what_a_source_gives(
    tmp_path: Path, name: str, codec: str, found: str, mime: str
) -> None:
    """Codec, size, rate and a still: what somebody sees who adds a camera."""
    result = probe(Source.parse(str(make_video(tmp_path / name, codec=codec, seconds=2.0))))
    assert (result.codec, result.width, result.height, result.fps) == (found, 320, 180, 25.0)
    assert result.mime.startswith(mime)
    assert bool(result.mime) == bool(mime)
    still_picture = cv2.imdecode(np.frombuffer(result.still, np.uint8), cv2.IMREAD_COLOR)
    assert still_picture is not None
    assert still_picture.shape == (180, 320, 3)
    assert "still" not in repr(result)


def test_a_probe_of_a_text_says_so(tmp_path: Path) -> None:
    """The page on which cameras are added shows this sentence."""
    (tmp_path / "notes.mp4").write_text("all work and no play\n" * 100)
    with pytest.raises(NotVideo):
        probe(Source.parse(str(tmp_path / "notes.mp4")))
