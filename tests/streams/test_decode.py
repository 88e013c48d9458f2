import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from made import make_video, read, still
from numpy.typing import NDArray

from streams.decode import DecodePolicy, Decoder
from streams.encoded import EncodedPacket, StreamFormat


def same() -> bool:
    """The picture is as it was."""
    return False


def different() -> bool:
    """The picture changed."""
    return True


def camera(
    seconds: float,
    *,
    fps: int = 25,
    gop: int = 25,
    sizes: Sequence[int] = (1000,),
    start: float = 0.0,
) -> list[EncodedPacket]:
    """Packets of a camera; keyframes are ten times as large as the others."""
    packets = []
    for n in range(round(seconds * fps)):
        key = n % gop == 0
        size = sizes[n % len(sizes)] * (10 if key else 1)
        time = start + n / fps
        packets.append(EncodedPacket(av.Packet(0), time, n, n, 1, key, size, 0))
    return packets


@dataclass
class Played:
    """What a policy decided."""

    wanted: list[float]
    judged: list[float]


def play(
    policy: DecodePolicy,
    packets: list[EncodedPacket],
    changed: Callable[[float], bool] = lambda _: False,
) -> Played:
    played = Played([], [])
    for packet in packets:
        if policy.wants(packet):
            played.wanted.append(packet.timestamp)
            if policy.judges(packet.timestamp, lambda now=packet.timestamp: changed(now)):
                played.judged.append(packet.timestamp)
    return played


def between(times: list[float], begin: float, end: float) -> list[float]:
    return [t for t in times if begin <= t < end]


def test_a_new_stream_is_watched_closely_at_first() -> None:
    """Nothing is known about it: 4 s of every picture, judged 5 times a second."""
    played = play(DecodePolicy(), camera(4.0))
    assert len(played.wanted) == 100
    assert len(played.judged) == 20


def test_an_idle_scene_decodes_keyframes_only() -> None:
    """One picture a second is decoded, one every two seconds judged."""
    played = play(DecodePolicy(), camera(20.0))
    assert between(played.wanted, 4.0, 20.0) == [float(s) for s in range(4, 20)]
    judged = between(played.judged, 4.0, 20.0)
    assert len(judged) == 7
    assert max(b - a for a, b in itertools.pairwise(judged)) <= 2.0


def test_people_who_stand_still_are_judged_again() -> None:
    """Nothing moves, and still at most 2 s and the way to the next keyframe pass."""
    judged = play(DecodePolicy(), camera(60.0)).judged
    assert max(b - a for a, b in itertools.pairwise(judged)) <= 2.25


def test_larger_packets_wake_it_up() -> None:
    """A person who enters makes the packets grow long before the next keyframe."""
    quiet, busy = camera(20.3), camera(3.0, sizes=[3000], gop=1000, start=20.3)[1:]
    played = play(DecodePolicy(), quiet + busy)
    first = between(played.wanted, 20.05, 24.0)[0]
    assert first < 20.9
    assert len(between(played.judged, first, first + 2.0)) == pytest.approx(10, abs=1)


def test_noise_in_packet_sizes_does_not_wake_it_up() -> None:
    """Sizes that vary as they always did are no activity."""
    played = play(DecodePolicy(), camera(60.0, sizes=[800, 1300, 900, 1200, 700, 1100, 1000]))
    assert len(between(played.wanted, 4.0, 60.0)) == 56


def test_a_changed_picture_wakes_it_up_and_it_falls_back_when_quiet() -> None:
    """Activity lasts 4 s beyond the last change."""
    played = play(DecodePolicy(), camera(40.0), lambda now: 20.0 <= now < 22.0)
    assert between(played.wanted, 19.5, 20.0) == []
    assert len(between(played.wanted, 20.0, 25.0)) == 125
    assert len(between(played.judged, 20.0, 25.0)) == 25
    assert between(played.wanted, 26.1, 40.0) == [float(s) for s in range(27, 40)]


def test_callers_keep_it_awake() -> None:
    """A live track, an open violation or a viewer: every picture until the given moment."""
    policy = DecodePolicy()
    packets = camera(30.0)
    play(policy, packets[:250])
    policy.keep_awake(15.0)
    policy.keep_awake(12.0)
    played = play(policy, packets[250:])
    assert len(between(played.wanted, 10.0, 15.0)) == 125
    assert len(between(played.wanted, 15.0, 20.0)) == 5


def test_rare_keyframes_do_not_make_it_blind() -> None:
    """Cameras with 'smart' codecs send a keyframe a minute: it looks between them as well."""
    played = play(DecodePolicy(), camera(60.0, gop=1500))
    judged = played.judged
    assert max(b - a for a, b in itertools.pairwise(judged)) <= 4.2
    assert len(between(played.wanted, 4.0, 60.0)) <= 15


def test_a_camera_of_keyframes_only_is_not_decoded_fully() -> None:
    """MJPEG: idle means two pictures a second, not all of them."""
    played = play(DecodePolicy(), camera(24.0, gop=1))
    assert len(between(played.wanted, 4.0, 24.0)) == pytest.approx(40, abs=3)


@pytest.mark.parametrize(("fps", "target"), [(25, 5.0), (12, 5.0), (30, 4.0), (3, 5.0), (1, 5.0)])
def test_judging_keeps_its_rate_at_any_frame_rate(fps: int, target: float) -> None:
    """Rates that do not divide evenly still give the wanted number of pictures."""
    policy = DecodePolicy(target)
    policy.keep_awake(1e9)
    judged = play(policy, camera(20.0, fps=fps, gop=fps)).judged
    assert len(judged) == pytest.approx(20 * min(fps, target), rel=0.06)


def decode(path: Path, **settings: object) -> tuple[Decoder, list[float], list[NDArray[np.uint8]]]:
    packets, found = read(path)
    decoder = Decoder("gate", DecodePolicy(**settings))  # type: ignore[arg-type]
    frames = [f for p in packets for f in decoder.frames(p, found)] + decoder.finish()
    return decoder, [f.timestamp for f in frames], [f.image for f in frames]


@pytest.mark.parametrize("b_frames", [0, 3])
def test_an_idle_camera_shows_its_keyframes_at_once(tmp_path: Path, b_frames: int) -> None:
    """Also with B-frames, whose decoder holds a lone keyframe back until it is emptied."""
    path = make_video(tmp_path / "a.mp4", seconds=12.0, b_frames=b_frames, paint=still)
    packets, found = read(path)
    decoder = Decoder("gate", DecodePolicy())
    shown = [
        (packet.timestamp, frame.timestamp)
        for packet in packets
        for frame in decoder.frames(packet, found)
        if packet.timestamp > 5.0
    ]
    assert [came for came, _ in shown] == pytest.approx([taken for _, taken in shown])
    assert [taken for _, taken in shown] == pytest.approx([6.0, 8.0, 10.0], abs=1.01)
    assert decoder.decoded < 125


def paint_late_box(index: int, image: NDArray[np.uint8]) -> None:
    """Somebody in checked clothes comes in after 9.4 s."""
    if index >= 235:
        left = (index * 4) % 240
        checks = np.indices((60, 60)).sum(axis=0) // 3 % 2 * 150 + 60
        image[60:120, left : left + 60] = checks[..., None]


@pytest.mark.parametrize("b_frames", [0, 2])
def test_waking_up_in_mid_group_catches_up(tmp_path: Path, b_frames: int) -> None:
    """What was skipped is decoded first, so that the next picture is whole and right."""
    path = make_video(
        tmp_path / "a.mp4", seconds=12.0, gop=50, b_frames=b_frames, paint=paint_late_box
    )
    with av.open(str(path)) as container:
        truth = {
            round(float(f.time), 2): f.to_ndarray(format="gray") for f in container.decode(video=0)
        }
    decoder, times, images = decode(path)
    after = [(t, i) for t, i in zip(times, images, strict=True) if 9.4 < t < 10.0]
    assert after, "the entry was not seen before the next keyframe"
    for time, image in after:
        expected = truth[round(time, 2)].astype(int)
        assert np.abs(image.mean(axis=2) - expected).mean() < 3.0
    assert decoder.corrupt == 0


@pytest.mark.parametrize(
    ("size", "expected"),
    [((1920, 1080), (960, 540)), ((320, 180), (320, 180)), ((540, 1200), (432, 960))],
)
def test_frames_fit_and_are_never_enlarged(
    tmp_path: Path, size: tuple[int, int], expected: tuple[int, int]
) -> None:
    """At most 960 pixels on the longer side, with the aspect of the camera."""
    _, _, images = decode(make_video(tmp_path / "a.mp4", size=size, seconds=0.2))
    assert images[0].shape == (expected[1], expected[0], 3)


def test_colours_are_blue_green_red(tmp_path: Path) -> None:
    """OpenCV's order, in the range of the picture."""

    def paint_red(index: int, image: NDArray[np.uint8]) -> None:
        image[:] = (0, 0, 255)

    _, _, images = decode(make_video(tmp_path / "a.mp4", seconds=0.2, paint=paint_red))
    assert images[0].reshape(-1, 3).mean(axis=0) == pytest.approx([0, 0, 255], abs=4)


def test_damaged_packets_are_dropped_until_a_clean_keyframe(tmp_path: Path) -> None:
    """No garbage is judged, and pictures come again with the next group."""
    packets, found = read(make_video(tmp_path / "a.mp4", gop=25))
    decoder = Decoder("gate", DecodePolicy())
    times = []
    for n, packet in enumerate(packets):
        if 30 <= n < 33:
            noise = av.Packet(bytes([0xFF]) * packet.size)
            packet = EncodedPacket(  # noqa: PLW2901
                noise, packet.timestamp, packet.pts, packet.dts, 1, False, packet.size, 0
            )
        times += [f.timestamp for f in decoder.frames(packet, found)]
    assert decoder.corrupt >= 1
    assert between(times, 1.21, 1.99) == []
    assert between(times, 2.0, 4.0)


def test_a_picture_that_stands_still_is_noticed(tmp_path: Path) -> None:
    """still_since tells since when the picture is the same bit for bit."""
    decoder, times, _ = decode(make_video(tmp_path / "a.mp4", seconds=12.0, paint=still))
    assert times[-1] - decoder.still_since > 6.0

    def flicker(index: int, image: NDArray[np.uint8]) -> None:
        image[:] = 90 + index % 2 + (index // 25) % 3

    decoder, times, _ = decode(make_video(tmp_path / "b.mp4", seconds=12.0, paint=flicker))
    assert times[-1] - decoder.still_since < 3.0


def test_timestamps_rise_strictly_in_a_stream_with_b_frames(tmp_path: Path) -> None:
    """The tracker gets every picture once, in the order of time."""
    _, times, _ = decode(make_video(tmp_path / "a.mp4", b_frames=3), target_fps=25.0)
    assert times == pytest.approx([n / 25 for n in range(len(times))], abs=0.001)
    assert len(times) >= 95


def test_a_clock_that_is_set_back_blinds_nobody(tmp_path: Path) -> None:
    """The stream begins anew an hour earlier: its pictures are judged, and an idle one is idle."""
    packets, found = read(make_video(tmp_path / "a.mp4", seconds=8.0, paint=still), 4600.0)
    decoder = Decoder("gate", DecodePolicy())
    decoder.policy.keep_awake(9999.0)
    before = [f.timestamp for p in packets for f in decoder.frames(p, found)]
    back = [replace(p, timestamp=p.timestamp - 3600.0, generation=1) for p in packets]
    decoded = decoder.decoded
    after = [f.timestamp for p in back for f in decoder.frames(p, found)]
    assert before[0] >= 4600.0
    assert after[0] == pytest.approx(1000.0, abs=0.1)
    assert len(after) > 20
    assert decoder.decoded - decoded < 120
    assert 0.0 <= after[-1] - decoder.still_since <= 8.0


def test_rare_keyframes_are_no_lack_of_pictures(tmp_path: Path) -> None:
    """An idle camera with one keyframe in 40 s still gives a whole picture every few seconds."""
    video = make_video(tmp_path / "a.mp4", seconds=40.0, fps=5, gop=1000, b_frames=2, paint=still)
    packets, found = read(video)
    decoder = Decoder("gate", DecodePolicy())
    risen = []
    for packet in packets:
        whole = decoder.whole
        decoder.frames(packet, found)
        if decoder.whole != whole:
            risen.append(packet.timestamp)
    assert max(b - a for a, b in itertools.pairwise(risen)) <= 8.0
    assert risen[-1] > 30.0


def test_damaged_pictures_are_not_whole(tmp_path: Path) -> None:
    """What cannot be decoded counts as nothing seen."""
    packets, found = read(make_video(tmp_path / "a.mp4", seconds=1.0))
    noise = [replace(p, data=av.Packet(b"\x55" * p.size)) for p in packets]
    decoder = Decoder("gate", DecodePolicy())
    assert [f for p in noise for f in decoder.frames(p, found)] == []
    assert decoder.whole == 0


def test_the_format_gives_independent_decoders(tmp_path: Path) -> None:
    """A format outlives its connection: decoders and muxers may be made later."""
    packets, found = read(make_video(tmp_path / "a.mp4"))
    assert isinstance(found, StreamFormat)
    assert found.time_base < Fraction(1, 1000)
    first, second = found.new_decoder(), found.new_decoder()
    assert len(first.decode(packets[0].copy(0, None, found.time_base))) == 1
    assert len(second.decode(packets[0].copy(0, None, found.time_base))) == 1
