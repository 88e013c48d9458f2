"""What a worker has counted, as figures for Prometheus."""

from api.engine import Figure
from core.coverage import Answer, RuleCoverage
from core.violation import ViolationKind
from service.messages import Message

_WORKER = {
    "cpu_s": ("anyan_worker_cpu_seconds", "Processor time of a worker."),
    "pictures": ("anyan_worker_pictures", "Pictures judged by a worker."),
    "messages_dropped": (
        "anyan_worker_messages_dropped",
        "Live messages that nobody read in time; records never go this way.",
    ),
}
_CAMERA = {
    "packets": ("anyan_camera_packets", "Encoded packets received."),
    "bytes": ("anyan_camera_bytes", "Bytes of encoded packets received."),
    "decoded": ("anyan_camera_decoded", "Pictures decoded."),
    "judged": ("anyan_camera_judged", "Pictures that were worth judging."),
    "dropped": ("anyan_camera_dropped", "Pictures replaced by a newer one before their turn."),
    "corrupt": ("anyan_camera_corrupt", "Packets or pictures that could not be decoded."),
    "reconnects": ("anyan_camera_reconnects", "Connections tried again."),
}


_COVERAGE = (
    "anyan_rule_seconds",
    "Scheduled time of a rule by what became of it: judged, why it could not tell, or blind.",
)


def figures_of(metrics: Message) -> list[Figure]:
    """All counters of one `metrics` message."""
    worker = {"worker": str(metrics["worker"])}
    found = [Figure(*texts, worker, metrics[key]) for key, texts in _WORKER.items()]
    for camera_id, counters in metrics["cameras"].items():
        camera = {"camera": camera_id}
        found += [Figure(*texts, camera, counters[key]) for key, texts in _CAMERA.items()]
    for camera_id, rules in metrics["coverage"].items():
        for rule in rules:
            labels = {"camera": camera_id, "zone": rule["zone_id"], "rule": rule["rule"]}
            found += [
                Figure(*_COVERAGE, {**labels, "answer": answer}, seconds)
                for answer, seconds in rule["seconds"].items()
            ]
    return found


def coverage_of(metrics: Message) -> dict[str, list[RuleCoverage]]:
    """The coverage of one `metrics` message, by camera."""
    return {
        camera_id: [
            RuleCoverage(
                rule["zone_id"],
                ViolationKind(rule["rule"]),
                {Answer(answer): seconds for answer, seconds in rule["seconds"].items()},
            )
            for rule in rules
        ]
        for camera_id, rules in metrics["coverage"].items()
    }
