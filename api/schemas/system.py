"""The service as a whole."""

from typing import Literal, Self

from pydantic import BaseModel

from core.coverage import Answer, RuleCoverage
from core.manifest import ModelManifest
from core.violation import ViolationKind


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


class Coverage(BaseModel):
    """One rule in one zone of one camera, seconds since its worker started.

    scheduled_s = judged_s + blind_s + all of cannot_tell_s. blind_s: without a picture.
    cannot_tell_s: by reason.
    """

    camera_id: str
    zone_id: str
    rule: ViolationKind
    scheduled_s: float
    judged_s: float
    blind_s: float
    cannot_tell_s: dict[Answer, float]

    @classmethod
    def of(cls, camera_id: str, found: RuleCoverage) -> Self:
        """From what a worker counted."""
        reasons = {a: round(s, 1) for a, s in found.seconds.items() if s > 0}
        judged, blind = reasons.pop(Answer.JUDGED, 0.0), reasons.pop(Answer.BLIND, 0.0)
        return cls(
            camera_id=camera_id,
            zone_id=found.zone_id,
            rule=found.rule,
            scheduled_s=round(found.scheduled_s, 1),
            judged_s=judged,
            blind_s=blind,
            cannot_tell_s=reasons,
        )


class Health(BaseModel):
    """The process answers."""

    status: Literal["ok"] = "ok"


class Readiness(BaseModel):
    """reasons: what is missing."""

    status: Literal["ready", "starting", "not ready"]
    reasons: list[str] = []
