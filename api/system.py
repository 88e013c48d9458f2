"""The state of the service in one sentence per problem."""

from api.engine import Engine
from api.schemas.system import Model, System, SystemProblem
from api.settings import ApiSettings


def system_now(engine: Engine, settings: ApiSettings) -> System:
    """As it is now; also what `LiveHub.publish_system` takes."""
    model = engine.model()
    return System(
        version=settings.version,
        time_zone=settings.time_zone,
        model=Model.of(model) if model else None,
        problems=[SystemProblem(code=p.code, detail=p.detail) for p in engine.problems()],
        spool_waiting=engine.spool_waiting(),
        started_at=settings.started_at,
    )
