"""Changes to plans, risk units and camera views. The caller's transaction commits them."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import Incomplete, NotFound, ZoneError
from core.floor import homography
from core.zone import check_polygon
from hazards.ids import new_id
from hazards.risk.colours import take_grade
from hazards.risk.grading import Method, grade_for, grades, score
from hazards.risk.tables import (
    CameraViewRow,
    CheckItemRow,
    CheckRow,
    FloorPlanRow,
    InChargeRow,
    RiskUnitRow,
)  # fmt: skip
from hazards.site.people_tables import PersonRow
from hazards.site.tables import CameraRow
from hazards.site.tree import UnitKind, unit

CONTROLS = ("engineering", "management", "training", "protective", "emergency")
FREQUENCIES = ("shift", "day", "week", "month", "quarter")
KINDS = ("area", "equipment", "activity")


@dataclass(frozen=True, slots=True)
class RiskDraft:
    """A risk unit as somebody describes it; fields as in RiskUnitRow."""

    unit_id: str
    name: str
    kind: str
    plan_id: str | None
    polygon: Sequence[Sequence[float]]
    owner_id: str | None
    method: Method
    factors: Mapping[str, float]
    controls: Mapping[str, Sequence[str]]


def create_plan(
    session: Session, *, unit_id: str, name: str, path: str, sha256: str, width: int, height: int,
    now: float,
) -> FloorPlanRow:  # fmt: skip
    """path: a picture that was checked and stored. Raises NotFound (unit)."""
    unit(session, unit_id)
    row = FloorPlanRow(
        id=new_id(), unit_id=unit_id, name=name, path=path, sha256=sha256, width=width,
        height=height, made_at=now,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def set_scale(session: Session, plan_id: str, *, metres_per_px: float) -> FloorPlanRow:
    """Raises NotFound, Incomplete (not above zero)."""
    row = plan(session, plan_id)
    if not 0 < metres_per_px < 1000:
        raise Incomplete("the scale has to be above 0 metres a pixel: measure a known length")
    row.metres_per_px = metres_per_px
    return row


def create_risk_unit(session: Session, draft: RiskDraft, *, now: float) -> RiskUnitRow:
    """Its grade counts from now on, and has to be approved. Raises NotFound, Incomplete."""
    row = RiskUnitRow(
        id=new_id(), form_code=secrets.token_urlsafe(12), active=True, effective_since=now
    )
    _write(session, row, draft)
    row.effective = row.inherent
    session.add(row)
    session.flush()
    return row


def edit_risk_unit(session: Session, id: str, draft: RiskDraft, *, now: float) -> RiskUnitRow:
    """A grade that changes has to be approved again. Raises NotFound, Incomplete."""
    row = locked(session, id)
    before = row.inherent
    _write(session, row, draft)
    if row.inherent != before:
        row.approved_by = row.approved_at = None
        take_grade(session, row, row.inherent, now=now)
    session.flush()
    return row


def approve(session: Session, id: str, *, by: str, now: float) -> RiskUnitRow:
    """The inherent grade is agreed. Raises NotFound."""
    row = locked(session, id)
    row.approved_by, row.approved_at = by, now
    session.flush()
    return row


def retire(session: Session, id: str) -> None:
    """Off the map; its hazards and history stay. Raises NotFound."""
    locked(session, id).active = False
    session.flush()


def make_grid(
    session: Session,
    draft: RiskDraft,
    *,
    rows: int = 6,
    columns: int = 6,
    owners: Mapping[int, str] | None = None,
    now: float,
) -> list[RiskUnitRow]:
    """Risk units side by side over a whole plan, 36 by default; named A1 … F6 after the draft.

    owners: person's id by number of the cell, row by row from 0; others have the draft's owner.
    Raises NotFound, Incomplete.
    """
    if draft.plan_id is None or not (1 <= rows <= 26 and 1 <= columns <= 99):
        raise Incomplete("a grid needs a plan, 1 to 26 rows and 1 to 99 columns")
    made = []
    for number in range(rows * columns):
        row, column = divmod(number, columns)
        left, right = column / columns, (column + 1) / columns
        top, bottom = row / rows, (row + 1) / rows
        cell = RiskDraft(
            unit_id=draft.unit_id,
            name=f"{draft.name} {chr(ord('A') + row)}{column + 1}",
            kind=draft.kind,
            plan_id=draft.plan_id,
            polygon=[[left, top], [right, top], [right, bottom], [left, bottom]],
            owner_id=(owners or {}).get(number, draft.owner_id),
            method=draft.method,
            factors=draft.factors,
            controls=draft.controls,
        )
        made.append(create_risk_unit(session, cell, now=now))
    return made


def set_in_charge(session: Session, risk_unit_id: str, people: Mapping[UnitKind, str]) -> None:
    """Who answers at which level; replaces all. Raises NotFound."""
    locked(session, risk_unit_id)
    of_unit = select(InChargeRow).where(InChargeRow.risk_unit_id == risk_unit_id)
    before = {row.level: row for row in session.scalars(of_unit)}
    for level, person_id in people.items():
        _check_person(session, person_id)
        row = before.pop(level, None) or InChargeRow(risk_unit_id=risk_unit_id, level=level.value)
        row.person_id = person_id
        session.add(row)
    for row in before.values():
        session.delete(row)
    session.flush()


def set_check_list(
    session: Session, risk_unit_id: str, items: Sequence[tuple[str | None, str, str]]
) -> list[CheckItemRow]:
    """items: (id of a line that stays, or None; text; frequency), in order; other lines go, with
    their checks, which the audit trail keeps.

    Raises NotFound, Incomplete.
    """
    locked(session, risk_unit_id)
    kept = {line_id for line_id, _, _ in items if line_id is not None}
    gone = select(CheckItemRow.id).where(
        CheckItemRow.risk_unit_id == risk_unit_id, CheckItemRow.id.not_in(kept)
    )
    for done in session.scalars(select(CheckRow).where(CheckRow.item_id.in_(gone))):
        session.delete(done)
    session.flush()
    for line in session.scalars(select(CheckItemRow).where(CheckItemRow.id.in_(gone))):
        session.delete(line)
    rows = []
    for position, (line_id, words, frequency) in enumerate(items):
        if frequency not in FREQUENCIES or not words.strip():
            raise Incomplete(f"a line needs a text and one of {', '.join(FREQUENCIES)}")
        row = session.get(CheckItemRow, line_id) if line_id else CheckItemRow(id=new_id())
        if row is None or (line_id and row.risk_unit_id != risk_unit_id):
            raise NotFound(f"there is no line '{line_id}' in this check list")
        row.risk_unit_id, row.text = risk_unit_id, words.strip()
        row.frequency, row.position = frequency, position
        session.add(row)
        rows.append(row)
    session.flush()
    return rows


def set_camera_view(
    session: Session,
    camera_id: str,
    *,
    plan_id: str,
    picture_points: Sequence[Sequence[float]],
    plan_points: Sequence[Sequence[float]],
) -> CameraViewRow:
    """Four points of the floor in the picture, and the same on the plan, all in 0..1.

    Raises NotFound (plan, camera), Incomplete (see core.floor.homography).
    """
    floor_plan = plan(session, plan_id)
    camera = session.get(CameraRow, camera_id)
    if camera is None:
        raise NotFound(f"there is no camera '{camera_id}'")
    matrix = homography(picture_points, plan_points)
    row = camera.view or CameraViewRow(camera_id=camera_id)
    row.plan = floor_plan
    row.picture_points = [[float(x), float(y)] for x, y in picture_points]
    row.plan_points = [[float(x), float(y)] for x, y in plan_points]
    row.homography = [float(value) for value in matrix.ravel()]
    camera.view = row
    session.flush()
    return row


def remove_camera_view(session: Session, camera_id: str) -> None:
    """The camera is on no plan any more. Raises NotFound."""
    camera = session.get(CameraRow, camera_id)
    if camera is None or camera.view is None:
        raise NotFound(f"camera '{camera_id}' is on no plan")
    camera.view = None
    session.flush()


def plan(session: Session, id: str, *, lock: bool = False) -> FloorPlanRow:
    """One plan. lock: for an edit. Raises NotFound."""
    row = session.get(FloorPlanRow, id, with_for_update=lock or None, populate_existing=lock)
    if row is None:
        raise NotFound(f"there is no plan '{id}'")
    return row


def locked(session: Session, id: str) -> RiskUnitRow:
    """One risk unit, for this transaction alone. Raises NotFound."""
    row = session.get(RiskUnitRow, id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound(f"there is no risk unit '{id}'")
    return row


def _write(session: Session, row: RiskUnitRow, draft: RiskDraft) -> None:
    unit(session, draft.unit_id)
    if draft.plan_id is not None:
        plan(session, draft.plan_id)
    if draft.owner_id is not None:
        _check_person(session, draft.owner_id)
    if draft.kind not in KINDS:
        raise Incomplete(f"'{draft.kind}' is no kind of risk unit: use {', '.join(KINDS)}")
    if set(draft.controls) - set(CONTROLS):
        raise Incomplete(f"controls are: {', '.join(CONTROLS)}")
    points = score(draft.method, draft.factors)
    row.unit_id, row.name, row.kind = draft.unit_id, draft.name, draft.kind
    row.plan_id, row.owner_id = draft.plan_id, draft.owner_id
    row.polygon = _checked_polygon(draft)
    row.method, row.factors, row.score = draft.method.value, dict(draft.factors), points
    row.inherent = grade_for(grades(session), draft.method, points)
    row.controls = {kind: list(lines) for kind, lines in draft.controls.items()}


def _checked_polygon(draft: RiskDraft) -> list[list[float]]:
    if not draft.polygon:
        return []
    try:
        polygon = check_polygon(draft.polygon)
    except ZoneError as error:
        raise Incomplete(f"the area cannot be used: {error}") from error
    return [[float(x), float(y)] for x, y in polygon]


def _check_person(session: Session, id: str) -> None:
    if session.get(PersonRow, id) is None:
        raise NotFound(f"there is no person '{id}'")
