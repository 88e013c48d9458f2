from dataclasses import replace

import pytest
from fastapi.testclient import TestClient

from core.evidence import Evidence, EvidenceKind
from core.violation import BlockedWidth, Violation, ViolationKind
from hazards.cases.actions import record_violations
from hazards.database import Database
from hazards.evidence.actions import record_evidence

VIOLATION = Violation(
    id="v1",
    kind=ViolationKind.MISSING_HELMET,
    rule="helmet/1",
    camera_id="gate",
    zone_id="picture",
    track_ids=(7,),
    started_at=1_700_000_000.5,
    last_seen_at=1_700_000_010.25,
    ended=False,
    confidence=0.75,
)
FAILED_CLIP = Evidence("v1", EvidenceKind.CLIP, "", "", 0, "", 1.0, 0.0, "", "disk_full")


def _record(database: Database, *violations: Violation) -> None:
    with database.begin() as session:
        for violation in violations:
            record_violations(session, [violation])


def test_a_hazard_as_the_page_reads_it(client: TestClient, database: Database) -> None:
    """Every field of the contract, evidence with the reason why there is no file."""
    _record(database, VIOLATION)
    with database.begin() as session:
        record_evidence(session, [FAILED_CLIP])
    hazard = client.get("/api/v1/hazards/v1").json()
    assert hazard == {
        "id": "v1",
        "kind": "missing_helmet",
        "rule": "helmet/1",
        "camera_id": "gate",
        "camera_name": "gate",
        "zone_id": "picture",
        "zone_name": "picture",
        "track_ids": [7],
        "started_at": 1_700_000_000.5,
        "last_seen_at": 1_700_000_010.25,
        "ended": False,
        "confidence": 0.75,
        "blocked": None,
        "acknowledged_at": None,
        "acknowledged_by": None,
        "source": "camera",
        "risk_unit_id": None,
        "risk_unit_name": "",
        "unit_id": "site",
        "unit_name": "Site",
        "description": "",
        "reported_by": "",
        "photo_ids": [],
        "judgement": None,
        "subject": None,
        "ticket_id": None,
        "evidence": [
            {
                "id": FAILED_CLIP.id,
                "kind": "clip",
                "url": None,
                "boxes_url": None,
                "sha256": "",
                "size": 0,
                "mime": "",
                "started_at": 1.0,
                "duration_s": 0.0,
                "problem": "disk_full",
            }
        ],
    }
    assert client.get("/api/v1/hazards").json() == {"items": [hazard], "next": None}


def test_a_blocked_exit_says_how_much_of_its_width_is_taken(
    client: TestClient, database: Database
) -> None:
    """In metres where the camera's floor is known, as a share in any case."""
    blocked = replace(VIOLATION, kind=ViolationKind.BLOCKED_EXIT, confidence=0.62)
    _record(
        database,
        replace(blocked, blocked=BlockedWidth(0.62, 0.7403, 1.2)),
        replace(blocked, id="v2", blocked=BlockedWidth(0.62, None, None)),
    )
    told = client.get("/api/v1/hazards/v1").json()["blocked"]
    assert told == {"share": 0.62, "metres": 0.7403, "passage_metres": 1.2}
    told = client.get("/api/v1/hazards/v2").json()["blocked"]
    assert told == {"share": 0.62, "metres": None, "passage_metres": None}


def test_the_list_goes_on_where_the_page_before_ended(
    client: TestClient, database: Database
) -> None:
    """`next` of one page is `before` of the following; the last one has none."""
    start = VIOLATION.started_at
    _record(database, *(replace(VIOLATION, id=f"v{i}", started_at=start + i / 3) for i in range(5)))
    seen, before = [], None
    for _ in range(3):
        params = {"limit": 2} | ({"before": before} if before else {})
        page = client.get("/api/v1/hazards", params=params).json()
        seen.append([hazard["id"] for hazard in page["items"]])
        before = page["next"]
    assert seen == [["v4", "v3"], ["v2", "v1"], ["v0"]]
    assert before is None


def test_the_list_is_filtered(client: TestClient, database: Database) -> None:
    """By camera, kind and whether it is over."""
    _record(
        database,
        VIOLATION,
        replace(VIOLATION, id="v2", camera_id="yard", started_at=2.0),
        replace(VIOLATION, id="v3", kind=ViolationKind.BLOCKED_EXIT, started_at=1.0, ended=True),
    )

    def ids(**params: str) -> list[str]:
        items = client.get("/api/v1/hazards", params=params).json()["items"]
        return [hazard["id"] for hazard in items]

    assert ids() == ["v1", "v2", "v3"]
    assert ids(camera_id="yard") == ["v2"]
    assert ids(kind="blocked_exit") == ["v3"]
    assert ids(open="true") == ["v1", "v2"]
    assert ids(open="false", camera_id="gate") == ["v3"]


@pytest.mark.parametrize(
    ("params", "place"),
    [
        ({"before": "yesterday"}, "before"),
        ({"before": "1.0_\0"}, "before"),
        ({"limit": "0"}, "limit"),
        ({"limit": "201"}, "limit"),
        ({"kind": "fire"}, "kind"),
        ({"camera_id": "\0"}, "camera_id"),
        ({"open": "perhaps"}, "open"),
    ],
)
def test_a_wrong_filter_is_named(client: TestClient, params: dict[str, str], place: str) -> None:
    """422 with the name of the parameter."""
    answer = client.get("/api/v1/hazards", params=params)
    assert (answer.status_code, answer.json()["errors"][0]["place"]) == (422, place)


def test_the_first_to_acknowledge_stays(client: TestClient, database: Database) -> None:
    """Acknowledging is idempotent and keeps name and time."""
    _record(database, VIOLATION)
    first = client.post("/api/v1/hazards/v1/acknowledge").json()
    assert first["acknowledged_by"] == "admin"
    assert first["acknowledged_at"] > VIOLATION.started_at
    assert client.post("/api/v1/hazards/v1/acknowledge").json() == first


@pytest.mark.parametrize("path", ["/api/v1/hazards/no-such", "/api/v1/evidence/no-such"])
def test_an_unknown_record_is_not_found(client: TestClient, path: str) -> None:
    """404 with code and sentence."""
    answer = client.get(path)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert "no-such" in answer.json()["detail"]


def test_an_id_that_cannot_be_one_is_refused(client: TestClient) -> None:
    """What no database could store does not reach it."""
    for path in ("/api/v1/hazards/a%00b", "/api/v1/evidence/a%00b/boxes", "/api/v1/cameras/a%00b"):
        assert client.get(path).status_code == 422, path
