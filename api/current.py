"""Schemas of what is true now, for answers and for what `LiveHub` publishes."""

from sqlalchemy.orm import Session

from api.engine import Engine
from api.schemas.cases import Hazard
from api.schemas.system import Model, System, SystemProblem
from api.settings import ApiSettings
from hazards.cases.queries import hazard
from hazards.evidence.queries import evidence_of


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


def hazard_now(session: Session, id: str) -> Hazard:
    """One hazard with its evidence. Raises NotFound."""
    return Hazard.of(hazard(session, id), evidence_of(session, [id])[id])
