"""Reads of plans and risk units."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, lazyload

from core.errors import NotFound
from hazards.risk.tables import (
    BlindCameraRow,
    CameraViewRow,
    CheckItemRow,
    FloorPlanRow,
    InChargeRow,
    RiskUnitRow,
)
from hazards.site.tables import CameraRow, ZoneRow
from hazards.site.tree import units_within
from hazards.tickets.tables import TicketRow
from hazards.tickets.transitions import OPEN_STATES


@dataclass(frozen=True, slots=True)
class PlacedCamera:
    """A camera that was laid onto a plan. blind_since: UTC seconds, None while it sees."""

    camera: CameraRow
    view: CameraViewRow
    blind_since: float | None


def plans(session: Session, paths: Sequence[str]) -> list[FloorPlanRow]:
    """The plans of some sub-trees, by name."""
    statement = select(FloorPlanRow).where(FloorPlanRow.unit_id.in_(units_within(paths)))
    return list(session.scalars(statement.order_by(FloorPlanRow.name, FloorPlanRow.id)))


def risk_unit(session: Session, id: str) -> RiskUnitRow:
    """One risk unit. Raises NotFound."""
    row = session.get(RiskUnitRow, id)
    if row is None:
        raise NotFound(f"there is no risk unit '{id}'")
    return row


def risk_units_of(session: Session, ids: Collection[str]) -> list[RiskUnitRow]:
    """Those of some ids that there are, by id."""
    statement = select(RiskUnitRow).where(RiskUnitRow.id.in_(ids))
    return list(session.scalars(statement.order_by(RiskUnitRow.id)))


def risk_unit_of_line(session: Session, item_id: str) -> RiskUnitRow:
    """The risk unit of a line of a check list. Raises NotFound."""
    statement = select(RiskUnitRow).join(CheckItemRow, CheckItemRow.risk_unit_id == RiskUnitRow.id)
    row = session.scalar(statement.where(CheckItemRow.id == item_id))
    if row is None:
        raise NotFound(f"there is no line '{item_id}' in a check list")
    return row


def risk_unit_of_form(session: Session, form_code: str) -> RiskUnitRow:
    """The risk unit whose QR code somebody has read. Raises NotFound."""
    row = session.scalar(
        select(RiskUnitRow).where(RiskUnitRow.form_code == form_code, RiskUnitRow.active)
    )
    if row is None:
        raise NotFound("this code is not in use any more: ask who hung it up")
    return row


def risk_units(
    session: Session,
    *,
    paths: Sequence[str],
    plan_id: str | None = None,
    owner_id: str | None = None,
) -> list[RiskUnitRow]:
    """The active risk units of some sub-trees, by name. None means: whichever."""
    statement = select(RiskUnitRow).where(
        RiskUnitRow.active, RiskUnitRow.unit_id.in_(units_within(paths))
    )
    if plan_id is not None:
        statement = statement.where(RiskUnitRow.plan_id == plan_id)
    if owner_id is not None:
        statement = statement.where(RiskUnitRow.owner_id == owner_id)
    return list(session.scalars(statement.order_by(RiskUnitRow.name, RiskUnitRow.id)))


def in_charge(session: Session, risk_unit_id: str) -> dict[str, str]:
    """The person's id by level."""
    rows = session.scalars(select(InChargeRow).where(InChargeRow.risk_unit_id == risk_unit_id))
    return {row.level: row.person_id for row in rows}


def check_list(session: Session, risk_unit_id: str) -> list[CheckItemRow]:
    """The lines in order."""
    statement = select(CheckItemRow).where(CheckItemRow.risk_unit_id == risk_unit_id)
    return list(session.scalars(statement.order_by(CheckItemRow.position)))


def seen_from(session: Session, plan_id: str) -> list[PlacedCamera]:
    """The cameras on a plan, by name."""
    statement = (
        select(CameraRow, CameraViewRow, BlindCameraRow.since)
        .join(CameraViewRow, CameraViewRow.camera_id == CameraRow.id)
        .outerjoin(BlindCameraRow, BlindCameraRow.camera_id == CameraRow.id)
        .where(CameraViewRow.plan_id == plan_id)
        .order_by(CameraRow.name, CameraRow.id)
        .options(lazyload(CameraRow.zones), lazyload(CameraRow.view))
    )
    return [PlacedCamera(*row) for row in session.execute(statement)]


def open_tickets(session: Session, risk_unit_id: str, *, limit: int) -> list[TicketRow]:
    """The open tickets of a risk unit, newest first."""
    statement = (
        select(TicketRow)
        .where(TicketRow.risk_unit_id == risk_unit_id, TicketRow.state.in_(OPEN_STATES))
        .order_by(TicketRow.opened_at.desc(), TicketRow.id.desc())
    )
    return list(session.scalars(statement.limit(limit)))


def watchers(session: Session, risk_unit_id: str) -> list[tuple[str, str]]:
    """Id and name of the cameras that watch a risk unit, as a whole or with a zone."""
    zones = select(ZoneRow.camera_id).where(ZoneRow.risk_unit_id == risk_unit_id)
    statement = select(CameraRow.id, CameraRow.name).where(
        or_(CameraRow.risk_unit_id == risk_unit_id, CameraRow.id.in_(zones))
    )
    return [(row.id, row.name) for row in session.execute(statement.order_by(CameraRow.name))]


def camera_views(session: Session, plan_id: str) -> list[CameraViewRow]:
    """The cameras that were laid onto a plan."""
    statement = select(CameraViewRow).where(CameraViewRow.plan_id == plan_id)
    return list(session.scalars(statement.order_by(CameraViewRow.camera_id)))
