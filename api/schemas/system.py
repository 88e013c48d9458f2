"""The service as a whole."""

from typing import Literal, Self

from pydantic import BaseModel

from core.manifest import ModelManifest


class Model(BaseModel):
    """The model in service. sha256: of its file."""

    name: str
    version: str
    sha256: str
    classes: list[str]

    @classmethod
    def of(cls, manifest: ModelManifest) -> Self:
        """From what stands beside the model file."""
        return cls(
            name=manifest.name,
            version=manifest.version,
            sha256=manifest.sha256,
            classes=list(manifest.classes),
        )


class SystemProblem(BaseModel):
    """code: disk_full, disk_low, database_away, worker_down, model_error, spool_refused,
    scheduler_failed or sensors_away."""

    code: str
    detail: str


class System(BaseModel):
    """started_at: UTC seconds. spool_waiting: records that wait for the database."""

    version: str
    time_zone: str
    model: Model | None
    problems: list[SystemProblem]
    spool_waiting: int
    started_at: float


class Health(BaseModel):
    """The process answers."""

    status: Literal["ok"] = "ok"


class Readiness(BaseModel):
    """reasons: what is missing."""

    status: Literal["ready", "starting", "not ready"]
    reasons: list[str] = []
