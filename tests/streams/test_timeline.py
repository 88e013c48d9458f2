import itertools

import pytest

from streams.timeline import Stamp, Timeline

TICK = 1 / 90_000
FRAME = 3600  # 25 pictures a second


def live(**changes: object) -> Timeline:
    settings = {
        "tick": TICK, "frame": FRAME, "reorders": False, "paced": False, "start_time": None
    }  # fmt: skip
    return Timeline(**{**settings, **changes})  # type: ignore[arg-type]


def play(timeline: Timeline, ptss: list[int | None], arrivals: list[float]) -> list[Stamp]:
    return [timeline.stamp(p, p, a) for p, a in zip(ptss, arrivals, strict=True)]


def test_live_time_begins_at_the_arrival_of_the_first_packet() -> None:
    """After that the camera's own clock spaces the pictures, not the network's jitter."""
    stamps = play(live(), [900_000, 903_600, 907_200], [1000.0, 1000.07, 1000.071])
    assert [round(s.timestamp, 3) for s in stamps] == [1000.0, 1000.04, 1000.08]


def test_missing_dts_is_filled_in_below_the_pts() -> None:
    """B-frames with pts only, as some RTSP servers send them, get a rising dts."""
    order = [0, 4, 2, 1, 3, 8, 6, 5, 7, 12, 10, 9, 11]
    timeline = live(reorders=True)
    stamps = [timeline.stamp(n * FRAME, None, 1000.0 + i / 25) for i, n in enumerate(order)]
    dts = [s.dts for s in stamps]
    assert all(a < b for a, b in itertools.pairwise(dts))
    assert all(s.dts <= s.pts for s in stamps)
    assert [round((s.pts - stamps[0].pts) / FRAME) for s in stamps] == order
    assert not any(s.jumped for s in stamps)


def test_without_any_time_live_packets_carry_their_arrival() -> None:
    """MJPEG over HTTP has no time stamps at all."""
    stamps = play(live(), [None, None, None], [1000.0, 1000.2, 1000.5])
    assert [round(s.timestamp, 3) for s in stamps] == [1000.0, 1000.2, 1000.5]


def test_without_any_time_a_file_advances_by_its_rate() -> None:
    """A raw H.264 file has no time stamps; its pictures follow each other at the nominal rate."""
    stamps = play(live(paced=True, start_time=0.0), [None] * 3, [5.0] * 3)
    assert [round(s.timestamp, 3) for s in stamps] == [0.0, 0.04, 0.08]


def test_equal_and_slightly_backward_dts_still_rise() -> None:
    """Muxers refuse equal time stamps; small faults are repaired without a new beginning."""
    stamps = play(live(), [0, 3600, 3600, 3500, 10_800], [1000 + i / 25 for i in range(5)])
    dts = [s.dts for s in stamps]
    assert all(a < b for a, b in itertools.pairwise(dts))
    assert not any(s.jumped for s in stamps)


def test_a_jump_back_is_tied_to_arrival_again() -> None:
    """A camera that sets its clock begins a new generation; our time goes on."""
    stamps = play(live(), [900_000, 903_600, 5, 3605], [1000.0, 1000.04, 1000.08, 1000.12])
    assert [s.jumped for s in stamps] == [False, False, True, False]
    assert [round(s.timestamp, 2) for s in stamps] == [1000.0, 1000.04, 1000.08, 1000.12]
    assert all(a.dts < b.dts for a, b in itertools.pairwise(stamps))


def test_a_jump_forward_is_tied_to_arrival_again() -> None:
    """An hour ahead in the stream is not an hour later."""
    hour = 3600 * 90_000
    stamps = play(live(), [0, 3600, hour, hour + 3600], [1000.0, 1000.04, 1000.08, 1000.12])
    assert [s.jumped for s in stamps] == [False, False, True, False]
    assert round(stamps[-1].timestamp, 2) == 1000.12


def test_a_pause_in_which_time_went_on_is_no_jump() -> None:
    """A camera that sends one picture in 5 s is slow, not broken."""
    stamps = play(live(), [0, 5 * 90_000, 10 * 90_000], [1000.0, 1005.0, 1010.0])
    assert not any(s.jumped for s in stamps)


def test_drift_is_corrected_only_when_it_lasts() -> None:
    """A network that stops for 3 s and catches up is no drift; a clock that stays late is one."""
    steady = [(n * FRAME, 1000.0 + n / 25) for n in range(100)]
    stalled = [(p, max(a, 1003.5) if p > FRAME else a) for p, a in steady]
    timeline = live()
    assert not any(timeline.stamp(p, p, a).jumped for p, a in stalled)
    timeline = live()
    late = [
        (p, a + (3.0 if p else 0.0)) for p, a in ((n * FRAME, 1e3 + n / 25) for n in range(400))
    ]
    stamps = [timeline.stamp(p, p, a) for p, a in late]
    assert sum(s.jumped for s in stamps) == 1
    assert abs(stamps[-1].timestamp - late[-1][1]) < 0.1


@pytest.mark.parametrize("paced", [False, True])
def test_a_clock_that_is_set_back_is_followed_at_once(paced: bool) -> None:
    """One new beginning at the arrival: neither a camera nor a file waits for the hour to pass."""
    arrivals = [n / 25 + (1000.0 if n >= 50 else 4600.0) for n in range(100)]
    stamps = play(live(paced=paced), [n * FRAME for n in range(100)], arrivals)
    assert [n for n, s in enumerate(stamps) if s.jumped] == [50]
    assert all(abs(s.timestamp - a) < 0.1 for s, a in zip(stamps, arrivals, strict=True))
    assert all(a.dts < b.dts for a, b in itertools.pairwise(stamps))


def test_a_file_that_is_a_little_early_is_waited_for() -> None:
    """Segments come in bursts: what is due in some seconds keeps its place."""
    timeline = live(paced=True)
    stamps = play(timeline, [n * FRAME for n in range(100)], [1000.0] * 100)
    assert not any(s.jumped for s in stamps)
    assert round(stamps[-1].timestamp, 2) == 1003.96


def test_a_restarted_file_goes_on_without_a_gap() -> None:
    """A looped file is one endless stream: one picture's time between its end and its beginning."""
    timeline = live(paced=True)
    first = [timeline.stamp(n * FRAME, n * FRAME, 1000.0) for n in range(3)]
    timeline.restart()
    second = [timeline.stamp(n * FRAME, n * FRAME, 1000.0) for n in range(3)]
    times = [s.timestamp for s in first + second]
    assert [round(t - 1000.0, 3) for t in times] == [0.0, 0.04, 0.08, 0.12, 0.16, 0.2]
    assert not any(s.jumped for s in second)


def test_a_first_packet_without_time_is_no_jump() -> None:
    """RTSP gives its first packet none; the second one follows it."""
    timeline = live()
    first = timeline.stamp(None, None, 1000.0)
    second = timeline.stamp(903_600, 903_600, 1000.04)
    third = timeline.stamp(907_200, 907_200, 1000.08)
    assert not second.jumped
    assert [round(s.timestamp, 2) for s in (first, second, third)] == [1000.0, 1000.04, 1000.08]


def test_the_spacing_of_a_file_with_b_frames_is_kept() -> None:
    """Pictures are shown, and packets decoded, at an even pace from the first one on."""
    order = [0, 2, 1, 4, 3]
    timeline = live(paced=True, start_time=0.0, reorders=True)
    stamps = [timeline.stamp(n * FRAME, (i - 1) * FRAME, 0.0) for i, n in enumerate(order)]
    assert [s.dts // FRAME for s in stamps] == [0, 1, 2, 3, 4]
    assert [s.pts // FRAME - 1 for s in stamps] == order
    assert stamps[0].timestamp == 0.0
