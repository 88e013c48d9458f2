"""What the API needs from the running cameras; service/ implements it."""

from dataclasses import dataclass
from typing import Protocol

from api.live import LiveHub
from core.coverage import RuleCoverage
from core.health import CameraStatus
from core.manifest import ModelManifest


@dataclass(frozen=True, slots=True)
class Probe:
    """What answers at a source.

    mime: for Media Source Extensions, empty where browsers cannot play the codec.
    width, height: pixels. fps: pictures per second. still: JPEG.
    """

    codec: str
    mime: str
    width: int
    height: int
    fps: float
    still: bytes


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that an operator must see on every page.

    code: disk_full, disk_low, database_away, worker_down, model_error, spool_refused,
    scheduler_failed or sensors_away.
    detail: English sentence with the next step.
    """

    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class Figure:
    """A counter for Prometheus, which only grows while its process lives."""

    name: str
    help: str
    labels: dict[str, str]
    value: float


class Engine(Protocol):
    """Called from any thread; every method but probe answers at once from memory."""

    @property
    def hub(self) -> LiveHub:
        """Where live pictures and events go to."""

    def camera_statuses(self) -> dict[str, CameraStatus]:
        """By camera id; a camera that was added a moment ago may be missing."""

    def still(self, camera_id: str) -> bytes | None:
        """JPEG of the newest judged picture, None where there is none yet."""

    async def probe(self, source: str) -> Probe:
        """Opens a source and looks at one picture. Raises SourceError, after seconds at most."""

    def cameras_changed(self) -> None:
        """Cameras were added, changed or deleted: read them again."""

    def capture_reference(self, camera_id: str, zone_id: str) -> None:
        """The camera's next picture is proposed as one of the free exit, within seconds."""

    def relearn_view(self, camera_id: str) -> None:
        """What the camera shows from now on is what it is known to show."""

    def problems(self) -> list[Problem]:
        """Empty where all is well."""

    def spool_waiting(self) -> int:
        """Violations and evidence that wait for the database."""

    def model(self) -> ModelManifest | None:
        """The model in service; None where none could be loaded."""

    def figures(self) -> list[Figure]:
        """What workers and cameras have counted."""

    def coverage(self) -> dict[str, list[RuleCoverage]]:
        """By camera id: what became of each rule's scheduled time since its worker started."""

    def ready(self) -> list[str]:
        """Why the service does not watch yet, for everybody to read; empty when it does."""
