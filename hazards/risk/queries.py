"""Reads of plans and risk units."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import NotFound
from hazards.risk.tables import CameraViewRow, CheckItemRow, FloorPlanRow, InChargeRow, RiskUnitRow
from hazards.site.tree import units_within


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


def camera_views(session: Session, plan_id: str) -> list[CameraViewRow]:
    """The cameras that were laid onto a plan."""
    statement = select(CameraViewRow).where(CameraViewRow.plan_id == plan_id)
    return list(session.scalars(statement.order_by(CameraViewRow.camera_id)))
