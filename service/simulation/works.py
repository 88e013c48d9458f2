"""The works of the scripted month: organisation, people, users, risks, cameras, rewards."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from core.site import CameraConfig
from core.zone import Zone, ZoneKind
from hazards.access.accounts import create_user, grant
from hazards.access.roles import Role
from hazards.access.tables import UserRow
from hazards.evidence.tables import PhotoRow
from hazards.ids import new_id
from hazards.notify.channels import create_channel
from hazards.points.rewards import create_reward
from hazards.points.tables import RewardRow
from hazards.risk.actions import RiskDraft, approve, create_risk_unit, set_check_list
from hazards.risk.grading import Method
from hazards.risk.queries import risk_unit_of_form
from hazards.site.actions import create_camera
from hazards.site.people import create_contractor, create_person, watch_risk_unit
from hazards.site.people_tables import ROOT, ContractorRow, PersonRow
from hazards.site.tree import UnitKind, create_unit

HALL, EXIT = "cam-hall", "cam-exit"
PLACES = ("hall", "yard", "dock")
"""Zones of the camera in the hall."""
TEAMS = ("team-a", "team-b")
SQUARE = ((0.1, 0.1), (0.9, 0.1), (0.9, 0.9), (0.1, 0.9))


@dataclass(frozen=True)
class Works:
    """Everybody and everything that the script names. workers: by team, six each."""

    workers: dict[str, list[PersonRow]]
    staff: UserRow
    second: UserRow
    manager: UserRow
    contractor: ContractorRow
    helmet: RewardRow
    leave: RewardRow


def photo(session: Session, by: UserRow, now: float) -> str:
    """The id of a photo that a user has just sent; there is no file of it."""
    row = PhotoRow(
        id=new_id(), path="", sha256="", size=0, mime="image/jpeg", sent_by=f"user:{by.id}",
        sent_at=now,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row.id


def build(session: Session, *, now: float) -> Works:
    """Two teams of six, their leader, an owner, safety staff, a manager, a contractor."""
    create_unit(session, parent_id=ROOT, kind=UnitKind.WORKSHOP, name="Workshop", id="workshop")
    for team in TEAMS:
        create_unit(session, parent_id="workshop", kind=UnitKind.TEAM, name=team.title(), id=team)
    workers = {
        team: [_person(session, f"{team[-1].upper()}{n}", team) for n in range(1, 7)]
        for team in TEAMS
    }
    owner = _person(session, "Owner", "workshop")
    _user(session, "leader", Role.TEAM_LEADER, _person(session, "Leader", "workshop"))
    _risks(session, owner, now)
    _cameras(session)
    create_channel(
        session, name="Safety group", url="json://safety.invalid", person_id=None,
        unit_id="workshop",
    )  # fmt: skip
    return Works(
        workers=workers,
        staff=_user(session, "safety", Role.SAFETY_STAFF, _person(session, "Safety", ROOT)),
        second=_user(session, "second", Role.SAFETY_STAFF, None),
        manager=_user(session, "manager", Role.MANAGER, _person(session, "Manager", ROOT)),
        contractor=create_contractor(
            session, name="Scaffold Ltd", unit_id="workshop", contact="gate"
        ),
        helmet=create_reward(session, kind="goods", name="Thermos flask", price=120, stock=1),
        leave=create_reward(session, kind="leave", name="One day of leave", price=200, stock=None),
    )


def _risks(session: Session, owner: PersonRow, now: float) -> None:
    for team, consequence in zip(TEAMS, (15.0, 3.0), strict=True):
        draft = RiskDraft(
            unit_id=team,
            name=f"Area of {team}",
            kind="area",
            plan_id=None,
            polygon=(),
            owner_id=owner.id,
            method=Method.LEC,
            factors={"likelihood": 3.0, "exposure": 3.0, "consequence": consequence},
            controls={"training": ["Yearly briefing"]},
        )
        unit = create_risk_unit(session, draft, now=now)
        approve(session, unit.id, by="manager", now=now)
        set_check_list(session, unit.id, [(None, "Extinguisher in its place", "week")])
        unit.form_code = f"form-{team}"


def _cameras(session: Session) -> None:
    for camera_id, zones, kind, team in (
        (HALL, PLACES, ZoneKind.HELMET, "team-a"),
        (EXIT, ("door",), ZoneKind.EXIT, "team-b"),
    ):
        drawn = tuple(
            Zone.create(
                id=zone,
                name=zone.title(),
                kind=kind,
                polygon=SQUARE,
                dwell_s=60.0,
                schedule="always",
            )
            for zone in zones
        )
        camera = CameraConfig(camera_id, camera_id, "rtsp://camera.invalid/1", drawn)
        create_camera(session, camera, enabled=True)
        watch_risk_unit(session, camera_id, None, risk_unit_of_form(session, f"form-{team}").id)


def _person(session: Session, name: str, unit_id: str) -> PersonRow:
    return create_person(session, number=name, name=name, unit_id=unit_id, post="fitter")


def _user(session: Session, name: str, role: Role, person: PersonRow | None) -> UserRow:
    made = create_user(
        session, name=name, display_name=name.title(), password_hash="",
        person_id=person.id if person else None,
    )  # fmt: skip
    grant(session, made.id, role, ROOT)
    return made
