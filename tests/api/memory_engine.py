"""An engine without cameras: it says what a test told it to say."""

from dataclasses import dataclass, field

from api.engine import Figure, Probe, Problem
from api.live import LiveHub
from core.coverage import RuleCoverage
from core.health import CameraState, CameraStatus
from core.manifest import UNCALIBRATED, ModelManifest

MANIFEST = ModelManifest(
    name="ppe-n-416",
    version="1",
    file="ppe-n.onnx",
    sha256="c" * 64,
    classes=("person", "head", "helmet"),
    input_size=416,
    thresholds={"person": 0.4, "head": 0.4, "helmet": 0.4},
    calibration=dict.fromkeys(("person", "head", "helmet"), UNCALIBRATED),
    box_convention="the skull without the neck",
    data_set="none",
    metrics={},
    licence="AGPL-3.0-or-later",
)


def live_status(camera_id: str) -> CameraStatus:
    """A camera that is well."""
    return CameraStatus(
        camera_id, CameraState.LIVE, "", "", 1.0, 2.0, "h264", "video/mp4", 640, 360, 25.0
    )


@dataclass
class MemoryEngine:
    """Satisfies api.engine.Engine; `watched` and `changes` record what the API asked for."""

    statuses: dict[str, CameraStatus] = field(default_factory=dict)
    stills: dict[str, bytes] = field(default_factory=dict)
    probes: dict[str, Probe | Exception] = field(default_factory=dict)
    troubles: list[Problem] = field(default_factory=list)
    waiting: int = 0
    manifest: ModelManifest | None = MANIFEST
    counted: list[Figure] = field(default_factory=list)
    covered: dict[str, list[RuleCoverage]] = field(default_factory=dict)
    reasons: list[str] = field(default_factory=list)
    changes: int = 0
    relearned: list[str] = field(default_factory=list)
    captured: list[tuple[str, str]] = field(default_factory=list)
    watched: list[tuple[str, bool]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.hub = LiveHub(lambda camera_id, on: self.watched.append((camera_id, on)))

    def camera_statuses(self) -> dict[str, CameraStatus]:
        return self.statuses

    def still(self, camera_id: str) -> bytes | None:
        return self.stills.get(camera_id)

    async def probe(self, source: str) -> Probe:
        answer = self.probes[source]
        if isinstance(answer, Exception):
            raise answer
        return answer

    def cameras_changed(self) -> None:
        self.changes += 1

    def capture_reference(self, camera_id: str, zone_id: str) -> None:
        self.captured.append((camera_id, zone_id))

    def relearn_view(self, camera_id: str) -> None:
        self.relearned.append(camera_id)

    def problems(self) -> list[Problem]:
        return self.troubles

    def spool_waiting(self) -> int:
        return self.waiting

    def model(self) -> ModelManifest | None:
        return self.manifest

    def figures(self) -> list[Figure]:
        return self.counted

    def coverage(self) -> dict[str, list[RuleCoverage]]:
        return self.covered

    def ready(self) -> list[str]:
        return self.reasons
