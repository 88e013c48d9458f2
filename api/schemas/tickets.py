"""Tickets, their rules and the ladder."""

from collections.abc import Sequence, Set
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from api.schemas.cases import Hazard
from api.schemas.shapes import Id, RecordKey, Text
from api.schemas.site import readable_schedule
from hazards.access.roles import Role
from hazards.cases.kinds import Dismissal, HazardKind
from hazards.site.names import Names
from hazards.tickets.escalation import OWNER
from hazards.tickets.tables import EscalationStepRow, TicketRow, TicketRuleRow, TransitionRow
from hazards.tickets.transitions import State, Step, Tier, is_overdue

UTC = Annotated[float, Field(gt=0, lt=1e11, allow_inf_nan=False)]
"""UTC seconds."""
Span = Annotated[float, Field(ge=0, le=366 * 86400, allow_inf_nan=False)]
"""Seconds."""
PhotoIds = Annotated[list[RecordKey], Field(max_length=9)]


class TicketSummary(BaseModel):
    """One line of the list. opened_at, due_at, closed_at: UTC seconds. count: hazards in it.

    overdue: nobody has said that it is done, and the deadline has passed. assignee_name, unit_name,
    risk_unit_name: empty where there is none.
    camera_id, camera_name: empty where no camera saw it. hazard_id: empty while the asker may judge
    it a second time. version: for If-Match.
    """

    id: str
    title: str
    kind: HazardKind
    state: State
    tier: Tier
    hazard_id: str
    camera_id: str
    camera_name: str
    zone_id: str
    unit_id: str
    unit_name: str
    risk_unit_id: str | None
    risk_unit_name: str
    assignee_id: str | None
    assignee_name: str
    opened_at: float
    due_at: float | None
    closed_at: float | None
    overdue: bool
    supervised: bool
    escalation_level: int
    count: int
    version: int

    @classmethod
    def of(cls, row: TicketRow, names: Names, *, now: float, kept_back: Set[str]) -> Self:
        """From a row. kept_back: hazards whose verdict the asker must not know."""
        return cls.model_validate(_summary(row, names, now, kept_back))


class Transition(BaseModel):
    """One step that was taken. actor: a name, or `camera:…`, `rule:…`, `system`."""

    number: int
    step: Step
    from_state: State | None
    to_state: State
    actor: str
    at: float
    reason: str
    photo_ids: list[str]

    @classmethod
    def of(cls, row: TransitionRow, names: Names) -> Self:
        """From a row."""
        return cls(
            number=row.number,
            step=Step(row.step),
            from_state=State(row.from_state) if row.from_state else None,
            to_state=State(row.to_state),
            actor=names.actor(row.actor),
            at=row.at,
            reason=row.reason,
            photo_ids=row.photo_ids,
        )


class Ticket(TicketSummary):
    """measures, money (yuan), plan: of a major hazard. accepted_at: of a supervised one.

    clear_at: when its camera last saw the place clear. steps: what the asker may do now.
    hazards: the newest 20.
    """

    opened_by: str
    measures: str
    money: float | None
    plan: str
    accepted_at: float | None
    accepted_by: str
    clear_at: float | None
    steps: list[Step]
    history: list[Transition]
    hazards: list[Hazard]

    @classmethod
    def whole(
        cls,
        row: TicketRow,
        names: Names,
        *,
        now: float,
        steps: Sequence[Step],
        history: Sequence[TransitionRow],
        hazards: Sequence[Hazard],
        kept_back: Set[str],
    ) -> Self:
        """From a row and what belongs to it."""
        return cls.model_validate(
            _summary(row, names, now, kept_back)
            | {
                "opened_by": names.actor(row.opened_by),
                "measures": row.measures,
                "money": row.money,
                "plan": row.plan,
                "accepted_at": row.accepted_at,
                "accepted_by": names.actor(row.accepted_by or ""),
                "clear_at": row.clear_at,
                "steps": list(steps),
                "history": [Transition.of(line, names) for line in history],
                "hazards": list(hazards),
            }
        )


class Tickets(BaseModel):
    """One page, newest first. next: value for `before`, null at the end."""

    items: list[TicketSummary]
    next: str | None


class TicketCounts(BaseModel):
    """by_state: every state, 0 where there is none."""

    by_state: dict[State, int]
    overdue: int


class TicketOpen(BaseModel):
    """A ticket for a hazard that no rule gave one."""

    model_config = ConfigDict(extra="forbid")

    tier: Tier


class TicketStep(BaseModel):
    """reason: needed to dismiss, reject and reopen. photo_ids: needed to rectify.

    dismissal: needed to dismiss. `assign` and `postpone` have addresses of their own.
    """

    model_config = ConfigDict(extra="forbid")

    step: Step
    reason: Text = ""
    dismissal: Dismissal | None = None
    photo_ids: PhotoIds = []


class TicketPlan(BaseModel):
    """Who does what until when. Major needs measures, money and plan too (五落实)."""

    model_config = ConfigDict(extra="forbid")

    tier: Tier
    assignee_id: RecordKey
    due_at: UTC
    measures: Text = ""
    money: Annotated[float | None, Field(ge=0, le=1e12, allow_inf_nan=False)] = None
    plan: Text = ""
    supervised: bool = False
    reason: Text = ""


class TicketPostpone(BaseModel):
    """A later deadline and why."""

    model_config = ConfigDict(extra="forbid")

    due_at: UTC
    reason: Text


class TicketRule(BaseModel):
    """kind, grade: null fits all. assignee: `owner` of the risk unit, or a person's id.

    deadline_s: working seconds. at_once: assigned before anybody has reviewed it.
    recurrence_days: within so many days after it was closed, the ticket of the place comes back.
    """

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    id: Id
    enabled: bool
    kind: HazardKind | None
    grade: Id | None
    min_confidence: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
    schedule: Annotated[str, Field(max_length=500), AfterValidator(readable_schedule)]
    tier: Tier
    assignee: RecordKey
    deadline_s: Span
    at_once: bool
    recurrence_days: Annotated[int, Field(ge=0, le=3650)]


class TicketRules(BaseModel):
    """In the order in which they are tried; the first that fits counts."""

    items: Annotated[list[TicketRule], Field(max_length=200)]

    @classmethod
    def of(cls, rows: Sequence[TicketRuleRow]) -> Self:
        """From rows."""
        return cls(items=[TicketRule.model_validate(row) for row in rows])


def _rung(to: str) -> str:
    if to != OWNER:
        Role(to)
    return to


class Rung(BaseModel):
    """after_s: working seconds after the deadline. to: `owner`, or a role above the ticket.

    supervise: lists the ticket for supervision (挂牌督办).
    """

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    after_s: Span
    to: Annotated[str, Field(max_length=40), AfterValidator(_rung)]
    supervise: bool


class Ladder(BaseModel):
    """Lowest rung first."""

    items: Annotated[list[Rung], Field(max_length=20)]

    @classmethod
    def of(cls, rows: Sequence[EscalationStepRow]) -> Self:
        """From rows."""
        return cls(items=[Rung.model_validate(row) for row in rows])


def _summary(row: TicketRow, names: Names, now: float, kept_back: Set[str]) -> dict[str, object]:
    return {
        "id": row.id,
        "title": row.title,
        "kind": row.kind,
        "state": row.state,
        "tier": row.tier,
        "hazard_id": "" if row.hazard_id in kept_back else row.hazard_id,
        "camera_id": row.camera_id,
        "camera_name": names.cameras.get(row.camera_id, row.camera_id),
        "zone_id": row.zone_id,
        "unit_id": row.unit_id,
        "unit_name": names.units.get(row.unit_id, ""),
        "risk_unit_id": row.risk_unit_id,
        "risk_unit_name": names.risk_units.get(row.risk_unit_id or "", ""),
        "assignee_id": row.assignee_id,
        "assignee_name": names.people.get(row.assignee_id or "", ""),
        "opened_at": row.opened_at,
        "due_at": row.due_at,
        "closed_at": row.closed_at,
        "overdue": is_overdue(State(row.state), row.due_at, now),
        "supervised": row.supervised,
        "escalation_level": row.escalation_level,
        "count": row.count,
        "version": row.version,
    }
