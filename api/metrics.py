"""Figures for Prometheus."""

from collections.abc import Iterable, Iterator

from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from api.engine import Engine, Figure
from core.health import CameraState

CONTENT_TYPE = CONTENT_TYPE_LATEST


class EngineCollector(Collector):
    """Reads the engine whenever Prometheus asks."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def collect(self) -> Iterator[Metric]:
        """Per camera: state, pictures per second, last picture. In all: problems, spool, tiles."""
        state = GaugeMetricFamily(
            "anyan_camera_state", "1 for the state that a camera is in.", labels=["camera", "state"]
        )
        fps = GaugeMetricFamily(
            "anyan_camera_fps", "Pictures per second of the stream.", labels=["camera"]
        )
        seen = GaugeMetricFamily(
            "anyan_camera_last_picture_timestamp_seconds",
            "When the newest picture was captured, UTC.",
            labels=["camera"],
        )
        for camera_id, status in sorted(self._engine.camera_statuses().items()):
            for possible in CameraState:
                state.add_metric([camera_id, possible.value], float(status.state is possible))
            fps.add_metric([camera_id], status.fps)
            seen.add_metric([camera_id], status.last_picture_at)
        problems = GaugeMetricFamily(
            "anyan_problem", "1 for each problem that the pages show.", labels=["code"]
        )
        for code in sorted({problem.code for problem in self._engine.problems()}):
            problems.add_metric([code], 1.0)
        yield from (state, fps, seen, problems)
        yield from _counters(self._engine.figures())
        yield GaugeMetricFamily(
            "anyan_spool_waiting",
            "Records that wait for the database.",
            value=self._engine.spool_waiting(),
        )
        yield GaugeMetricFamily(
            "anyan_live_viewers", "Open live tiles.", value=self._engine.hub.viewer_count()
        )


def _counters(figures: Iterable[Figure]) -> Iterator[Metric]:
    families: dict[str, CounterMetricFamily] = {}
    for figure in figures:
        family = families.setdefault(
            figure.name,
            CounterMetricFamily(figure.name, figure.help, labels=list(figure.labels)),
        )
        family.add_metric(list(figure.labels.values()), figure.value)
    return iter(families.values())


def exposition(engine: Engine) -> bytes:
    """The process's own figures and those of the engine, in Prometheus's text form."""
    registry = CollectorRegistry()
    registry.register(EngineCollector(engine))
    return generate_latest(REGISTRY) + generate_latest(registry)
