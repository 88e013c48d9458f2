"""The rendered demo site against the truth that its scenes wrote."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from running_command import anyan, json_lines

from service.cli import DEMO_SITE
from service.site_file import read_site

SCENES = [camera.id for camera in read_site(DEMO_SITE).cameras]
EARLY_S, LATE_S = 0.5, 1.5
GONE_S = 3.0
"""How long after an event its violation may still be open."""


@cache
def _truth(scene: str) -> list[dict[str, Any]]:
    return json.loads((DEMO_SITE.parent / f"{scene}.json").read_text())["events"]


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory):
    """What `anyan watch` prints of a scene; each is watched once."""
    folder = tmp_path_factory.mktemp("watch")

    @cache
    def lines(scene: str) -> list[dict[str, Any]]:
        video = DEMO_SITE.parent / f"{scene}.mp4"
        return json_lines(
            anyan(
                "watch", video, "--site", DEMO_SITE, "--camera", scene, "--json", "--fast",
                folder=folder,
            )
        )  # fmt: skip

    return lines


@pytest.mark.parametrize("scene", SCENES)
def test_a_scene_gives_its_events_and_nothing_else(watched, scene: str):
    """Every event once, in its zone; no alarm for the people and things that are all right."""
    found = [(line["kind"], line["zone"]) for line in watched(scene)]
    wanted = [(event["kind"], event.get("zone", "picture")) for event in _truth(scene)]
    assert sorted(found) == sorted(wanted)


@pytest.mark.parametrize("scene", SCENES)
def test_an_event_starts_and_ends_in_time(watched, scene: str):
    """started_at is when it began, not when it was certain: a dwell does not shift it."""
    events = sorted(_truth(scene), key=lambda event: event["from"])
    lines = sorted(watched(scene), key=lambda line: line["started_at"])
    for line, event in zip(lines, events, strict=True):
        assert event["from"] - EARLY_S <= line["started_at"] <= event["from"] + LATE_S, line
        assert event["to"] - GONE_S <= line["ended_at"] <= event["to"] + GONE_S, line


def test_the_scenes_hold_all_three_kinds():
    """The demo shows what the service can do."""
    kinds = {event["kind"] for scene in SCENES for event in _truth(scene)}
    assert kinds == {"missing_helmet", "restricted_zone", "blocked_exit"}


@pytest.mark.parametrize("scene", SCENES)
def test_a_scene_is_small_enough_for_the_repository(scene: str):
    """Under 3 MB of H.264, 20 to 30 s."""
    video = DEMO_SITE.parent / f"{scene}.mp4"
    truth = json.loads(Path(video).with_suffix(".json").read_text())
    assert video.stat().st_size < 3_000_000
    assert 20 <= truth["frames"] / truth["fps"] <= 30
    assert truth["fps"] >= 10
