"""Schemas of what is true now, for answers and for what `LiveHub` publishes."""

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy.orm import Session

from api.engine import Engine
from api.news import HazardNews
from api.schemas.cases import Hazard
from api.schemas.system import Model, System, SystemProblem
from api.settings import ApiSettings
from hazards.cases.kinds import SubjectKind
from hazards.cases.queries import hazard
from hazards.cases.review import first_reviewer
from hazards.cases.tables import HazardRow
from hazards.evidence.queries import evidence_of
from hazards.site.names import names_of


def system_now(engine: Engine, settings: ApiSettings) -> System:
    """The service as a whole."""
    model = engine.model()
    return System(
        version=settings.version,
        time_zone=settings.time_zone,
        model=Model.of(model) if model else None,
        problems=[SystemProblem(code=p.code, detail=p.detail) for p in engine.problems()],
        spool_waiting=engine.spool_waiting(),
        started_at=settings.started_at,
    )


def hazards_shown(session: Session, rows: Sequence[HazardRow]) -> list[Hazard]:
    """Hazards with their evidence and the names they refer to; as many queries for any number."""
    evidence = evidence_of(session, [row.id for row in rows])
    subjects: dict[str | None, list[str | None]] = defaultdict(list)
    for row in rows:
        subjects[row.subject_kind].append(row.subject_id)
    reporters = [row.reported_by for row in rows if row.source in {"report", "inspection"}]
    names = names_of(
        session,
        users=[row.reviewer_id for row in rows],
        people=[*subjects[SubjectKind.PERSON], *reporters],
        units=[*subjects[SubjectKind.TEAM], *(row.unit_id for row in rows)],
        contractors=subjects[SubjectKind.CONTRACTOR],
        risk_units=[row.risk_unit_id for row in rows],
    )
    return [Hazard.of(row, evidence[row.id], names) for row in rows]


def hazard_news(session: Session, id: str) -> HazardNews:
    """What the pages are told of a hazard. Raises NotFound."""
    shown = hazards_shown(session, [hazard(session, id)])[0]
    return HazardNews(shown, first_reviewer(session, id))
