import io
import itertools
from pathlib import Path

import av
import pytest
from made import decoded_pictures, make_video, read

from core.errors import NotVideo
from streams.encoded import EncodedPacket, StreamFormat
from streams.fragments import Fragment, FragmentMuxer
from streams.live import LiveFragment, LiveInit, LiveView
from streams.ring import PacketRing


def mux(packets: list[EncodedPacket], found: StreamFormat) -> tuple[FragmentMuxer, list[Fragment]]:
    muxer = FragmentMuxer(found, packets[0])
    fragments = [muxer.add(packet) for packet in packets] + [muxer.finish()]
    return muxer, [fragment for fragment in fragments if fragment is not None]


@pytest.mark.parametrize(
    ("options", "mime"),
    [
        ({}, 'video/mp4; codecs="avc1.'),
        ({"b_frames": 3}, 'video/mp4; codecs="avc1.'),
        ({"codec": "libx265", "b_frames": 2}, 'video/mp4; codecs="hvc1.1.6.L'),
        ({"codec": "mpeg4"}, ""),
        ({"codec": "mjpeg"}, ""),
    ],
)
def test_fragments_play_back(tmp_path: Path, options: dict[str, object], mime: str) -> None:
    """Init and fragments are a video with every picture, without re-encoding."""
    name = "a.avi" if not mime else "a.mp4"
    packets, found = read(make_video(tmp_path / name, **options))  # type: ignore[arg-type]
    muxer, fragments = mux(packets, found)
    data = muxer.init + b"".join(f.data for f in fragments)
    assert decoded_pictures(io.BytesIO(data)) == 100
    assert muxer.mime.startswith(mime)
    assert bool(muxer.mime) == bool(mime)


def test_the_mime_is_that_of_the_stream(tmp_path: Path) -> None:
    """avc1.PPCCLL are profile, constraints and level of the sequence parameter set."""
    packets, found = read(make_video(tmp_path / "a.mp4"))
    record = found.extradata  # avcC: version, profile, constraints, level
    assert mux(packets, found)[0].mime == f'video/mp4; codecs="avc1.{record[1:4].hex()}"'


def test_start_codes_are_rewritten_for_mp4(tmp_path: Path) -> None:
    """RTSP and transport streams carry start codes; the fragments play all the same."""
    packets, found = read(make_video(tmp_path / "a.ts"))
    muxer, fragments = mux(packets, found)
    assert muxer.mime.startswith('video/mp4; codecs="avc1.')
    assert decoded_pictures(io.BytesIO(muxer.init + b"".join(f.data for f in fragments))) == 100


def test_fragments_are_short_and_begin_with_each_keyframe(tmp_path: Path) -> None:
    """A viewer lags by one fragment, and a late one can join at every keyframe."""
    packets, found = read(make_video(tmp_path / "a.mp4", gop=25))
    muxer, fragments = mux(packets, found)
    starts = [f.start for f in fragments]
    assert [round(f.start, 2) for f in fragments if f.keyframe] == [0.0, 1.0, 2.0, 3.0]
    assert all(0.0 < b - a <= 0.5 for a, b in itertools.pairwise(starts))
    late = next(i for i, f in enumerate(fragments) if f.keyframe and f.start >= 2.0)
    joined = muxer.init + b"".join(f.data for f in fragments[late:])
    assert decoded_pictures(io.BytesIO(joined)) == 50


@pytest.mark.parametrize("b_frames", [0, 3])
def test_epoch_maps_media_time_to_utc(tmp_path: Path, b_frames: int) -> None:
    """What a browser shows at currentTime t was captured at epoch + t."""
    path = make_video(tmp_path / "a.mp4", b_frames=b_frames)
    packets, found = read(path, start_time=1_700_000_000.0)
    muxer, fragments = mux(packets[50:], found)
    data = io.BytesIO(muxer.init + b"".join(f.data for f in fragments))
    with av.open(data) as container:
        shown = [float(frame.time) for frame in container.decode(video=0)]
    captured = sorted(p.timestamp for p in packets[50:])
    assert [muxer.epoch + t for t in shown] == pytest.approx(captured, abs=0.005)


def test_a_codec_that_mp4_cannot_hold_is_refused(tmp_path: Path) -> None:
    """The error says what to set in the camera."""
    packets, found = read(make_video(tmp_path / "a.avi", codec="wmv2"))
    with pytest.raises(NotVideo, match=r"use H\.264"):
        FragmentMuxer(found, packets[0])


def test_a_live_view_begins_at_the_last_keyframe(tmp_path: Path) -> None:
    """The picture is there at once: what came since the keyframe is sent first."""
    packets, found = read(make_video(tmp_path / "a.mp4"))
    sent: list[LiveInit | LiveFragment] = []
    ring, view = PacketRing(), LiveView("gate", sent.append)
    for packet in packets[:60]:
        ring.append(packet)
    for packet in packets[60:]:
        ring.append(packet)
        view.show(packet, found, ring)
    view.stop()
    init, *rest = sent
    assert isinstance(init, LiveInit)
    assert (init.camera_id, init.width, init.height) == ("gate", 320, 180)
    assert init.epoch == pytest.approx(2.0, abs=0.001)
    fragments = [f for f in rest if isinstance(f, LiveFragment)]
    assert fragments[0].keyframe
    assert decoded_pictures(io.BytesIO(init.data + b"".join(f.data for f in fragments))) == 50


def test_a_new_generation_sends_a_new_init(tmp_path: Path) -> None:
    """After a change of resolution the browser needs another init segment."""
    sent: list[LiveInit | LiveFragment] = []
    ring, view = PacketRing(), LiveView("gate", sent.append)
    for generation, size in enumerate([(320, 180), (160, 96)]):
        path = make_video(tmp_path / f"{generation}.mp4", size=size, seconds=1.0)
        packets, found = read(path)
        for packet in packets:
            object.__setattr__(packet, "generation", generation)
            ring.append(packet)
            view.show(packet, found, ring)
    assert [m.width for m in sent if isinstance(m, LiveInit)] == [320, 160]


def test_a_camera_that_browsers_cannot_play_sends_nothing(tmp_path: Path) -> None:
    """MJPEG goes another way: its mime is empty."""
    packets, found = read(make_video(tmp_path / "a.avi", codec="mjpeg"))
    sent: list[object] = []
    ring, view = PacketRing(), LiveView("gate", sent.append)
    for packet in packets:
        ring.append(packet)
        view.show(packet, found, ring)
    view.stop()
    assert sent == []
