"""What people said about a camera's alarms, against the alarms of changed rules."""

import json
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

from running_command import anyan
from test_service_history import CAMERA, START, keep, visits

from core.violation import Violation, ViolationKind
from hazards.access.accounts import create_user
from hazards.cases import flow
from hazards.cases.kinds import Dismissal, Verdict
from hazards.database import Database
from hazards.tickets.calendar import WorkCalendar
from service.verdicts import Reviewed, against_verdicts

PIT = ViolationKind.RESTRICTED_ZONE
ALARM = Violation("a", PIT, "restricted_zone/3", "gate", "pit", (1,), START, START + 8, True, 0.9)


def recorded(start: float, said: str) -> Reviewed:
    return Reviewed(PIT, "pit", START + start, START + start + 8, said)


def test_kept_and_lost_by_what_people_said():
    """An alarm of the same kind and zone at the same time keeps a recorded one; others are new."""
    alarms = [
        ALARM,
        replace(ALARM, id="b", started_at=START + 60, last_seen_at=START + 61),
        replace(ALARM, id="c", started_at=START + 300, last_seen_at=START + 310),
        replace(ALARM, id="d", zone_id="yard", started_at=START + 120, last_seen_at=START + 128),
    ]
    past = [recorded(4, "true"), recorded(60, "false"), recorded(120, "true")]
    past += [recorded(180, "false"), recorded(240, "unreviewed")]
    assert against_verdicts(alarms, past) == {
        "kept_true": 1,
        "kept_false": 1,
        "kept_unreviewed": 0,
        "lost_true": 1,
        "lost_false": 1,
        "lost_unreviewed": 1,
        "gained_unknown": 2,
    }


def test_nothing_recorded_is_all_unknown():
    """Every alarm is one that nobody has seen before."""
    assert against_verdicts([ALARM], [])["gained_unknown"] == 1
    assert set(against_verdicts([], []).values()) == {0}


def test_the_command_compares_with_what_people_said(tmp_path: Path):
    """Two recorded visits, one confirmed and one dismissed: a dwell of five seconds keeps both, one
    of twenty loses both; hazards of other cameras and times do not count."""
    (tmp_path / "site.yaml").write_text(json.dumps({"cameras": [CAMERA.to_mapping()]}))
    assert anyan("site", "import", tmp_path / "site.yaml", folder=tmp_path).returncode == 0
    keep(tmp_path / "data", visits(2, 8, fps=3.0))
    database = Database(f"sqlite:///{tmp_path}/data/anyan.db")
    calendar = WorkCalendar((), {}, ZoneInfo("Asia/Shanghai"))
    with database.begin() as session:
        staff = create_user(session, name="staff", display_name="staff", password_hash="")
        for number, (camera, start) in enumerate(
            [("gate", 0), ("gate", 60), ("yard", 0), ("gate", 90_000)]
        ):
            seen = replace(
                ALARM, id=f"v{number}", camera_id=camera, started_at=START + start,
                last_seen_at=START + start + 8,
            )  # fmt: skip
            flow.take_in(session, [seen], now=START, calendar=calendar)
        flow.decide(session, "v0", Verdict.CONFIRMED, by=staff, now=START, calendar=calendar)
        flow.decide(
            session, "v1", Verdict.DISMISSED, by=staff, now=START, calendar=calendar,
            dismissal=Dismissal.PERMITTED,
        )  # fmt: skip
    database.close()
    span = ["--camera", "gate", "--from", "2026-06-01T08:00:00", "--to", "2026-06-01T09:00:00"]
    kept = anyan("backtest", *span, "--json", "--set", "zone.pit.dwell_s=5", folder=tmp_path)
    verdicts = json.loads(kept.stdout)["verdicts"]
    assert (verdicts["kept_true"], verdicts["kept_false"]) == (1, 1)
    assert (verdicts["lost_true"], verdicts["lost_false"], verdicts["lost_unreviewed"]) == (0, 0, 0)
    assert verdicts["gained_unknown"] == 2, "the helmets, which nobody has recorded"
    lost = anyan("backtest", *span, "--set", "zone.pit.dwell_s=20", folder=tmp_path)
    assert "  confirmed          0     1" in lost.stdout
    assert "  dismissed          0     1" in lost.stdout
    assert "  alarms that nobody has seen before: 2" in lost.stdout
