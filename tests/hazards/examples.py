"""One violation, camera and piece of evidence, to vary with dataclasses.replace."""

from core.evidence import Evidence, EvidenceKind
from core.site import CameraConfig
from core.violation import Violation, ViolationKind
from core.zone import Zone, ZoneKind

ZONE = Zone.create(
    id="door",
    name="East door",
    kind=ZoneKind.EXIT,
    polygon=[(0.1, 0.1), (0.9, 0.1), (0.9, 0.9)],
    dwell_s=60.0,
    schedule="mon-fri 08:00-18:00",
)
CAMERA = CameraConfig("gate", "Gate 1", "rtsp://admin:hunter2@10.0.0.5/1", (ZONE,))
VIOLATION = Violation(
    id="3f0c0e0e-6f0e-5f9e-9d3e-1b1b1b1b1b1b",
    kind=ViolationKind.BLOCKED_EXIT,
    rule="exit/1",
    camera_id="gate",
    zone_id="door",
    track_ids=(),
    started_at=1_700_000_000.125,
    last_seen_at=1_700_000_010.5,
    ended=False,
    confidence=0.5,
)
CLIP = Evidence(
    violation_id=VIOLATION.id,
    kind=EvidenceKind.CLIP,
    path="clips/gate/1.mp4",
    sha256="a" * 64,
    size=1000,
    mime='video/mp4; codecs="avc1.64001f"',
    started_at=1_699_999_995.0,
    duration_s=20.0,
    boxes_path="clips/gate/1.json",
    problem="",
)
