"""Evidence files and the boxes over them."""

from typing import Annotated

from fastapi import APIRouter
from fastapi.responses import FileResponse
from pydantic import ValidationError
from sqlalchemy.orm import Session

from api.caller import Caller, needs
from api.context import Here
from api.files import inside
from api.schemas.evidence import EvidenceBoxes
from api.schemas.shapes import RecordId
from core.errors import EvidenceError, NotFound
from hazards.access.roles import Capability
from hazards.cases.queries import hazard
from hazards.evidence.queries import evidence
from hazards.evidence.tables import EvidenceRow
from hazards.site.people_tables import ROOT

router = APIRouter(tags=["evidence"])
Watching = Annotated[Caller, needs(Capability.WATCH)]


@router.get(
    "/api/v1/evidence/{id}",
    summary="The file",
    response_class=FileResponse,
    responses={200: {"content": {"video/mp4": {}, "image/jpeg": {}}}},
)
def read_evidence(id: RecordId, caller: Watching, context: Here) -> FileResponse:
    """A clip or snapshot, also in ranges of bytes. 404 not_found where there is no file."""
    with context.database.read() as session:
        row = _visible(session, caller, id)
    path = inside(context.settings.data_dir, row.path)
    headers = {
        "ETag": f'"{row.sha256}"',
        "X-Content-SHA256": row.sha256,
        # Pictures of people stay in no browser after signing out.
        "Cache-Control": "private, no-store",
    }
    return FileResponse(
        path,
        media_type=row.mime,
        headers=headers,
        filename=path.name,
        content_disposition_type="inline",
    )


@router.get("/api/v1/evidence/{id}/boxes", summary="What was judged during the clip")
def read_boxes(id: RecordId, caller: Watching, context: Here) -> EvidenceBoxes:
    """The clip's picture at media time t is at started_at + t."""
    with context.database.read() as session:
        row = _visible(session, caller, id)
    path = inside(context.settings.data_dir, row.boxes_path)
    try:
        return EvidenceBoxes.model_validate_json(path.read_bytes())
    except ValidationError as error:
        raise EvidenceError("the boxes of this clip are damaged: the clip itself plays") from error


def _visible(session: Session, caller: Caller, id: str) -> EvidenceRow:
    """One piece. Raises NotFound, and Forbidden outside the caller's part of the site."""
    row = evidence(session, id)
    try:
        unit_id = hazard(session, row.violation_id).unit_id
    except NotFound:
        # Evidence may be recorded a moment before its hazard.
        unit_id = ROOT
    caller.require(session, unit_id)
    return row
