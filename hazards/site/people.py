"""People and contractors, and what cameras and zones watch."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.errors import Conflict, NotFound
from hazards.access.leaving import switch_off_people
from hazards.ids import new_id
from hazards.risk.tables import RiskUnitRow
from hazards.site.people_tables import ContractorRow, PersonRow
from hazards.site.tables import CameraRow, ZoneRow
from hazards.site.tree import unit, units_within


def create_person(
    session: Session, *, number: str, name: str, unit_id: str, post: str,
    contractor_id: str | None = None,
) -> PersonRow:  # fmt: skip
    """Raises NotFound (unit, contractor), Conflict (staff number taken)."""
    row = PersonRow(id=new_id(), active=True)
    _write_person(session, row, number, name, unit_id, post, contractor_id)
    session.add(row)
    _flush(session, f"somebody has the staff number '{number}' already")
    return row


def edit_person(
    session: Session, id: str, *, number: str, name: str, unit_id: str, post: str,
    contractor_id: str | None, active: bool,
) -> PersonRow:  # fmt: skip
    """Who has left is not active any more and cannot sign in, but keeps the account of points.

    Who comes back has the user switched on by hand. Raises as create_person does, and Conflict
    where nobody would administer the site any more.
    """
    row = person(session, id, lock=True)
    leaves = row.active and not active
    _write_person(session, row, number, name, unit_id, post, contractor_id)
    row.active = active
    _flush(session, f"somebody has the staff number '{number}' already")
    if leaves:
        switch_off_people(session, [id])
    return row


def create_contractor(session: Session, *, name: str, unit_id: str, contact: str) -> ContractorRow:
    """Raises NotFound (unit), Conflict (name taken)."""
    unit(session, unit_id)
    row = ContractorRow(id=new_id(), name=name, unit_id=unit_id, contact=contact, active=True)
    session.add(row)
    _flush(session, f"there is a contractor '{name}' already")
    return row


def edit_contractor(
    session: Session, id: str, *, name: str, unit_id: str, contact: str, active: bool
) -> ContractorRow:
    """Raises NotFound (contractor, unit), Conflict (name taken)."""
    row = contractor(session, id, lock=True)
    unit(session, unit_id)
    row.name, row.unit_id, row.contact, row.active = name, unit_id, contact, active
    _flush(session, f"there is a contractor '{name}' already")
    return row


def contractor(session: Session, id: str, *, lock: bool = False) -> ContractorRow:
    """One contractor. lock: for an edit. Raises NotFound."""
    row = session.get(ContractorRow, id, with_for_update=lock or None, populate_existing=lock)
    if row is None:
        raise NotFound(f"there is no contractor '{id}'")
    return row


def person(session: Session, id: str, *, lock: bool = False) -> PersonRow:
    """One person. lock: for an edit. Raises NotFound."""
    row = session.get(PersonRow, id, with_for_update=lock or None, populate_existing=lock)
    if row is None:
        raise NotFound(f"there is no person '{id}'")
    return row


def person_with_number(session: Session, number: str) -> PersonRow | None:
    """By staff number."""
    return session.scalar(select(PersonRow).where(PersonRow.number == number))


def people(
    session: Session,
    *,
    paths: Sequence[str],
    search: str = "",
    active: bool | None = True,
    after: str | None = None,
    limit: int,
) -> list[PersonRow]:
    """Up to `limit` people of some sub-trees, by staff number. after: a staff number, to go on.

    search: part of name or number.
    """
    statement = select(PersonRow).where(PersonRow.unit_id.in_(units_within(paths)))
    if active is not None:
        statement = statement.where(PersonRow.active.is_(active))
    if search:
        statement = statement.where(
            PersonRow.name.icontains(search, autoescape=True)
            | PersonRow.number.icontains(search, autoescape=True)
        )
    if after is not None:
        statement = statement.where(PersonRow.number > after)
    return list(session.scalars(statement.order_by(PersonRow.number).limit(limit)))


def contractors(session: Session, *, paths: Sequence[str]) -> list[ContractorRow]:
    """By name, in some sub-trees."""
    statement = select(ContractorRow).where(ContractorRow.unit_id.in_(units_within(paths)))
    return list(session.scalars(statement.order_by(ContractorRow.name)))


def watch_risk_unit(
    session: Session, camera_id: str, zone_id: str | None, risk_unit_id: str | None
) -> None:
    """What a zone watches, or without a zone the whole camera; None: nothing any more.

    Later hazards belong to it. Raises NotFound for any of them.
    """
    row: CameraRow | ZoneRow | None = (
        session.get(CameraRow, camera_id)
        if zone_id is None
        else session.get(ZoneRow, (camera_id, zone_id))
    )
    if row is None:
        raise NotFound(f"there is no camera or zone '{camera_id}/{zone_id or ''}'")
    if risk_unit_id is not None and session.get(RiskUnitRow, risk_unit_id) is None:
        raise NotFound(f"there is no risk unit '{risk_unit_id}'")
    row.risk_unit_id = risk_unit_id
    session.flush()


def _write_person(
    session: Session, row: PersonRow, number: str, name: str, unit_id: str, post: str,
    contractor_id: str | None,
) -> None:  # fmt: skip
    unit(session, unit_id)
    if contractor_id is not None and session.get(ContractorRow, contractor_id) is None:
        raise NotFound(f"there is no contractor '{contractor_id}'")
    row.number, row.name, row.post = number.strip(), name.strip(), post.strip()
    row.unit_id, row.contractor_id = unit_id, contractor_id


def _flush(session: Session, problem: str) -> None:
    try:
        session.flush()
    except IntegrityError as error:
        raise Conflict(f"{problem}: choose another one") from error
