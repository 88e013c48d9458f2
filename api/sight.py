"""Who may look at a hazard and its evidence."""

from sqlalchemy.orm import Session

from api.caller import Caller
from hazards.access.roles import Capability
from hazards.access.tables import UserRow
from hazards.cases.kinds import SubjectKind
from hazards.cases.tables import HazardRow


def require_sight(session: Session, caller: Caller, hazard: HazardRow) -> None:
    """Whoever watches its part of the site, and the person whom it is about or who reported it:
    nobody loses points over something that they may not see. Raises Forbidden."""
    if not _concerned(caller, hazard) or not caller.reach(session, Capability.REPORT):
        caller.able(session, Capability.WATCH).require(session, hazard.unit_id)


def _concerned(caller: Caller, hazard: HazardRow) -> bool:
    if not isinstance(caller.row, UserRow) or caller.row.person_id is None:
        return False
    person = caller.row.person_id
    about = hazard.subject_kind == SubjectKind.PERSON and hazard.subject_id == person
    return about or hazard.reported_by == person
