"""Real footage that stands beside the project on some machines; see its MANIFEST.md.

Recognisable people: nothing of it may be committed. Times of the ground truth were read by eye,
half a second off at most, one second for the file with one picture a second.
"""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from running_command import anyan, json_lines

FOOTAGE = Path(__file__).parents[2].parent / "shared" / "videos"

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not FOOTAGE.exists(), reason=f"no footage at {FOOTAGE}"),
]


def _truth(name: str) -> dict[str, Any]:
    return json.loads((FOOTAGE / "ground_truth.json").read_text())["clips"][name]


def _watched(name: str, folder: Path, *, dwell_s: float | None = None) -> list[dict[str, Any]]:
    """The violations that are printed, with the zones of the ground truth."""
    truth = _truth(name)
    zones = [
        {
            "id": f"zone-{i}",
            "name": zone["kind"],
            "kind": zone["kind"],
            "polygon": [[x / truth["width"], y / truth["height"]] for x, y in zone["polygon_px"]],
            **({} if dwell_s is None else {"dwell_s": dwell_s}),
        }
        for i, zone in enumerate(truth.get("zones", []))
    ]
    camera = {"id": "camera", "name": name, "source": str(FOOTAGE / name), "zones": zones}
    site = folder / "site.yaml"
    site.write_text(yaml.safe_dump({"cameras": [camera]}))
    return json_lines(
        anyan("watch", FOOTAGE / name, "--site", site, "--json", "--fast", folder=folder)
    )


def _of(kind: str, lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [line for line in lines if line["kind"] == kind]


def test_a_bare_head_at_the_gate_is_one_alarm(tmp_path: Path):
    """A man with his helmet in his hand wears none, from when he can be seen whole to the end."""
    (line,) = _watched("site_gate_bare_head.mp4", tmp_path)
    assert line["kind"] == "missing_helmet"
    assert line["started_at"] <= 3.0
    assert line["ended_at"] >= 9.4


def test_a_bare_head_in_the_dark_is_found(tmp_path: Path):
    """A woman without a helmet enters the zone of an excavator by night: one alarm of each kind."""
    name = "site_night_zone_entry.mp4"
    lines = _watched(name, tmp_path)
    assert sorted(line["kind"] for line in lines) == ["missing_helmet", "restricted_zone"]
    (entry,) = _of("restricted_zone", lines)
    (event,) = [e for e in _truth(name)["events"] if e["kind"] == "restricted_zone"]
    assert event["from"] - 1.0 <= entry["started_at"] <= event["from"] + 1.0


@pytest.mark.parametrize("name", ["site_gate_compliant.mp4", "site_walkway_compliant.mp4"])
def test_people_with_helmets_are_left_alone(tmp_path: Path, name: str):
    """No line at all, also with a straw hat in somebody's hand and a camera that moves."""
    assert _watched(name, tmp_path) == []


def test_six_visitors_are_six_entries(tmp_path: Path):
    """One line per visit, inside it, and none between them; six bare heads beside them."""
    name = "room_six_visitors.mp4"
    watched = _watched(name, tmp_path)
    assert len(_of("missing_helmet", watched)) == 6
    lines = _of("restricted_zone", watched)
    assert len(lines) == 6
    for line, visit in zip(lines, _truth(name)["events"], strict=True):
        assert visit["from"] - 1.0 <= line["started_at"] <= visit["to"]
        assert visit["from"] <= line["ended_at"] <= visit["to"] + 3.0


HALLWAY = "exit_hallway_backpack_1fps.mp4"
DWELL_S = 10.0


def test_a_backpack_before_the_exit_is_one_blocked_exit(tmp_path: Path):
    """Until the end of the film; the people who pass are no further one."""
    (line,) = _of("blocked_exit", _watched(HALLWAY, tmp_path, dwell_s=DWELL_S))
    (event,) = _truth(HALLWAY)["events"]
    assert event["placed"] - 1 <= line["started_at"] <= event["owner_leaves"] + DWELL_S
    assert line["ended_at"] == pytest.approx(event["to"], abs=1.0)


def test_a_bag_on_the_pavement_is_one_blocked_exit(tmp_path: Path):
    """From about when it is put down, with its owner beside it, to the end."""
    name = "pavement_bag.avi"
    (line,) = _of("blocked_exit", _watched(name, tmp_path, dwell_s=DWELL_S))
    (event,) = _truth(name)["events"]
    assert event["placed"] - 1 <= line["started_at"] <= event["owner_leaves"] + 1
    assert line["ended_at"] == pytest.approx(event["to"], abs=1.0)


@pytest.mark.xfail(
    reason="4 to 6 s late: the floor under the bag is behind people from the first picture on, and "
    "then behind the bag, which the model takes for a person until it tips over"
)
def test_a_blocked_exit_starts_when_it_was_blocked(tmp_path: Path):
    """At the latest when the owner has left it alone; a dwell does not shift it."""
    (line,) = _of("blocked_exit", _watched(HALLWAY, tmp_path, dwell_s=DWELL_S))
    (event,) = _truth(HALLWAY)["events"]
    assert event["placed"] - 1 <= line["started_at"] <= event["owner_leaves"] + 1
