"""Tickets and what happened to them."""

from sqlalchemy import Double, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from hazards.tables import ID, JSON, Seconds, Table, Text


class TicketRow(Table):
    """id: derived from the first hazard's. state, tier: see hazards.tickets.transitions.

    place_key: kind and place while the ticket is open, so that one place has one open ticket of a
    kind; None when it is closed or dismissed. count: hazards merged into it.
    due_at: deadline. next_escalation_at: when it climbs to escalation_level + 1; None: never.
    measures, money, plan: three of the five fields of a major hazard (五落实; the other two are
    due_at and assignee_id); money in yuan. supervised: listed for supervision (挂牌督办), which
    needs an acceptance of its own, accepted_at.
    clear_at: when its camera last said that the place is clear, None while it is not.
    recurrence_of: the closed ticket that came back. version: grows with every change; who changes a
    ticket has locked it.
    """

    __tablename__ = "tickets"

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    hazard_id: Mapped[str] = mapped_column(ID, ForeignKey("hazards.id"), index=True)
    kind: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    camera_id: Mapped[str] = mapped_column(ID)
    zone_id: Mapped[str] = mapped_column(ID)
    risk_unit_id: Mapped[str | None] = mapped_column(ID)
    unit_id: Mapped[str] = mapped_column(ID)
    place_key: Mapped[str | None] = mapped_column(Text, unique=True)
    rule_id: Mapped[str | None] = mapped_column(ID)
    state: Mapped[str] = mapped_column(Text)
    tier: Mapped[str] = mapped_column(Text)
    opened_at: Mapped[float] = mapped_column(Seconds)
    opened_by: Mapped[str] = mapped_column(Text)
    assignee_id: Mapped[str | None] = mapped_column(ID, ForeignKey("people.id"))
    due_at: Mapped[float | None] = mapped_column(Seconds)
    count: Mapped[int]
    last_hazard_at: Mapped[float] = mapped_column(Seconds)
    recurrence_of: Mapped[str | None] = mapped_column(ID)
    escalation_level: Mapped[int]
    next_escalation_at: Mapped[float | None] = mapped_column(Seconds, index=True)
    measures: Mapped[str] = mapped_column(Text)
    money: Mapped[float | None] = mapped_column(Double)
    plan: Mapped[str] = mapped_column(Text)
    supervised: Mapped[bool]
    accepted_at: Mapped[float | None] = mapped_column(Seconds)
    accepted_by: Mapped[str | None] = mapped_column(Text)
    clear_at: Mapped[float | None] = mapped_column(Seconds)
    closed_at: Mapped[float | None] = mapped_column(Seconds)
    version: Mapped[int]

    __table_args__ = (
        Index(None, "opened_at", "id"),
        Index(None, "state", "opened_at"),
        Index(None, "unit_id", "opened_at"),
        Index(None, "assignee_id", "state", "due_at"),
        Index(None, "risk_unit_id", "state"),
        Index(None, "kind", "camera_id", "zone_id", "closed_at"),
        Index(
            "ix_tickets_open",
            "risk_unit_id",
            "state",
            "tier",
            "due_at",
            "count",
            "closed_at",
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
    )


class TransitionRow(Table):
    """One step of a ticket. number: the version to which it led. photo_ids: of evidence photos."""

    __tablename__ = "ticket_transitions"

    ticket_id: Mapped[str] = mapped_column(
        ID, ForeignKey("tickets.id", ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[int] = mapped_column(primary_key=True)
    step: Mapped[str] = mapped_column(Text)
    from_state: Mapped[str] = mapped_column(Text)
    to_state: Mapped[str] = mapped_column(Text)
    actor: Mapped[str] = mapped_column(Text)
    at: Mapped[float] = mapped_column(Seconds)
    reason: Mapped[str] = mapped_column(Text)
    photo_ids: Mapped[list[str]] = mapped_column(JSON)


class TicketRuleRow(Table):
    """Which hazards get a ticket by themselves. The first rule by position that fits counts.

    kind, grade: None fits all. schedule: as of a zone. assignee: `owner` (of the risk unit) or a
    person's id. deadline_s: working seconds. at_once: assigned before anybody has reviewed it.
    recurrence_days: a closed ticket of the same place comes back within so many days.
    """

    __tablename__ = "ticket_rules"

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    position: Mapped[int]
    enabled: Mapped[bool]
    kind: Mapped[str | None] = mapped_column(Text)
    grade: Mapped[str | None] = mapped_column(ID)
    min_confidence: Mapped[float] = mapped_column(Double)
    schedule: Mapped[str] = mapped_column(Text)
    tier: Mapped[str] = mapped_column(Text)
    assignee: Mapped[str] = mapped_column(ID)
    deadline_s: Mapped[float] = mapped_column(Seconds)
    at_once: Mapped[bool]
    recurrence_days: Mapped[int]


class EscalationStepRow(Table):
    """A rung of the ladder. after_s: working seconds after the deadline. to: team_leader,
    area_owner, manager, … a role above the ticket. supervise: lists it for supervision."""

    __tablename__ = "escalation_steps"

    level: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    after_s: Mapped[float] = mapped_column(Seconds)
    to: Mapped[str] = mapped_column(Text)
    supervise: Mapped[bool]


class ShiftRow(Table):
    """Hours in which people work. schedule: as of a zone. working: deadlines run in it."""

    __tablename__ = "shifts"

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    schedule: Mapped[str] = mapped_column(Text)
    working: Mapped[bool]
    position: Mapped[int]


class HolidayRow(Table):
    """A day that differs from its weekday. day: `2026-10-01`. worked: a make-up working day."""

    __tablename__ = "holidays"

    day: Mapped[str] = mapped_column(ID, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    worked: Mapped[bool]
