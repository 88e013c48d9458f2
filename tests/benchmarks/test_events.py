"""The benchmark of incidents counts what it says it counts."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from benchmarks.events.film import Film, looped, see, thinned
from benchmarks.events.footage import Clip, Event
from benchmarks.events.page import Page
from benchmarks.events.score import Alarm, Tallies, score
from core.detections import Detections
from core.frame import Frame
from core.site import CameraConfig
from core.violation import ViolationKind
from inference.closer_look import CloserLook
from inference.judge import DETECTION_FLOOR
from inference.session import Session
from service.cli import DEMO_SITE
from service.settings import SHIPPED_MODEL

EXIT = ViolationKind.BLOCKED_EXIT
NOTHING = Detections(np.zeros((0, 4), np.float32), np.zeros(0, np.float32), np.zeros(0, np.int32))


def clip(*events: Event) -> Clip:
    camera = CameraConfig("camera", "camera", "camera.mp4", ())
    return Clip("clip", camera, events, frozenset({EXIT}), quiet=not events)


def blocked(begin: float, end: float) -> Event:
    """An exit with a dwell of six seconds."""
    return Event(EXIT, begin, end, begin + 6)


def film(pictures: int) -> Film:
    image = np.full((40, 60, 3), 128, np.uint8)
    return [(Frame("camera", i, 100 + i / 5, image), NOTHING) for i in range(pictures)]


def words(
    *alarms: Alarm, events: tuple[Event, ...], tallies: Tallies, step: float = 0.2
) -> list[str]:
    return [mistake.word for mistake in score(clip(*events), alarms, 60.0, step, tallies)]


def test_one_alarm_for_one_event_is_right() -> None:
    """Its delay counts from when the event could be decided, its clearing from the event's end."""
    tallies = Tallies()
    alarm = Alarm(EXIT, begin=8.0, said=15.0, end=50.0, cleared=55.0)
    assert words(alarm, events=(blocked(8, 50),), tallies=tallies) == []
    tally = tallies[EXIT]
    assert (tally.recall, tally.precision) == (1.0, 1.0)
    assert (tally.delays, tally.clears, tally.late) == ([1.0], [5.0], 0)


@pytest.mark.parametrize(("step", "said"), [(0.2, ["false", "missed"]), (1.0, [])])
def test_an_alarm_begins_as_exactly_as_the_pictures_come(step: float, said: list[str]) -> None:
    """Two seconds too early are ten pictures or two."""
    alarm = Alarm(EXIT, begin=6.0, said=15.0, end=50.0, cleared=55.0)
    assert words(alarm, events=(blocked(8, 50),), tallies=Tallies(), step=step) == said


def test_a_second_alarm_for_the_same_event_is_false() -> None:
    """And counted as said twice."""
    tallies = Tallies()
    alarms = [Alarm(EXIT, 8, 14, 20, cleared=50), Alarm(EXIT, 30, 36, 50, cleared=55)]
    assert words(*alarms, events=(blocked(8, 50),), tallies=tallies) == ["said twice"]
    assert (tallies[EXIT].false, tallies[EXIT].duplicates) == (1, 1)
    assert tallies[EXIT].precision == 0.5


def test_what_is_not_there_is_false_and_what_is_not_said_is_missed() -> None:
    """Also an alarm that began long before its event."""
    tallies = Tallies()
    early = Alarm(EXIT, begin=2.0, said=8.0, end=50.0, cleared=55.0)
    assert words(early, events=(blocked(8, 50),), tallies=tallies) == ["false", "missed"]
    assert (tallies[EXIT].recall, tallies[EXIT].precision) == (0.0, 0.0)


@pytest.mark.parametrize("cleared", [30.0, 57.0, float("inf")])
def test_an_exit_must_be_free_again_in_time(cleared: float) -> None:
    """Neither before it is, nor later than the dwell, nor never."""
    tallies = Tallies()
    alarm = Alarm(EXIT, 8, 14, 50, cleared=cleared)
    assert len(words(alarm, events=(blocked(8, 50),), tallies=tallies)) == 1
    assert tallies[EXIT].late == 1


def test_a_loop_shows_no_picture_twice() -> None:
    """Time goes on, nobody jumps, and each picture has noise of its own."""
    shown = list(looped(film(3), hours=8 / 5 / 3600))
    assert [frame.index for frame, _ in shown] == [0, 1, 2, 1, 0, 1, 2, 1]
    times = [frame.timestamp for frame, _ in shown]
    assert times == pytest.approx(np.arange(8) / 5)
    first, again = shown[0][0].image, shown[4][0].image
    assert (first != again).mean() > 0.5
    assert np.abs(first.astype(int) - 128).max() < 15


def test_dropping_pictures_is_the_same_each_time() -> None:
    """About three of ten, the same ones for the same seed."""
    whole = film(1000)
    part = thinned(whole, seed=1)
    assert 650 < len(part) < 750
    assert [f.index for f, _ in part] == [f.index for f, _ in thinned(whole, seed=1)]


def test_kept_boxes_are_what_the_network_saw(tmp_path: Path) -> None:
    """A second run reads them instead of asking the network."""
    video = tmp_path / "short.mp4"
    pictures = cv2.VideoCapture(str(DEMO_SITE.parent / "gate.mp4"))
    short = cv2.VideoWriter(str(video), cv2.VideoWriter_fourcc(*"mp4v"), 5.0, (960, 540))
    pictures.set(cv2.CAP_PROP_POS_FRAMES, 60)
    for _ in range(4):
        short.write(pictures.read()[1])
    short.release()
    camera = CameraConfig("camera", "camera", str(video), ())
    gate = Clip("gate", camera, (), frozenset(), quiet=True)
    detector = CloserLook(Session(SHIPPED_MODEL, threads=1), floor=DETECTION_FLOOR)
    seen, again = see(gate, detector, None), see(gate, detector, tmp_path / "kept")
    (path,) = (tmp_path / "kept").iterdir()
    written = path.stat().st_mtime_ns
    kept = see(gate, detector, tmp_path / "kept")
    assert path.stat().st_mtime_ns == written
    assert len(seen) == 4
    assert any(len(found) for _, found in seen)
    for (frame, found), *others in zip(seen, again, kept, strict=True):
        for other, boxes in others:
            assert other.timestamp == frame.timestamp
            np.testing.assert_array_equal(boxes.xyxy, found.xyxy)
            np.testing.assert_array_equal(boxes.confidence, found.confidence)


def test_the_page_shows_a_strip_for_each_mistake(tmp_path: Path) -> None:
    """With the table above and the second below each picture."""
    page = Page()
    missed = score(clip(blocked(0.2, 1.0)), [], 60.0, 0.2, Tallies())
    page.add("ours", missed, film(20))
    page.write(tmp_path / "page.html", "<table>")
    text = (tmp_path / "page.html").read_text("utf-8")
    assert "&lt;table&gt;" in text
    assert "clip: missed blocked_exit, 0.2 s to 1.0 s" in text
    assert text.count("<figure>") >= 4
