"""What a worker has counted, as figures for Prometheus."""

from api.engine import Figure
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


def figures_of(metrics: Message) -> list[Figure]:
    """All counters of one `metrics` message."""
    worker = {"worker": str(metrics["worker"])}
    found = [Figure(*texts, worker, metrics[key]) for key, texts in _WORKER.items()]
    for camera_id, counters in metrics["cameras"].items():
        camera = {"camera": camera_id}
        found += [Figure(*texts, camera, counters[key]) for key, texts in _CAMERA.items()]
    return found
