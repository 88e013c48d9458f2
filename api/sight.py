"""Who may look at a hazard and its evidence, and how much of it a second reviewer sees."""

from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, false, select
from sqlalchemy.orm import Session

from api.caller import Caller
from api.current import hazards_shown
from api.schemas.cases import Hazard
from core.errors import Forbidden
from hazards.access.roles import Capability
from hazards.access.tables import UserRow
from hazards.cases.kinds import SubjectKind
from hazards.cases.queries import hazard
from hazards.cases.review import waits_for
from hazards.cases.tables import HazardRow
from hazards.evidence.tables import PhotoRow
from hazards.site.people_tables import PersonRow
from hazards.tickets.queries import ticket
from hazards.tickets.tables import TicketRow


def require_sight(session: Session, caller: Caller, hazard: HazardRow) -> None:
    """Whoever watches its part of the site, and whom it is about, who reported it, or who has its
    ticket: nobody loses points over something that they may not see. Raises
    Forbidden."""
    if not (_concerned(session, caller, hazard) and caller.reach(session, Capability.REPORT)):
        caller.able(session, Capability.WATCH).require(session, hazard.unit_id)


def require_ticket_sight(session: Session, caller: Caller, row: TicketRow) -> None:
    """Whoever watches its part of the site, and the person to whom it is assigned. Raises
    Forbidden."""
    own = own_person(caller)
    if own is not None and row.assignee_id == own:
        return
    if not caller.can(session, Capability.WATCH, row.unit_id):
        raise Forbidden("this ticket belongs to another part of the site: ask whoever sees it")


def require_photo_sight(session: Session, caller: Caller, row: PhotoRow) -> None:
    """Whoever sent it, and whoever may see what it shows. Raises Forbidden."""
    if row.sent_by == caller.actor:
        return
    if row.hazard_id is not None:
        require_sight(session, caller, hazard(session, row.hazard_id))
    elif row.ticket_id is not None:
        require_ticket_sight(session, caller, ticket(session, row.ticket_id))
    else:
        raise Forbidden("this photo is somebody else's")


def own_person(caller: Caller) -> str | None:
    """The caller's own person; None for machines and for accounts of nobody."""
    return caller.row.person_id if isinstance(caller.row, UserRow) else None


def speaks_for(session: Session, caller: Caller, contractor_id: str) -> bool:
    """Whether the caller is of that firm and reads points somewhere, as its leaders do."""
    own = own_person(caller)
    row = session.get(PersonRow, own) if own is not None else None
    of_it = row is not None and row.contractor_id == contractor_id
    return of_it and bool(caller.reach(session, Capability.READ_POINTS))


def unseen(session: Session, caller: Caller) -> ColumnElement[bool]:
    """Of hazards: the caller may still judge them a second time, without knowing the first
    verdict."""
    if not isinstance(caller.row, UserRow):
        return false()
    return waits_for(caller.row, caller.reach(session, Capability.REVIEW))


def unseen_ids(session: Session, caller: Caller, ids: Collection[str]) -> set[str]:
    """Those of some hazards whose first verdict is kept from the caller."""
    statement = select(HazardRow.id).where(HazardRow.id.in_(ids), unseen(session, caller))
    return set(session.scalars(statement)) if ids else set()


def hazards_for(session: Session, caller: Caller, rows: Sequence[HazardRow]) -> list[Hazard]:
    """Hazards as the caller may see them; as many queries for any number."""
    kept_back = unseen_ids(session, caller, [row.id for row in rows])
    shown = hazards_shown(session, rows)
    return [one.blind() if one.id in kept_back else one for one in shown]


def hazard_for(session: Session, caller: Caller, id: str) -> Hazard:
    """One hazard as the caller may see it. Raises NotFound."""
    return hazards_for(session, caller, [hazard(session, id)])[0]


def _concerned(session: Session, caller: Caller, hazard: HazardRow) -> bool:
    person = own_person(caller)
    if person is None:
        return False
    about = hazard.subject_kind == SubjectKind.PERSON and hazard.subject_id == person
    if about or hazard.reported_by == person:
        return True
    if hazard.subject_kind == SubjectKind.CONTRACTOR and hazard.subject_id:
        return speaks_for(session, caller, hazard.subject_id)
    return hazard.ticket_id is not None and ticket(session, hazard.ticket_id).assignee_id == person
