from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from examples import CAMERA
from people import ALWAYS, DAY, NOW, ZONE, risk_unit, settle_in
from sqlalchemy import event
from sqlalchemy.orm import Session

from core.errors import Incomplete, NotFound
from hazards.cases.flow import report
from hazards.cases.kinds import HazardKind, Source
from hazards.database import Database
from hazards.risk import actions, duties, queries
from hazards.risk.actions import RiskDraft
from hazards.risk.colours import (
    Colour,
    Facts,
    Reason,
    colour_history,
    colours,
    effective,
    note_blind,
    update_colours,
)
from hazards.risk.grading import Method, edit_grade, grade_for, grades, score
from hazards.site.people import watch_risk_unit
from hazards.tickets.actions import Plan, assign, take_step
from hazards.tickets.opening import open_ticket
from hazards.tickets.tables import TicketRow
from hazards.tickets.transitions import Step, Tier

LEVELS = ("blue", "yellow", "orange", "red")
BLIND = ("gate", "Gate 1", NOW - 2400)
DRAFT = RiskDraft(
    unit_id="team-a", name="Press", kind="equipment", plan_id=None, polygon=[], owner_id="li",
    method=Method.LEC, factors={"likelihood": 3, "exposure": 6, "consequence": 15},
    controls={"engineering": ["guard"]},
)  # fmt: skip


@pytest.mark.parametrize(
    ("inherent", "facts", "grade", "codes"),
    [
        ("blue", Facts(), "blue", []),
        ("blue", Facts(open=5), "blue", []),
        ("blue", Facts(overdue=2), "yellow", ["overdue"]),
        ("blue", Facts(overdue=2, blind=(BLIND,)), "orange", ["overdue", "blind"]),
        ("yellow", Facts(overdue=1, repeated=1, blind=(BLIND,)), "red",
         ["overdue", "repeated", "blind"]),
        ("blue", Facts(major=1), "red", ["open_major"]),
        ("red", Facts(major=1, overdue=9), "red", ["open_major", "overdue"]),
        ("blue", Facts(blind=(("gate", "Gate 1", NOW - 1799),)), "blue", []),
    ],
)  # fmt: skip
def test_what_raises_a_colour(inherent: str, facts: Facts, grade: str, codes: list[str]) -> None:
    """Major to the top, the others one each; never below the approved grade, never above red."""
    found = effective(inherent, facts, LEVELS, now=NOW)
    assert found.grade == grade
    assert [reason.code for reason in found.reasons] == codes


def test_the_reasons_carry_what_the_sentence_needs() -> None:
    """Counts, the camera's name, minutes; the pages put them into words."""
    found = effective("blue", Facts(overdue=2, blind=(BLIND,)), LEVELS, now=NOW)
    blind = {"camera_id": "gate", "camera_name": "Gate 1", "minutes": 40}
    assert found == Colour("orange", (Reason("overdue", {"count": 2}), Reason("blind", blind)))


def _overdue_ticket(session: Session, unit_id: str, number: str) -> TicketRow:
    hazard = report(
        session, id=number, kind=HazardKind.UNSAFE_CONDITION, source=Source.REPORT,
        description="Loose rail", reported_by="wang", risk_unit_id=unit_id, unit_id="team-a",
        photo_ids=[], at=NOW, now=NOW, calendar=ALWAYS,
    )  # fmt: skip
    row = open_ticket(session, hazard, tier=Tier.GENERAL, actor="u", now=NOW, calendar=ALWAYS)
    take_step(session, row.id, Step.CONFIRM, actor="u", now=NOW)
    plan = Plan(Tier.GENERAL, "li", NOW + DAY)
    return assign(session, row.id, plan, actor="u", now=NOW, calendar=ALWAYS)


def test_every_change_of_colour_is_kept_with_its_reasons(database: Database) -> None:
    """Up when a deadline passes and a camera goes blind, down when all is well again."""
    settle_in(database, camera=CAMERA)
    with database.begin() as session:
        ticket = _overdue_ticket(session, "hall", "r1")
        assert update_colours(session, now=NOW + DAY - 1) == []
    with database.begin() as session:
        note_blind(session, "gate", NOW + DAY)
        note_blind(session, "gate", NOW + DAY + 999)
        changes = update_colours(session, now=NOW + DAY + 1)
        assert [(c.risk_unit_id, c.grade) for c in changes] == [("hall", "yellow")]
        update_colours(session, now=NOW + DAY + 60)
    with database.begin() as session:
        assert [c.grade for c in update_colours(session, now=NOW + DAY + 1800)] == ["orange"]
    with database.begin() as session:
        note_blind(session, "gate", None)
        row = session.get(TicketRow, ticket.id)
        row.state = "closed"
        update_colours(session, now=NOW + 2 * DAY)
    with database.read() as session:
        history = colour_history(session, "hall", limit=10)
        assert [(c.at, c.grade, [r["code"] for r in c.reasons]) for c in history] == [
            (NOW + 2 * DAY, "blue", []),
            (NOW + DAY + 1800, "orange", ["overdue", "blind"]),
            (NOW + DAY + 1, "yellow", ["overdue"]),
        ]
        unit = queries.risk_unit(session, "hall")
        assert (unit.effective, unit.effective_since) == ("blue", NOW + 2 * DAY)


def test_a_blind_camera_raises_what_its_zones_watch_too(database: Database) -> None:
    """A zone may watch another unit than its camera: both rise with the same sentence, named once
    each, and a unit that no zone watches stays as it was. Without its zone the unit falls again."""
    settle_in(database, camera=CAMERA)
    with database.begin() as session:
        for name in ("dock", "yard"):
            session.add(risk_unit(name))
        session.flush()
        watch_risk_unit(session, "gate", "door", "dock")
        note_blind(session, "gate", NOW - 2400)
        update_colours(session, now=NOW)
    blind = {"camera_id": "gate", "camera_name": "Gate 1", "minutes": 40}
    with database.begin() as session:
        kept = {unit: colour_history(session, unit, limit=9) for unit in ("dock", "hall", "yard")}
        assert [(c.grade, c.reasons) for c in kept["dock"]] == [
            ("yellow", [{"code": "blind", "values": blind}])
        ]
        assert [(c.grade, c.reasons) for c in kept["hall"]] == [
            (c.grade, c.reasons) for c in kept["dock"]
        ]
        assert kept["yard"] == []
        watch_risk_unit(session, "gate", "door", None)
        (fallen,) = update_colours(session, now=NOW + 60)
        assert (fallen.risk_unit_id, fallen.grade, fallen.reasons) == ("dock", "blue", [])


@contextmanager
def _counted(session: Session) -> Iterator[list[str]]:
    statements: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        if not statement.startswith("BEGIN"):
            statements.append(statement)

    engine = session.get_bind().engine
    event.listen(engine, "before_cursor_execute", note)
    yield statements
    event.remove(engine, "before_cursor_execute", note)


def test_the_map_needs_as_many_statements_for_many_units_as_for_one(database: Database) -> None:
    """Colours of 1 and of 60 units with tickets: the same number of statements."""
    settle_in(database, camera=CAMERA)
    counts = []
    for size in (1, 60):
        with database.begin() as session:
            for number in range(size):
                session.add(risk_unit(f"u{size}-{number}"))
                session.flush()
                _overdue_ticket(session, f"u{size}-{number}", f"r{size}-{number}")
        with database.read() as session, _counted(session) as statements:
            found = colours(session, now=NOW + 2 * DAY)
            yellow = [unit for unit in found if unit.colour.grade == "yellow"]
            assert len(yellow) == (1 if size == 1 else 61)
        counts.append(len(statements))
    assert counts[0] == counts[1] <= 4


def test_scores_and_bands() -> None:
    """L·E·C by Kinney's values; a band begins at its first score."""

    class Level:
        def __init__(self, code: str, lec_from: float, matrix_from: float) -> None:
            self.code, self.lec_from, self.matrix_from = code, lec_from, matrix_from

    levels = [Level("blue", 0, 0), Level("yellow", 70, 9), Level("orange", 160, 15),
              Level("red", 320, 20)]  # fmt: skip
    assert score(Method.LEC, DRAFT.factors) == 270
    assert [grade_for(levels, Method.LEC, s) for s in (0.05, 69.9, 70, 160, 319, 320)] == [
        "blue", "blue", "yellow", "orange", "orange", "red",
    ]  # fmt: skip
    assert grade_for(levels, Method.MATRIX, score(Method.MATRIX, {"likelihood": 4, "severity": 5}))
    for method, factors in (
        (Method.LEC, {"likelihood": 3}),
        (Method.LEC, {**DRAFT.factors, "likelihood": 4}),
        (Method.MATRIX, DRAFT.factors),
    ):
        with pytest.raises(Incomplete):
            score(method, factors)


def test_bands_are_data(database: Database) -> None:
    """An edited band counts at once; bands that cross are refused."""
    with database.begin() as session:
        words = {"name_zh": "一般风险", "name_en": "General", "colour": "#fadb14"}
        edit_grade(session, "yellow", lec_from=20, matrix_from=9, **words)
        assert grade_for(grades(session), Method.LEC, 21) == "yellow"
        with pytest.raises(Incomplete):
            edit_grade(session, "yellow", lec_from=200, matrix_from=9, **words)


def test_a_changed_grade_has_to_be_approved_again(database: Database) -> None:
    """Create, approve, edit; bad drafts are named."""
    settle_in(database)
    with database.begin() as session:
        unit = actions.create_risk_unit(session, DRAFT, now=NOW)
        assert (unit.inherent, unit.effective, unit.approved_by) == ("orange", "orange", None)
        actions.approve(session, unit.id, by="boss", now=NOW)
    worse = RiskDraft(**{**_fields(DRAFT), "factors": {**DRAFT.factors, "consequence": 40}})
    with database.begin() as session:
        row = actions.edit_risk_unit(session, unit.id, worse, now=NOW + 1)
        assert (row.inherent, row.effective, row.approved_by) == ("red", "red", None)
        assert [c.grade for c in colour_history(session, unit.id, limit=5)] == ["red"]
        for change, error in (
            ({"owner_id": "nobody"}, NotFound), ({"kind": "thing"}, Incomplete),
            ({"plan_id": "none"}, NotFound), ({"controls": {"luck": []}}, Incomplete),
            ({"polygon": [[0, 0], [1, 1]]}, Incomplete), ({"unit_id": "no"}, NotFound),
        ):  # fmt: skip
            with pytest.raises(error):
                actions.create_risk_unit(session, RiskDraft(**{**_fields(DRAFT), **change}), now=1)


def _fields(draft: RiskDraft) -> dict[str, object]:
    return {name: getattr(draft, name) for name in RiskDraft.__slots__}


def test_the_grid_has_36_cells_that_cover_the_plan(database: Database) -> None:
    """Each with its owner and its own QR code."""
    settle_in(database)
    with database.begin() as session:
        plan = actions.create_plan(
            session, unit_id="works", name="Hall", path="p.png", sha256="0", width=900, height=600,
            now=NOW,
        )  # fmt: skip
        draft = RiskDraft(**{**_fields(DRAFT), "plan_id": plan.id})
        cells = actions.make_grid(session, draft, owners={0: "wang"}, now=NOW)
        assert len({cell.form_code for cell in cells}) == 36
        assert (cells[0].name, cells[35].name) == ("Press A1", "Press F6")
        assert [cells[0].owner_id, cells[1].owner_id] == ["wang", "li"]
        area = sum(
            (c.polygon[1][0] - c.polygon[0][0]) * (c.polygon[2][1] - c.polygon[1][1]) for c in cells
        )
        assert area == pytest.approx(1)
        found = queries.risk_unit_of_form(session, cells[7].form_code)
        assert found.id == cells[7].id
        actions.retire(session, cells[7].id)
        with pytest.raises(NotFound):
            queries.risk_unit_of_form(session, cells[7].form_code)


def test_checks_and_reviews_are_due_once_a_period(database: Database) -> None:
    """A daily line is due again tomorrow; a review again next quarter."""
    settle_in(database)
    with database.begin() as session:
        (line,) = actions.set_check_list(session, "hall", [(None, "Rails tight?", "day")])
        paths = ["/site/works/"]
        assert [d.item.id for d in duties.due_checks(session, paths, now=NOW, zone=ZONE)] == [
            line.id
        ]
        with pytest.raises(Incomplete):
            duties.record_check(
                session, line.id, in_order=False, note="", by="li", now=NOW, zone=ZONE
            )
        for by in ("li", "wang"):
            row = duties.record_check(
                session, line.id, in_order=True, note="", by=by, now=NOW, zone=ZONE
            )
            assert row.by == "li"
        assert duties.due_checks(session, paths, now=NOW, zone=ZONE) == []
        assert len(duties.due_checks(session, paths, now=NOW + DAY, zone=ZONE)) == 1
        assert duties.due_checks(session, ["/site/other/"], now=NOW + DAY, zone=ZONE) == []
        assert [d.quarter for d in duties.due_reviews(session, paths, now=NOW, zone=ZONE)] == [
            "2023-Q4"
        ]
        review = {"by": "boss", "zone": ZONE}
        with pytest.raises(Incomplete):
            duties.record_review(session, "hall", grade="red", note="", now=NOW, **review)
        duties.record_review(session, "hall", grade="red", note="new press", now=NOW, **review)
        assert queries.risk_unit(session, "hall").inherent == "red"
        assert duties.due_reviews(session, paths, now=NOW, zone=ZONE) == []
        assert len(duties.due_reviews(session, paths, now=NOW + 60 * DAY, zone=ZONE)) == 1
