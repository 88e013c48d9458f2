"""What was detected is kept compactly, and judged again under other rules."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from running_command import anyan

from core.detections import Detections
from core.errors import SettingsError
from core.frame import Frame
from core.site import CameraConfig
from core.view import CLEAR_VIEW
from core.violation import Violation
from core.zone import Zone, ZoneKind
from inference.judge import Judge
from inference.observer import Observer
from inference.session import read_manifest
from service.backtest import compare, stretches
from service.history import History, Seen, folder_of, read_history
from service.settings import SHIPPED_MODEL

START = 1_780_272_000.0
SHANGHAI = ZoneInfo("Asia/Shanghai")
MANIFEST = read_manifest(SHIPPED_MODEL)
BLANK = np.zeros((540, 960, 3), np.uint8)
PIT = Zone.create(
    id="pit",
    name="Pit",
    kind=ZoneKind.RESTRICTED,
    polygon=[(0.5, 0), (1, 0), (1, 1), (0.5, 1)],
    dwell_s=1.0,
    schedule="always",
)
CAMERA = CameraConfig("gate", "Gate", "gate.mp4", (PIT,))


def visits(count: int, seconds: float, fps: float = 5.0) -> Iterator[tuple[Frame, Detections]]:
    """Somebody with a bare head stands in the pit for some seconds of each minute."""
    random = np.random.default_rng(1)
    for i in range(round(count * 60 * fps)):
        t = i / fps
        frame = Frame("gate", i, START + t, BLANK)
        if t % 60 >= seconds:
            yield frame, Detections.empty()
            continue
        person = np.array([700, 200, 760, 400]) + random.normal(0, 1, 4)
        head = np.array([717, 200, 743, 236]) + random.normal(0, 1, 4)
        boxes = np.array([person, head], np.float32)
        confidence = random.uniform(0.6, 0.9, 2).astype(np.float32)
        yield frame, Detections(boxes, confidence, np.array([0, 1], np.int32))


def keep(folder: Path, frames: Iterator[tuple[Frame, Detections]], days: float = 14) -> list[Seen]:
    """Writes a history and reads it."""
    history = History(folder, "gate", days)
    for frame, found in frames:
        history.add(frame, found, np.full(len(found), 90, np.float32))
    history.flush()
    return list(read_history(folder, "gate", START - 1e6, START + 1e7))


def test_what_was_seen_is_read_again(tmp_path: Path):
    """Every picture, also the empty ones, in order; boxes to an eighth of a pixel."""
    frames = list(visits(40, 10))
    kept = keep(tmp_path, iter(frames))
    assert [seen.timestamp for seen in kept] == [frame.timestamp for frame, _ in frames]
    for seen, (_, found) in zip(kept, frames, strict=True):
        assert (seen.width, seen.height) == (960, 540)
        assert np.allclose(seen.detections.xyxy, found.xyxy, atol=1 / 16)
        assert np.allclose(seen.detections.confidence, found.confidence, atol=1 / 255)
        assert np.array_equal(seen.detections.class_id, found.class_id)
        assert (seen.grey == 90).all()
    part = list(read_history(tmp_path, "gate", START + 1000, START + 1100))
    assert (part[0].timestamp, part[-1].timestamp) == (START + 1000, START + 1099.8)


def test_an_hour_of_a_busy_camera_is_small(tmp_path: Path):
    """Two boxes in every picture, five pictures a second: under 700 kB an hour."""
    keep(tmp_path, visits(60, 60))
    size = sum(path.stat().st_size for path in folder_of(tmp_path, "gate").iterdir())
    assert size < 700_000


def test_what_is_too_old_is_deleted(tmp_path: Path):
    """Half an hour is kept of two hours, and nothing where nothing is wanted."""
    kept = keep(tmp_path, visits(120, 1, fps=1.0), days=0.5 / 24)
    assert START + 4500 <= kept[0].timestamp <= START + 5500
    assert keep(tmp_path / "off", visits(1, 5), days=0) == []


def test_a_damaged_file_loses_only_itself(tmp_path: Path):
    """The others are read."""
    keep(tmp_path, visits(60, 1, fps=1.0))
    second = sorted(folder_of(tmp_path, "gate").iterdir())[1]
    second.write_bytes(second.read_bytes()[:100])
    kept = list(read_history(tmp_path, "gate", START, START + 3600))
    assert 0.7 * 3600 < len(kept) < 3600


def test_a_longer_dwell_loses_the_short_visits(tmp_path: Path):
    """Three visits of eight seconds: with a dwell of five all stay, with twenty none does; helmets
    are not touched by it."""
    kept = keep(tmp_path, visits(3, 8, fps=3.0))
    same = compare(CAMERA, kept, MANIFEST, SHANGHAI, ["zone.pit.dwell_s=5"])
    assert len(same.before) == len(same.after) == 6
    assert (same.gained, same.lost) == ((), ())
    longer = compare(CAMERA, kept, MANIFEST, SHANGHAI, ["zone.pit.dwell_s=20"])
    assert {v.zone_id for v in longer.lost} == {"pit"}
    assert len(longer.lost) == 3
    stricter = compare(CAMERA, kept, MANIFEST, SHANGHAI, ["missing_helmet.smallest_px=30"])
    assert {str(v.kind) for v in stricter.lost} == {"missing_helmet"}
    back = compare(CAMERA, kept, MANIFEST, SHANGHAI, ["restricted_zone.minimum_hits=1"])
    assert back.lost == ()


def test_judged_in_parts_the_alarms_are_the_same(tmp_path: Path):
    """Visits with minutes of nothing between them are parts; the alarms are those of one judge."""
    kept = [
        replace(seen, timestamp=START + i // 180 * 180 + i % 180 / 3)
        for i, seen in enumerate(keep(tmp_path, visits(3, 8, fps=3.0)))
    ]
    assert [len(part) for part in stretches(kept)] == [180, 180, 180]
    observer = Observer(MANIFEST, lambda *_: CLEAR_VIEW)
    judge = Judge(CAMERA, MANIFEST, SHANGHAI)
    alarms = {}
    for index, seen in enumerate(kept):
        frame = Frame("gate", index, seen.timestamp, BLANK)
        observed = observer.observe(frame, seen.detections, seen.grey)
        alarms |= {v.id: v for v in judge.judge(observed).violations}
    alarms |= {v.id: v for v in judge.close()}
    found = compare(CAMERA, kept, MANIFEST, SHANGHAI, [])
    assert len(found.before) == 6
    assert {told(v) for v in found.before} == {told(v) for v in alarms.values()}
    assert [v.started_at for v in found.before] == sorted(v.started_at for v in found.before)


def told(alarm: Violation) -> tuple[object, ...]:
    """What a person sees of an alarm; the ids of tracks count anew in each part."""
    when = alarm.started_at, alarm.last_seen_at, alarm.ended
    return alarm.kind, alarm.zone_id, *when, len(alarm.track_ids), alarm.confidence


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("missing_helmet.mis=0.1", "did you mean missing_helmet.miss"),
        ("missing_helmet.miss=much", "must be a number"),
        ("missing_helmet.miss=-1", "above 0"),
        ("missing_helmet.miss=0.999", "below 1 together"),
        ("zone.yard.dwell_s=5", "use zone.pit.dwell_s"),
        ("dwell", "changes no rule"),
    ],
)
def test_a_change_that_is_none_is_explained(tmp_path: Path, change: str, says: str):
    """With what to write instead."""
    with pytest.raises(SettingsError, match=says):
        compare(CAMERA, [], MANIFEST, SHANGHAI, [change])


def test_the_command_says_what_would_have_changed(tmp_path: Path):
    """Local times of the site, lost and gained alarms, and one sentence of sums."""
    (tmp_path / "site.yaml").write_text(json.dumps({"cameras": [CAMERA.to_mapping()]}))
    assert anyan("site", "import", tmp_path / "site.yaml", folder=tmp_path).returncode == 0
    keep(tmp_path / "data", visits(2, 8, fps=3.0))
    span = ["--from", "2026-06-01T08:00:00", "--to", "2026-06-01T09:00:00"]
    change = ["--set", "zone.pit.dwell_s=20"]
    said = anyan("backtest", "--camera", "gate", *span, *change, folder=tmp_path)
    assert said.returncode == 0, said.stderr
    assert said.stdout.count("lost    2026-06-01 08:0") == 2
    assert "360 pictures: 4 alarms as it is, 2 with the change; 0 gained, 2 lost" in said.stdout
    none = anyan(
        "backtest", "--camera", "gate", "--from", "2020-01-01", "--to", "2020-01-02", *change,
        folder=tmp_path,
    )  # fmt: skip
    assert none.returncode == 2
    assert "no detections of 'gate' are kept" in none.stderr
