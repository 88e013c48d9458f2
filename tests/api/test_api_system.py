import re
from dataclasses import replace

from fastapi.testclient import TestClient
from memory_engine import MANIFEST, MemoryEngine, live_status

from api.app import create_app
from api.engine import Figure, Problem
from api.settings import ApiSettings
from core.coverage import Answer, RuleCoverage
from core.site import CameraConfig
from core.violation import ViolationKind
from hazards.database import Database
from hazards.site.actions import create_camera


def test_the_state_of_the_service(client: TestClient, engine: MemoryEngine) -> None:
    """Version, zone, model, problems and spool; null where no model could be loaded."""
    engine.troubles = [Problem("disk_low", "3 GB are left: make room")]
    engine.waiting = 4
    expected = {
        "version": "1.2.3",
        "time_zone": "Asia/Shanghai",
        "model": {
            "name": "ppe-n-416",
            "version": "1",
            "sha256": MANIFEST.sha256,
            "classes": ["person", "head", "helmet"],
        },
        "problems": [{"code": "disk_low", "detail": "3 GB are left: make room"}],
        "spool_waiting": 4,
        "started_at": 1_700_000_000.0,
    }
    assert client.get("/api/v1/system").json() == expected
    engine.manifest = None
    assert client.get("/api/v1/system").json() == {**expected, "model": None}


def test_health_and_readiness(stranger: TestClient, engine: MemoryEngine) -> None:
    """Healthy from the start; starting until it is ready for the first time, then not ready."""
    engine.reasons = ["the model is loading"]
    assert stranger.get("/healthz").json() == {"status": "ok"}
    starting = stranger.get("/readyz")
    assert starting.status_code == 503
    assert starting.json() == {"status": "starting", "reasons": ["the model is loading"]}
    engine.reasons = []
    ready = stranger.get("/readyz")
    assert (ready.status_code, ready.json()) == (200, {"status": "ready"})
    engine.reasons = ["no worker runs"]
    later = stranger.get("/readyz")
    assert (later.status_code, later.json()["status"]) == (503, "not ready")


def test_metrics_by_token_or_session(
    app: object, client: TestClient, engine: MemoryEngine, database: Database, settings: ApiSettings
) -> None:
    """Prometheus reads with its token, a person with the session, nobody else."""
    engine.statuses["gate"] = live_status("gate")
    engine.troubles = [Problem("disk_low", ""), Problem("disk_low", "")]
    engine.counted = [Figure("anyan_camera_judged", "Judged.", {"camera": "gate"}, 7.0)]
    text = client.get("/metrics").text
    assert 'anyan_camera_judged_total{camera="gate"} 7.0' in text
    assert 'anyan_camera_state{camera="gate",state="live"} 1.0' in text
    assert 'anyan_camera_state{camera="gate",state="stalled"} 0.0' in text
    assert 'anyan_camera_fps{camera="gate"} 25.0' in text
    assert 'anyan_problem{code="disk_low"} 1.0' in text
    assert "anyan_spool_waiting 0.0" in text
    assert "process_resident_memory_bytes" in text
    client.cookies.clear()
    scraped = client.get("/metrics", headers={"Authorization": "Bearer scrape me"})
    assert scraped.status_code == 200
    assert client.get("/metrics").status_code == 401
    assert client.get("/metrics", headers={"Authorization": "Bearer x"}).status_code == 401
    tokenless = TestClient(create_app(database, engine, replace(settings, metrics_token="")))
    assert tokenless.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 401


def test_coverage_says_what_was_not_judged(
    client: TestClient, engine: MemoryEngine, database: Database
) -> None:
    """Per camera, zone and rule: the scheduled time is what was judged, what could not be told by
    reason, and what nobody saw."""
    with database.begin() as session:
        create_camera(session, CameraConfig("gate", "Gate", "rtsp://host/", ()), enabled=True)
    seconds = {Answer.JUDGED: 50.0, Answer.HIDDEN: 7.5, Answer.BLIND: 2.5, Answer.MOVED: 0.0}
    engine.covered = {"gate": [RuleCoverage("door", ViolationKind.BLOCKED_EXIT, seconds)]}
    assert client.get("/api/v1/coverage").json() == [
        {
            "camera_id": "gate",
            "zone_id": "door",
            "rule": "blocked_exit",
            "scheduled_s": 60.0,
            "judged_s": 50.0,
            "blind_s": 2.5,
            "cannot_tell_s": {"hidden": 7.5},
        }
    ]


def test_the_description_holds_all_schemas(client: TestClient) -> None:
    """The page's types come from here, those of the live messages too."""
    described = client.get("/api/v1/openapi.json").json()
    names = set(described["components"]["schemas"])
    assert names >= {"Camera", "CameraWrite", "Zone", "Status", "Hazard", "Evidence", "Box"}
    assert names >= {"LiveInit", "LiveTracks", "LiveStatus", "LiveStill", "CameraEvent", "System"}
    text = client.get("/api/v1/openapi.json").text
    assert {r.split("/")[-1] for r in re.findall(r'"\$ref": ?"([^"]+)"', text)} <= names


def test_a_browser_is_told_whom_to_trust(stranger: TestClient) -> None:
    """Only our own scripts, no frames, no guessing of types, on every answer."""
    for path in ("/", "/api/v1/session", "/healthz"):
        headers = stranger.get(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'self'" in policy
        assert "media-src 'self' blob:" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"


def test_without_built_pages_the_page_says_what_to_do(stranger: TestClient) -> None:
    """Not an empty window."""
    answer = stranger.get("/wall")
    assert answer.status_code == 503
    assert "make web" in answer.text


def test_built_pages(stranger: TestClient, settings: ApiSettings) -> None:
    """Files as they are, index.html for the pages' own addresses, nothing from outside."""
    static = settings.static_dir
    (static / "assets").mkdir(parents=True)
    (static / "index.html").write_text("<title>安眼</title>")
    (static / "assets" / "app-1a2b.js").write_text("let a")
    (static.parent / "secret.txt").write_text("secret")
    for path in ("/", "/wall", "/cameras/gate"):
        answer = stranger.get(path)
        assert answer.text == "<title>安眼</title>", path
        assert answer.headers["cache-control"] == "no-cache"
    script = stranger.get("/assets/app-1a2b.js")
    assert "immutable" in script.headers["cache-control"]
    assert "javascript" in script.headers["content-type"]
    assert stranger.get("/assets/app-old.js").status_code == 404
    assert stranger.head("/").status_code == 200
    for path in ("/%2e%2e/secret.txt", "/..%2fsecret.txt", "//etc/passwd", "/a%00b"):
        assert "secret" not in stranger.get(path).text
        assert "root:" not in stranger.get(path).text
