"""The audit trail: who changed what, and whether the trail is whole."""

from typing import Annotated

from fastapi import APIRouter, Query

from api.caller import Caller, needs
from api.context import Here
from api.schemas.audit import Change, Changes, Verification
from api.schemas.page import After, Limit, place_of
from api.schemas.shapes import MaybeLine
from hazards.access.roles import Capability
from hazards.audit.queries import audit_page, verify_audit
from hazards.site.people_tables import ROOT

router = APIRouter(tags=["audit"])
Reading = Annotated[Caller, needs(Capability.READ_AUDIT)]
Filter = Annotated[MaybeLine | None, Query()]


@router.get("/api/v1/audit", summary="Who changed what, newest first")
def list_changes(
    caller: Reading,
    context: Here,
    *,
    subject: Filter = None,
    subject_id: Filter = None,
    actor: Filter = None,
    after: After = None,
    limit: Limit = 50,
) -> Changes:
    """Of the whole site. subject: a table, such as `people`. actor: such as `user:1`."""
    place = place_of(after, int)
    with context.database.read() as session:
        caller.require(session, ROOT)
        rows = audit_page(
            session,
            subject=subject,
            subject_id=subject_id,
            actor=actor,
            before=place[0] if place else None,
            limit=limit + 1,
        )
        return Changes.of([Change.of(row) for row in rows], [(row.number,) for row in rows], limit)


@router.get("/api/v1/audit/verification", summary="Whether the trail is whole")
def verify_trail(caller: Reading, context: Here) -> Verification:
    """Reads the whole trail: about ten seconds for a million changes."""
    with context.database.read() as session:
        caller.require(session, ROOT)
        return Verification.of(verify_audit(session))
