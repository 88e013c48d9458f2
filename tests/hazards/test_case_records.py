import itertools
import threading
from dataclasses import replace

import pytest
from examples import CAMERA, VIOLATION
from sqlalchemy import func, select

from core.errors import NotFound
from core.violation import BlockedWidth, Violation, ViolationKind
from hazards.cases import actions, queries
from hazards.cases.kinds import Source, Verdict
from hazards.cases.tables import HazardRow
from hazards.database import Database
from hazards.site.actions import create_camera, delete_camera

START = VIOLATION.started_at
FIRST = replace(VIOLATION, track_ids=(1,), last_seen_at=START + 1, confidence=0.6)
LATER = replace(VIOLATION, track_ids=(1, 2), last_seen_at=START + 2, confidence=0.9)
ENDED = replace(VIOLATION, track_ids=(2,), last_seen_at=START + 3, ended=True, confidence=0.8)


def _record(database: Database, *violations: Violation) -> list[bool]:
    changed = []
    for violation in violations:
        with database.begin() as session:
            rows = actions.record_violations(session, [violation])
            changed.append([row.id for row in rows] == [violation.id])
    return changed


def _state(database: Database) -> tuple[float, bool, list[int], float]:
    with database.read() as session:
        row = queries.hazard(session, VIOLATION.id)
        return row.last_seen_at, row.ended, row.track_ids, row.confidence


@pytest.mark.parametrize("order", list(itertools.permutations([FIRST, LATER, ENDED])))
def test_updates_in_any_order_give_the_same_hazard(
    database: Database, order: tuple[Violation, ...]
) -> None:
    """An older update never overwrites a newer one, and what has ended stays ended."""
    _record(database, *order, order[0])
    assert _state(database) == (START + 3, True, [2], 0.8)


def test_the_taken_width_is_kept(database: Database) -> None:
    """Share and metres of the newest update, however they come; a violation without a floor keeps
    its share, and one of another kind has no width."""
    floor, wider = BlockedWidth(0.6, 0.7403, 1.2), BlockedWidth(0.9, 1.0801, 1.2)
    bare = replace(VIOLATION, id="bare", blocked=BlockedWidth(0.6, None, None))
    other = replace(VIOLATION, id="other", kind=ViolationKind.RESTRICTED_ZONE)
    first, later = replace(FIRST, blocked=floor), replace(LATER, blocked=wider)
    _record(database, first, later, first, bare, other)

    def kept(id: str) -> BlockedWidth | None:
        with database.read() as session:
            return queries.hazard(session, id).blocked

    assert kept(VIOLATION.id) == wider
    assert kept("bare") == bare.blocked
    assert kept("other") is None


def test_only_news_counts_as_a_change(database: Database) -> None:
    """What the pages are told about: new, newer, ended; not what was known already."""
    assert _record(database, FIRST, FIRST, LATER, FIRST, ENDED, ENDED, LATER) == [
        True,
        False,
        True,
        False,
        True,
        False,
        False,
    ]


def test_many_threads_with_one_violation_make_one_hazard(database: Database) -> None:
    """8 threads send the same violation 50 times each; one row, and one call made it."""
    made: list[bool] = []

    def send() -> None:
        for _ in range(50):
            made.extend(_record(database, VIOLATION))

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 400
    assert sum(made) == 1
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(HazardRow)) == 1


def test_names_are_those_of_the_moment(database: Database) -> None:
    """A deleted camera's hazards keep its name; without a record the id stands in."""
    with database.begin() as session:
        create_camera(session, CAMERA, enabled=True)
    unknown = replace(VIOLATION, id="b", camera_id="gone", zone_id="picture")
    _record(database, VIOLATION, unknown)
    with database.begin() as session:
        delete_camera(session, "gate")
    with database.read() as session:
        known, other = queries.hazard(session, VIOLATION.id), queries.hazard(session, "b")
    assert (known.camera_name, known.zone_name) == ("Gate 1", "East door")
    assert (other.camera_name, other.zone_name) == ("gone", "picture")


def test_the_first_to_take_note_stays(database: Database) -> None:
    """Acknowledging again changes neither name nor time; an update of the violation neither."""
    _record(database, FIRST)
    with database.begin() as session:
        actions.acknowledge(session, VIOLATION.id, by="Li", now=1.0)
    with database.begin() as session:
        row = actions.acknowledge(session, VIOLATION.id, by="Wang", now=2.0)
        assert (row.acknowledged_by, row.acknowledged_at) == ("Li", 1.0)
    _record(database, ENDED)
    with database.read() as session:
        assert queries.hazard(session, VIOLATION.id).acknowledged_by == "Li"
    with database.begin() as session, pytest.raises(NotFound):
        actions.acknowledge(session, "unknown", by="Li", now=1.0)


def test_orphans_end_where_they_were_last_seen(database: Database) -> None:
    """Only the dead worker's cameras, and nothing that was seen after its death."""
    other = replace(VIOLATION, id="other", camera_id="yard")
    successor = replace(VIOLATION, id="successor", last_seen_at=START + 100)
    _record(database, VIOLATION, other, successor)
    with database.begin() as session:
        assert actions.end_orphans(session, ["gate"], START + 50) == [VIOLATION.id]
        assert actions.end_orphans(session, [], START + 50) == []
    assert _state(database)[:2] == (VIOLATION.last_seen_at, True)
    with database.begin() as session:
        assert actions.end_orphans(session, None, START + 200) == ["other", "successor"]


def test_what_the_spool_still_held_goes_into_an_orphan(database: Database) -> None:
    """An update that comes after its hazard was ended moves the end, and does not reopen it."""
    _record(database, FIRST)
    with database.begin() as session:
        actions.end_orphans(session, None, START + 50)
    _record(database, LATER)
    assert _state(database) == (START + 2, True, [1, 2], 0.9)


def test_pages_hold_every_hazard_once(database: Database) -> None:
    """Paging by cursor: newest first, also among equal starts and while new ones come in."""
    for index in range(7):
        _record(database, replace(VIOLATION, id=f"v{index}", started_at=START + index // 3 / 3))
    seen: list[str] = []
    before = None
    for turn in range(10):
        with database.read() as session:
            page = queries.hazard_page(
                session, camera_id=None, kind=None, open=None, before=before, limit=2
            )
        seen += [row.id for row in page.hazards]
        _record(database, replace(VIOLATION, id=f"new{turn}", started_at=START + 100))
        if page.next is None:
            break
        before = queries.Cursor.parse(str(page.next))
    assert seen == ["v6", "v5", "v4", "v3", "v2", "v1", "v0"]


def test_the_list_is_filtered_by_camera_kind_and_state(database: Database) -> None:
    """Filters combine."""
    _record(
        database,
        VIOLATION,
        replace(VIOLATION, id="ended", ended=True),
        replace(VIOLATION, id="helmet", kind=ViolationKind.MISSING_HELMET),
        replace(VIOLATION, id="yard", camera_id="yard"),
    )
    with database.read() as session:
        page = queries.hazard_page(
            session,
            camera_id="gate",
            kind=ViolationKind.BLOCKED_EXIT,
            open=True,
            before=None,
            limit=10,
        )
    assert [row.id for row in page.hazards] == [VIOLATION.id]


def test_the_list_is_filtered_by_place_verdict_and_time(database: Database) -> None:
    """What a reviewer's queue and a manager's list ask for; other sub-trees show nothing."""
    _record(database, VIOLATION, replace(VIOLATION, id="b", started_at=START + 10))
    with database.begin() as session:
        row = queries.hazard(session, "b")
        row.verdict, row.unit_id = "confirmed", "site"
        find = {"camera_id": None, "kind": None, "open": None, "before": None, "limit": 9}
        for filters, found in (
            ({"reviewed": False}, [VIOLATION.id]),
            ({"reviewed": True}, ["b"]),
            ({"verdict": Verdict.CONFIRMED, "source": Source.CAMERA}, ["b"]),
            ({"source": Source.REPORT}, []),
            ({"since": START + 5}, ["b"]),
            ({"until": START + 5}, [VIOLATION.id]),
            ({"paths": ["/site/"]}, ["b", VIOLATION.id]),
            ({"paths": ["/site/none/"]}, []),
            ({"paths": []}, []),
            ({"risk_unit_id": "hall"}, []),
            ({"subject_id": "li"}, []),
        ):
            page = queries.hazard_page(session, **find, **filters)
            assert [row.id for row in page.hazards] == found, filters


@pytest.mark.parametrize("text", ["", "x", "1.0", "nan_a", "inf_a", "1.0_a\x00"])
def test_a_foreign_cursor_is_refused(text: str) -> None:
    """Only what a page gave out is a place in the list."""
    with pytest.raises(ValueError, match=r"could not convert|not a place"):
        queries.Cursor.parse(text)
