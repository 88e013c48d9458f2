"""A site with one team, a risk unit with its QR code, and a hazard that a camera saw."""

from dataclasses import replace
from zoneinfo import ZoneInfo

from core.violation import Violation, ViolationKind
from hazards.access.queries import user_named
from hazards.cases.flow import take_in
from hazards.database import Database
from hazards.risk.tables import RiskUnitRow
from hazards.site.people_tables import ROOT, PersonRow
from hazards.site.tree import UnitKind, create_unit
from hazards.tickets.calendar import WorkCalendar

ALWAYS = WorkCalendar((), {}, ZoneInfo("Asia/Shanghai"))
CODE = "form-hall"
VIOLATION = Violation(
    id="v1",
    kind=ViolationKind.MISSING_HELMET,
    rule="helmet/1",
    camera_id="gate",
    zone_id="picture",
    track_ids=(7,),
    started_at=1_700_000_000.5,
    last_seen_at=1_700_000_010.25,
    ended=True,
    confidence=0.75,
)


def settle_in(database: Database) -> None:
    """/site/works/team-a with li and wang; the risk unit `hall` belongs to li."""
    with database.begin() as session:
        create_unit(session, parent_id=ROOT, kind=UnitKind.WORKSHOP, name="Works", id="works")
        create_unit(session, parent_id="works", kind=UnitKind.TEAM, name="Team A", id="team-a")
        create_unit(session, parent_id=ROOT, kind=UnitKind.WORKSHOP, name="Yard", id="yard")
        for name in ("li", "wang"):
            session.add(
                PersonRow(
                    id=name,
                    number=f"00{len(name)}{name}",
                    name=name.title(),
                    unit_id="team-a",
                    post="fitter",
                    active=True,
                )
            )
        session.flush()
        session.add(
            RiskUnitRow(
                id="hall",
                unit_id="team-a",
                kind="area",
                name="Hall",
                polygon=[],
                owner_id="li",
                method="lec",
                factors={"likelihood": 1, "exposure": 1, "consequence": 1},
                score=1.0,
                inherent="blue",
                effective="blue",
                effective_since=0.0,
                controls={},
                form_code=CODE,
                active=True,
            )
        )


def see(database: Database, id: str = "v1", **changes: object) -> None:
    """A violation comes in, and opens its ticket."""
    violation = replace(VIOLATION, id=id, **changes)
    with database.begin() as session:
        take_in(session, violation, now=violation.started_at, calendar=ALWAYS)


def is_person(database: Database, username: str, person_id: str) -> None:
    """Says who a user is at the site."""
    with database.begin() as session:
        user = user_named(session, username)
        assert user is not None
        user.person_id = person_id
