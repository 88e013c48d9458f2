"""The scenes that measure the rules are whole, and their truth follows from their numbers."""

import json
from pathlib import Path
from typing import Any

import av
import pytest

import benchmarks
from benchmarks.scenes.catalogue import PLOTS
from benchmarks.scenes.plot import Plot, blocked_share, events

FOOTAGE = Path(benchmarks.__file__).parent / "footage"


def happens(plot: Plot) -> list[dict[str, Any]]:
    """The truth, if every head were always in the picture."""
    return events(plot, lambda _person, _t: True)


def kinds(name: str) -> list[str]:
    return [event["kind"] for event in happens(PLOTS[name])]


@pytest.mark.parametrize("plot", PLOTS.values(), ids=PLOTS)
def test_every_scene_is_whole(plot: Plot) -> None:
    """Everything happens within its seconds, in order, on a set that exists."""
    assert plot.stage in {"gate", "press", "exit"}
    for thing in (*plot.people, *plot.things):
        times = [t for t, *_ in thing.moves]
        assert times == sorted(times)
        assert 0 <= times[0] < times[-1] <= plot.seconds
    for event in happens(plot):
        assert 0 <= event["from"] < event["to"] <= plot.seconds


def test_the_scenes_cover_what_rules_must_tell_apart() -> None:
    """At least twelve of each half: with something to find, and with nothing."""
    found = {name: bool(happens(plot)) for name, plot in PLOTS.items()}
    assert len(found) >= 24
    assert sum(found.values()) >= 12
    assert len(found) - sum(found.values()) >= 8


def test_the_truth_is_what_the_names_say() -> None:
    """One case for six, none for who passes by, one exit for cartons in parts from the second."""
    assert kinds("helmets-on") == kinds("passes-by") == kinds("beside") == kinds("ghost") == []
    assert kinds("six-bare") == kinds("six-with-one-bare") == kinds("cap") == ["missing_helmet"]
    assert kinds("two-go-in") == ["restricted_zone"] * 2
    assert kinds("in-and-out") == ["restricted_zone"]
    (put_on,) = happens(PLOTS["put-on"])
    assert (put_on["from"], put_on["to"]) == (0.0, 14.0)
    (parts,) = happens(PLOTS["in-parts"])
    assert parts["from"] == 40.0
    assert blocked_share(PLOTS["in-parts"], 20) == pytest.approx(0.22 / 1.9)


@pytest.mark.parametrize("plot", PLOTS.values(), ids=PLOTS)
def test_every_scene_is_rendered(plot: Plot) -> None:
    """Its video has all pictures, and the truth beside it is the one of the catalogue: heads may
    come into the picture later and leave it sooner."""
    truth = json.loads((FOOTAGE / f"{plot.id}.json").read_text("utf-8"))
    with av.open(str(FOOTAGE / f"{plot.id}.mp4")) as video:
        stream = video.streams.video[0]
        assert (stream.frames, stream.width, stream.height) == (
            round(plot.seconds * plot.fps),
            plot.width,
            plot.height,
        )
    assert len(truth["events"]) == len(happens(plot))
    for rendered, planned in zip(truth["events"], happens(plot), strict=True):
        assert rendered["kind"] == planned["kind"]
        assert planned["from"] <= rendered["from"] < rendered["to"] <= planned["to"]
        if rendered["kind"] != "missing_helmet":
            assert rendered == planned
