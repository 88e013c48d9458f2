from zoneinfo import ZoneInfo

from people import NOW, settle_in
from sqlalchemy import select, text

from hazards.cases.flow import report
from hazards.cases.kinds import HazardKind, Source
from hazards.cases.tables import HazardRow
from hazards.database import Database
from hazards.evidence.tables import PhotoRow
from hazards.tickets.calendar import WorkCalendar
from hazards.tickets.queries import ticket_rules
from hazards.tickets.tables import TicketRow, TicketRuleRow, TransitionRow


def test_what_a_site_has_gets_places_and_rules(database: Database) -> None:
    """Photos from before know what they show; the site's own rules still count first."""
    settle_in(database)
    with database.begin() as session:
        for name in ("seen", "done", "spare"):
            session.add(
                PhotoRow(
                    id=name, path="", sha256="", size=0, mime="", sent_by="user:1", sent_at=NOW
                )
            )
        hazard = report(
            session, id="r", kind=HazardKind.OTHER, source=Source.REPORT, description="Plate",
            reported_by="li", risk_unit_id="hall", unit_id="team-a", photo_ids=["seen"], at=NOW,
            now=NOW, calendar=WorkCalendar((), {}, ZoneInfo("UTC")),
        )  # fmt: skip
        ticket_id = hazard.ticket_id
        (step,) = session.scalars(select(TransitionRow)).all()
        step.photo_ids = ["done"]
        session.get_one(TicketRuleRow, "blocked_exit-default").position = 99
    database.downgrade("0006")
    with database.read() as session:
        rules = session.execute(text("SELECT id FROM ticket_rules ORDER BY position")).scalars()
        assert list(rules) == [
            "missing_helmet-default", "restricted_zone-default", "blocked_exit-default",
        ]  # fmt: skip
    database.migrate()
    with database.read() as session:
        places = {
            row.id: (row.hazard_id, row.ticket_id) for row in session.scalars(select(PhotoRow))
        }
        assert places == {"seen": ("r", None), "done": (None, ticket_id), "spare": (None, None)}
        rules = [rule.id for rule in ticket_rules(session)]
        assert rules[2:4] == ["blocked_exit-default", "gas-default"]
        assert len(rules) == 10
        assert session.get_one(HazardRow, "r").ticket_id == ticket_id
        assert session.get_one(TicketRow, ticket_id).rule_id == "other-default"
