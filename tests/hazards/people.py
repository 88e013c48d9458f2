"""A small organisation for the tests of tickets, points and risk."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from hazards.access.roles import Role
from hazards.access.tables import GrantRow, UserRow
from hazards.database import Database
from hazards.risk.tables import RiskUnitRow
from hazards.site.actions import create_camera
from hazards.site.people_tables import ROOT, PersonRow
from hazards.site.tables import CameraRow
from hazards.site.tree import UnitKind, create_unit
from hazards.tickets.calendar import WorkCalendar

ZONE = ZoneInfo("Asia/Shanghai")
ALWAYS = WorkCalendar((), {}, ZONE)
NOW = 1_700_000_100.0
"""2023-11-15 06:15 in Shanghai, a Wednesday."""
DAY = 86400.0


@dataclass(frozen=True)
class People:
    """Users of the small organisation."""

    staff: UserRow
    other: UserRow
    manager: UserRow


def settle_in(database: Database, *, camera=None) -> People:
    """/site/works/team-a, with li and wang in the team, and three users; optionally a camera."""
    with database.begin() as session:
        create_unit(session, parent_id=ROOT, kind=UnitKind.WORKSHOP, name="Works", id="works")
        create_unit(session, parent_id="works", kind=UnitKind.TEAM, name="Team A", id="team-a")
        for name in ("li", "wang", "zhao", "boss"):
            session.add(
                PersonRow(
                    id=name,
                    number=name,
                    name=name.title(),
                    unit_id="team-a",
                    post="fitter",
                    active=True,
                )
            )
        session.flush()
        session.add(risk_unit("hall", owner_id="li"))
        session.flush()
        if camera is not None:
            create_camera(session, camera, enabled=True)
            session.get(CameraRow, camera.id).risk_unit_id = "hall"
        return People(
            user(session, "staff", Role.SAFETY_STAFF, person_id="zhao"),
            user(session, "other", Role.SAFETY_STAFF),
            user(session, "boss", Role.MANAGER, person_id="boss"),
        )


def user(
    session: Session, name: str, role: Role, unit_id: str = ROOT, person_id: str | None = None
) -> UserRow:
    """A user with one role."""
    row = UserRow(name=name, display_name=name, password_hash="", active=True, person_id=person_id)
    session.add(row)
    session.flush()
    session.add(GrantRow(user_id=row.id, role=role, unit_id=unit_id))
    session.flush()
    return row


def risk_unit(id: str, **changes: object) -> RiskUnitRow:
    """A blue area of team A."""
    values = {
        "unit_id": "team-a",
        "plan_id": None,
        "kind": "area",
        "name": id.title(),
        "polygon": [],
        "owner_id": None,
        "method": "lec",
        "factors": {"likelihood": 1, "exposure": 1, "consequence": 1},
        "score": 1.0,
        "inherent": "blue",
        "effective": "blue",
        "effective_since": 0.0,
        "controls": {},
        "form_code": f"form-{id}",
        "active": True,
    }
    return RiskUnitRow(id=id, **{**values, **changes})
