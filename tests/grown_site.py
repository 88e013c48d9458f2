"""A site that grows: one row or more of every table for each number it is given."""

from collections.abc import Iterable
from dataclasses import replace
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.evidence import Evidence, EvidenceKind
from core.site import CameraConfig
from core.violation import Violation, ViolationKind
from core.zone import Zone, ZoneKind
from hazards.access.actions import sign_in
from hazards.access.roles import Role
from hazards.access.tables import GrantRow, MachineTokenRow, UserRow
from hazards.answers.tables import AnswerRow
from hazards.cases import flow
from hazards.cases.kinds import HazardKind, Source, SubjectKind, Verdict
from hazards.evidence.actions import record_evidence
from hazards.evidence.tables import PhotoRow
from hazards.notify.tables import ChannelRow, MessageRow
from hazards.points import appeals
from hazards.points.tables import MonthCloseRow, PolicyRow, RewardRow
from hazards.risk.tables import (
    BlindCameraRow,
    CameraViewRow,
    CheckItemRow,
    CheckRow,
    ColourChangeRow,
    FloorPlanRow,
    InChargeRow,
    RiskReviewRow,
    RiskUnitRow,
)
from hazards.site.actions import create_camera
from hazards.site.people import watch_risk_unit
from hazards.site.people_tables import ROOT, ContractorRow, PersonRow
from hazards.site.tree import UnitKind, create_unit
from hazards.tickets.calendar import WorkCalendar
from hazards.tickets.tables import EscalationStepRow, HolidayRow, ShiftRow, TicketRuleRow

ALWAYS = WorkCalendar((), {}, ZoneInfo("Asia/Shanghai"))
SQUARE = [[0.1, 0.1], [0.4, 0.1], [0.4, 0.5], [0.1, 0.5]]


def grow(session: Session, numbers: Iterable[int], *, now: float) -> None:
    """Number 0 has to be among the first: the others write about its person and its plan too.

    Up to number 8: beyond, the points of a month are used up and nothing is booked.
    """
    for n in numbers:
        _people(session, n, now)
        session.flush()
        _risk(session, n, now)
        session.flush()
        _settings(session, n, now)
        session.flush()
        _cases(session, n, now)
        session.flush()


def _people(session: Session, n: int, now: float) -> None:
    create_unit(session, parent_id=ROOT, kind=UnitKind.TEAM, name=f"Team {n}", id=f"unit-{n}")
    session.add(
        ContractorRow(id=f"c{n}", name=f"C{n}", unit_id=f"unit-{n}", contact="", active=True)
    )
    session.flush()
    session.add(
        PersonRow(
            id=f"p{n}", number=f"{n}", name=f"P{n}", unit_id=f"unit-{n}", post="fitter",
            contractor_id=f"c{n}", active=True,
        )
    )  # fmt: skip
    session.flush()
    user = UserRow(
        name=f"user-{n}", display_name=f"User {n}", password_hash="", person_id=f"p{n}", active=True
    )
    session.add(user)
    session.flush()
    session.add(GrantRow(user_id=user.id, role=Role.TEAM_LEADER, unit_id=f"unit-{n}"))
    sign_in(session, user, now=now)
    session.add(
        MachineTokenRow(
            id=f"t{n}", name="m", token_hash=f"{n}", scopes=["report"], unit_id=ROOT, made_by="",
            made_at=now,
        )
    )  # fmt: skip
    session.add(
        ChannelRow(
            id=f"ch{n}", name="C", url="json://a.invalid", person_id=None, unit_id=ROOT, active=True
        )
    )
    session.flush()
    session.add(
        MessageRow(
            id=f"m{n}", key=f"m{n}", channel_id=f"ch{n}", person_id="p0", code="unassigned",
            details={"ticket_id": "x", "title": "x"}, made_at=now + n, state="waiting", attempts=0,
            next_try_at=now, claimed_by="", claimed_until=0.0, problem="",
        )
    )  # fmt: skip
    session.add(AnswerRow(id=f"a{n}", request="", body="{}", at=now))


def _risk(session: Session, n: int, now: float) -> None:
    session.add(
        FloorPlanRow(
            id=f"plan-{n}", unit_id=ROOT, name=f"Plan {n}", path="", sha256="", width=9, height=9,
            made_at=now,
        )
    )  # fmt: skip
    session.flush()
    session.add(
        RiskUnitRow(
            id=f"risk-{n}", unit_id=f"unit-{n}", plan_id="plan-0", kind="area", name=f"R{n}",
            polygon=SQUARE, owner_id=f"p{n}", method="lec",
            factors={"likelihood": 1, "exposure": 1, "consequence": 1}, score=1.0,
            inherent="blue", effective="blue", effective_since=now, controls={},
            form_code=f"form-{n}", active=True,
        )
    )  # fmt: skip
    session.flush()
    session.add(InChargeRow(risk_unit_id=f"risk-{n}", level="team", person_id=f"p{n}"))
    session.add(
        CheckItemRow(
            id=f"check-{n}", risk_unit_id="risk-0", text="Rails?", frequency="day", position=n
        )
    )
    session.flush()
    session.add(
        CheckRow(item_id=f"check-{n}", period="2020-01-01", at=1.0, by="", in_order=True, note="")
    )
    session.add(ColourChangeRow(risk_unit_id="risk-0", at=now + n, grade="blue", reasons=[]))
    session.add(
        RiskReviewRow(
            risk_unit_id=f"risk-{n}", quarter="2020-Q1", at=1.0, by="", before="blue", after="blue",
            note="",
        )
    )  # fmt: skip
    zone = Zone.create(
        id="door", name="Door", kind=ZoneKind.HELMET, polygon=SQUARE, dwell_s=1.0, schedule="always"
    )
    camera = CameraConfig(f"cam-{n}", f"Camera {n}", "rtsp://camera.invalid/1", (zone,))
    create_camera(session, camera, enabled=True)
    watch_risk_unit(session, camera.id, "door", f"risk-{n}")
    session.add(
        CameraViewRow(
            camera_id=camera.id, plan_id="plan-0", picture_points=SQUARE, plan_points=SQUARE,
            homography=[1, 0, 0, 0, 1, 0, 0, 0, 1],
        )
    )  # fmt: skip
    session.add(BlindCameraRow(camera_id=camera.id, since=now))


def _settings(session: Session, n: int, now: float) -> None:
    session.add(
        TicketRuleRow(
            id=f"rule-{n}", position=100 + n, enabled=True, kind=None, grade=None,
            min_confidence=0.0, schedule="always", tier="general", assignee=f"p{n}",
            deadline_s=3600.0, at_once=False, recurrence_days=7,
        )
    )  # fmt: skip
    session.add(EscalationStepRow(level=100 + n, after_s=1e6 + n, to="manager", supervise=False))
    session.add(
        ShiftRow(id=f"shift-{n}", name="S", schedule="always", working=False, position=100 + n)
    )
    session.add(HolidayRow(day=f"2020-01-{n + 1:02}", name="H", worked=False))
    session.add(
        PolicyRow(
            version=100 + n, valid_from=4e9 + n, made_by="", body=session.get_one(PolicyRow, 1).body
        )
    )
    session.add(
        RewardRow(id=f"reward-{n}", kind="goods", name="Flask", price=1, stock=None, active=True)
    )
    session.add(
        MonthCloseRow(chain="site", month=f"2019-{n + 1:02}", at=now, by="", number=0, hash="")
    )
    session.add(
        PhotoRow(
            id=f"ph{n}", path="", sha256="", size=0, mime="image/jpeg", sent_by="", sent_at=1.0
        )
    )


def _cases(session: Session, n: int, now: float) -> None:
    """One confirmed, appealed and drawn a second time; one that nobody has judged; a report."""
    staff = _reviewer(session)
    seen = Violation(
        id=f"v{n}", kind=ViolationKind.MISSING_HELMET, rule="helmet/1", camera_id=f"cam-{n}",
        zone_id="door", track_ids=(1,), started_at=now - 86400.0 * n, last_seen_at=now, ended=True,
        confidence=0.9,
    )  # fmt: skip
    for violation in (seen, replace(seen, id=f"w{n}")):
        flow.take_in(session, [violation], now=now, calendar=ALWAYS)
        record_evidence(session, [_clip(violation.id, now)])
    flow.report(
        session, id=f"r{n}", kind=HazardKind.UNSAFE_CONDITION, source=Source.REPORT,
        description="Loose rail", reported_by=f"p{n}", risk_unit_id=f"risk-{n}",
        unit_id=f"unit-{n}", photo_ids=[f"ph{n}"], at=now, now=now, calendar=ALWAYS,
    )  # fmt: skip
    flow.name_subject(session, seen.id, SubjectKind.PERSON, "p0", by=staff, now=now)
    flow.decide(
        session, seen.id, Verdict.CONFIRMED, by=staff, now=now, calendar=ALWAYS, second_share=1.0
    )
    appeals.raise_appeal(
        session, f"violation:{seen.id}", account_id="person:p0", text="No", actor="person:p0",
        now=now,
    )  # fmt: skip


def _reviewer(session: Session) -> UserRow:
    """Nobody else of the site, so that everybody may give the second verdict."""
    row = session.scalar(select(UserRow).where(UserRow.name == "reviewer"))
    if row is None:
        row = UserRow(name="reviewer", display_name="R", password_hash="", active=True)
        session.add(row)
        session.flush()
    return row


def _clip(violation_id: str, now: float) -> Evidence:
    return Evidence(
        violation_id=violation_id, kind=EvidenceKind.CLIP, path=f"clips/{violation_id}.mp4",
        sha256="a" * 64, size=1, mime="video/mp4", started_at=now, duration_s=1.0, boxes_path="",
        problem="",
    )  # fmt: skip
