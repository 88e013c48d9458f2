"""Risk units: what is dangerous where, who answers for it, and why it has its colour."""

from typing import Annotated
from zoneinfo import ZoneInfo

from anyio import from_thread
from fastapi import APIRouter, Query, Response
from sqlalchemy.orm import Session

from api.caller import Caller, needs
from api.context import Context, Here
from api.etags import Expected, Seen, tagged
from api.once import Once
from api.schemas.duties import (
    Check,
    CheckWrite,
    DueCheck,
    DueChecks,
    DueReview,
    DueReviews,
    ReviewWrite,
    RiskReview,
)
from api.schemas.live import ColourEvent
from api.schemas.risk import (
    CheckLine,
    CheckListWrite,
    GridWrite,
    InChargeWrite,
    OpenTicket,
    RiskUnit,
    RiskUnitWrite,
    WatchingCamera,
)
from api.schemas.risk_map import ColourChange, ColourHistory, MapUnit, MapUnits, PersonName
from api.schemas.shapes import RecordId, RecordKey, fingerprint
from hazards.access.roles import Capability
from hazards.risk import actions, duties, queries
from hazards.risk.colours import colour_history, colours
from hazards.risk.tables import RiskUnitRow
from hazards.site.names import names_of

router = APIRouter(tags=["risk"])
Watcher = Annotated[Caller, needs(Capability.WATCH)]
Editor = Annotated[Caller, needs(Capability.EDIT_RISK)]
Approver = Annotated[Caller, needs(Capability.ACCEPT)]
Inspector = Annotated[Caller, needs(Capability.INSPECT)]
TICKETS = 20


@router.get("/api/v1/risk-units", summary="Risk units")
def list_risk_units(caller: Watcher, *, plan_id: RecordKey | None = None) -> MapUnits:
    """Those of the caller's parts of the organisation, in their colours of now, by name."""
    with caller.database.read() as session:
        found = colours(session, now=caller.now, plan_id=plan_id, paths=caller.paths)
        people = names_of(session, people=[one.unit.owner_id for one in found]).people
    items = [MapUnit.of(one, people) for one in found]
    return MapUnits(items=sorted(items, key=lambda unit: (unit.name, unit.id)))


@router.post("/api/v1/risk-units", status_code=201, summary="Add a risk unit")
def create_risk_unit(
    body: RiskUnitWrite, caller: Editor, once: Once, response: Response
) -> RiskUnit:
    """Its grade counts at once and waits for approval. 422 incomplete names what is wrong."""

    def make(session: Session) -> RiskUnit:
        caller.require(session, body.unit_id)
        row = actions.create_risk_unit(session, body.draft(), now=caller.now)
        return _shown(session, row.id, caller)

    made = once.answer(caller, body, RiskUnit, make)
    return tagged(response, made, made.version)


@router.post("/api/v1/risk-units/grid", status_code=201, summary="Lay a grid of risk units")
def create_grid(body: GridWrite, caller: Editor, once: Once) -> MapUnits:
    """6 by 6 cells over a whole plan, as is usual, named after the draft: A1 … F6."""

    def make(session: Session) -> MapUnits:
        caller.require(session, body.cell.unit_id)
        rows = actions.make_grid(
            session, body.cell.draft(), rows=body.rows, columns=body.columns,
            owners=body.owners, now=caller.now,
        )  # fmt: skip
        found = colours(session, now=caller.now, ids=[row.id for row in rows])
        people = names_of(session, people=[row.owner_id for row in rows]).people
        items = [MapUnit.of(one, people) for one in found]
        return MapUnits(items=sorted(items, key=lambda unit: (unit.name, unit.id)))

    return once.answer(caller, body, MapUnits, make)


@router.get("/api/v1/risk-units/{id}", summary="One risk unit")
def read_risk_unit(id: RecordId, caller: Watcher, response: Response) -> RiskUnit:
    """With controls, check list, who is in charge, cameras and open tickets."""
    with caller.database.read() as session:
        caller.require(session, queries.risk_unit(session, id).unit_id)
        unit = _shown(session, id, caller)
    return tagged(response, unit, unit.version)


@router.put("/api/v1/risk-units/{id}", summary="Replace a risk unit")
def replace_risk_unit(
    id: RecordId,
    body: RiskUnitWrite,
    caller: Editor,
    context: Here,
    expected: Expected,
    response: Response,
) -> RiskUnit:
    """A grade that changes has to be approved again."""
    with caller.begin() as session:
        _take(session, caller, id, expected)
        caller.require(session, body.unit_id)
        row = actions.edit_risk_unit(session, id, body.draft(), now=caller.now)
        unit = _shown(session, id, caller)
    _tell(context, row)
    return tagged(response, unit, unit.version)


@router.delete("/api/v1/risk-units/{id}", status_code=204, summary="Take a risk unit off the map")
def retire_risk_unit(id: RecordId, caller: Editor) -> None:
    """Its hazards and history stay."""
    with caller.begin() as session:
        caller.require(session, queries.risk_unit(session, id).unit_id)
        actions.retire(session, id)


@router.post("/api/v1/risk-units/{id}/approval", summary="Approve the inherent grade")
def approve_risk_unit(
    id: RecordId, caller: Approver, expected: Expected, response: Response
) -> RiskUnit:
    """As it was seen. The effective colour is never below an approved grade."""
    with caller.begin() as session:
        _take(session, caller, id, expected)
        actions.approve(session, id, by=caller.actor, now=caller.now)
        unit = _shown(session, id, caller)
    return tagged(response, unit, unit.version)


@router.put("/api/v1/risk-units/{id}/in-charge", summary="Who answers for a risk unit")
def replace_in_charge(
    id: RecordId, body: InChargeWrite, caller: Editor, expected: Expected, response: Response
) -> RiskUnit:
    """One person per level of the organisation; replaces all."""
    with caller.begin() as session:
        _take(session, caller, id, expected)
        actions.set_in_charge(session, id, body.people)
        unit = _shown(session, id, caller)
    return tagged(response, unit, unit.version)


@router.put("/api/v1/risk-units/{id}/check-list", summary="The check list of a risk unit")
def replace_check_list(
    id: RecordId, body: CheckListWrite, caller: Editor, expected: Expected, response: Response
) -> RiskUnit:
    """Lines that keep their id keep what was checked."""
    with caller.begin() as session:
        _take(session, caller, id, expected)
        lines = [(line.id, line.text, line.frequency) for line in body.lines]
        actions.set_check_list(session, id, lines)
        unit = _shown(session, id, caller)
    return tagged(response, unit, unit.version)


@router.get("/api/v1/risk-units/{id}/history", summary="How the colour of a risk unit changed")
def read_history(
    id: RecordId, caller: Watcher, limit: Annotated[int, Query(ge=1, le=200)] = 50
) -> ColourHistory:
    """Newest first, each change with its reasons."""
    with caller.database.read() as session:
        caller.require(session, queries.risk_unit(session, id).unit_id)
        rows = colour_history(session, id, limit=limit)
    return ColourHistory(items=[ColourChange.of(row) for row in rows])


@router.get("/api/v1/risk-reviews/due", summary="Quarterly reviews that are due")
def list_due_reviews(caller: Watcher, context: Here) -> DueReviews:
    """Risk units that nobody has looked back at in this quarter (风险回头看), red first."""
    zone = ZoneInfo(context.settings.time_zone)
    with caller.database.read() as session:
        due = duties.due_reviews(session, caller.paths, now=caller.now, zone=zone)
    return DueReviews(
        items=[
            DueReview(
                risk_unit_id=one.risk_unit.id,
                name=one.risk_unit.name,
                inherent=one.risk_unit.inherent,
                quarter=one.quarter,
                due_at=one.due_at,
            )
            for one in due
        ]
    )


@router.post("/api/v1/risk-units/{id}/reviews", summary="Look back at a risk unit")
def review_risk_unit(
    id: RecordId, body: ReviewWrite, caller: Approver, context: Here
) -> RiskReview:
    """The grade still holds, or becomes another one, which is approved with this."""
    with caller.begin() as session:
        unit = queries.risk_unit(session, id)
        caller.require(session, unit.unit_id)
        row = duties.record_review(
            session, id, grade=body.grade, note=body.note, by=caller.actor, now=caller.now,
            zone=ZoneInfo(context.settings.time_zone),
        )  # fmt: skip
        review = RiskReview.of(row)
    _tell(context, unit)
    return review


@router.get("/api/v1/checks/due", summary="Check-list lines that are due")
def list_due_checks(caller: Inspector, context: Here) -> DueChecks:
    """By risk unit, for the current shift, day, week, month and quarter."""
    zone = ZoneInfo(context.settings.time_zone)
    with caller.database.read() as session:
        due = duties.due_checks(session, caller.paths, now=caller.now, zone=zone)
    return DueChecks(
        items=[
            DueCheck(
                item_id=one.item.id,
                text=one.item.text,
                frequency=one.item.frequency,
                period=one.period,
                risk_unit_id=one.risk_unit.id,
                risk_unit_name=one.risk_unit.name,
            )
            for one in due
        ]
    )


@router.post("/api/v1/check-items/{id}/checks", summary="Check a line")
def check_line(id: RecordId, body: CheckWrite, caller: Inspector, context: Here) -> Check:
    """Once a period is enough: a second one changes nothing."""
    with caller.begin() as session:
        caller.require(session, queries.risk_unit_of_line(session, id).unit_id)
        row = duties.record_check(
            session, id, in_order=body.in_order, note=body.note, by=caller.actor,
            now=caller.now, zone=ZoneInfo(context.settings.time_zone),
        )  # fmt: skip
        return Check.model_validate(row, from_attributes=True)


def _tell(context: Context, row: RiskUnitRow) -> None:
    """Once it is committed, the pages with the map learn of its colour."""
    from_thread.run_sync(context.engine.hub.publish_colour, ColourEvent.of(row), row.unit_id)


def _take(session: Session, caller: Caller, id: str, expected: Seen) -> None:
    """A risk unit for an edit. Raises NotFound, Forbidden, Stale."""
    caller.require(session, actions.locked(session, id).unit_id)
    expected.check(_shown(session, id, caller).version)


def _shown(session: Session, id: str, caller: Caller) -> RiskUnit:
    (found,) = colours(session, now=caller.now, ids=[id], active=None)
    row = found.unit
    in_charge, check_list = queries.in_charge(session, id), queries.check_list(session, id)
    people = names_of(session, people=[row.owner_id, *in_charge.values()]).people
    return RiskUnit.model_validate(
        {
            **MapUnit.fields(found, people),
            "method": row.method,
            "factors": row.factors,
            "score": row.score,
            "controls": row.controls,
            "in_charge": {
                level: PersonName(id=person, name=people.get(person, ""))
                for level, person in in_charge.items()
            },
            "check_list": [
                CheckLine(id=item.id, text=item.text, frequency=item.frequency)
                for item in check_list
            ],
            "cameras": [
                WatchingCamera(id=camera, name=name)
                for camera, name in queries.watchers(session, id)
            ],
            "tickets": [OpenTicket.of(t) for t in queries.open_tickets(session, id, limit=TICKETS)],
            "approved_at": row.approved_at,
            "form_code": row.form_code,
            "version": fingerprint(
                [row.unit_id, row.name, row.kind, row.plan_id, row.polygon, row.owner_id],
                [row.method, row.factors, row.inherent, row.controls, row.active],
                in_charge,
                [[item.id, item.text, item.frequency] for item in check_list],
            ),
        }
    )
