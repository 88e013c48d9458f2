import threading

import pytest
from examples import CAMERA, VIOLATION
from people import ALWAYS, DAY, NOW, settle_in
from sqlalchemy import select

from core.errors import Conflict, Incomplete, NotFound, WrongTransition
from hazards.cases.flow import report
from hazards.cases.kinds import HazardKind, Source
from hazards.cases.review import locked_hazard
from hazards.database import Database
from hazards.evidence.tables import PhotoRow
from hazards.tickets import actions, queries
from hazards.tickets.actions import Plan
from hazards.tickets.opening import open_ticket
from hazards.tickets.tables import TransitionRow
from hazards.tickets.transitions import (
    NEEDS,
    TRANSITIONS,
    UNDONE_STATES,
    State,
    Step,
    Tier,
    next_state,
    steps_from,
)

PLAN = Plan(Tier.GENERAL, "li", NOW + DAY)
TO_STATE = {
    State.DETECTED: (),
    State.CONFIRMED: (Step.CONFIRM,),
    State.DISMISSED: (Step.DISMISS,),
    State.ASSIGNED: (Step.CONFIRM, Step.ASSIGN),
    State.RECTIFIED: (Step.CONFIRM, Step.ASSIGN, Step.RECTIFY),
    State.VERIFIED: (Step.CONFIRM, Step.ASSIGN, Step.RECTIFY, Step.VERIFY),
    State.CLOSED: (Step.CONFIRM, Step.ASSIGN, Step.RECTIFY, Step.VERIFY, Step.CLOSE),
}


def _ticket(database: Database) -> str:
    """A ticket that was just opened, and a photo."""
    settle_in(database, camera=CAMERA)
    with database.begin() as session:
        hazard = report(
            session, id="r1", kind=HazardKind.UNSAFE_CONDITION, source=Source.REPORT,
            description="Loose rail", reported_by="wang", risk_unit_id="hall", unit_id="team-a",
            photo_ids=[], at=NOW, now=NOW, calendar=ALWAYS,
        )  # fmt: skip
        session.add(
            PhotoRow(
                id="photo",
                path="p.jpg",
                sha256="0" * 64,
                size=1,
                mime="image/jpeg",
                sent_by="user:1",
                sent_at=NOW,
            )
        )
        row = open_ticket(
            session, hazard, tier=Tier.GENERAL, actor="user:1", now=NOW, calendar=ALWAYS
        )
        return row.id


def _take(database: Database, ticket_id: str, step: Step, **changes: object) -> State:
    with database.begin() as session:
        if step is Step.ASSIGN:
            row = actions.assign(session, ticket_id, PLAN, actor="user:1", now=NOW, calendar=ALWAYS)
        elif step is Step.POSTPONE:
            row = actions.postpone(
                session,
                ticket_id,
                due_at=NOW + 2 * DAY,
                reason="parts",
                actor="user:1",
                now=NOW,
                calendar=ALWAYS,
            )
        else:
            row = actions.take_step(
                session,
                ticket_id,
                step,
                actor="user:1",
                now=NOW,
                **{"reason": "because", "photo_ids": ["photo"], **changes},
            )
        return State(row.state)


def test_every_step_is_allowed_or_refused_as_the_table_says(database: Database) -> None:
    """All states times all steps of people: the table's state, or WrongTransition and no trace."""
    settle = _ticket(database)
    with database.begin() as session:
        hazard = locked_hazard(session, "r1")
        state_of = {state: i for i, state in enumerate(State)}
        assert len(state_of) == 7
        assert hazard.ticket_id == settle
    people = [step for step in Step if NEEDS[step].capability and step is not Step.OPEN]
    tried = 0
    for state, way in TO_STATE.items():
        for step in people:
            if step is Step.ACCEPT:
                continue
            ticket_id = _copy(database, settle, f"{state}-{step}")
            for before in way:
                _take(database, ticket_id, before)
            tried += 1
            if (state, step) in TRANSITIONS:
                assert _take(database, ticket_id, step) is TRANSITIONS[state, step]
            else:
                with pytest.raises(WrongTransition, match=f"is {state} cannot {step}"):
                    _take(database, ticket_id, step)
                with database.read() as session:
                    assert queries.ticket(session, ticket_id).state == state
                    assert len(queries.transitions_of(session, ticket_id)) == len(way)
    assert tried == 7 * (len(people) - 1)


def _copy(database: Database, of: str, ticket_id: str) -> str:
    with database.begin() as session:
        row = queries.ticket(session, of)
        columns = {c.key: getattr(row, c.key) for c in type(row).__table__.columns}
        session.add(type(row)(**{**columns, "id": ticket_id, "place_key": ticket_id}))
        session.get_one(PhotoRow, "photo").ticket_id = None
    return ticket_id


def test_a_step_is_written_down_with_actor_time_reason_and_photos(database: Database) -> None:
    """The history says who did what, when and why."""
    ticket_id = _ticket(database)
    for step in TO_STATE[State.RECTIFIED]:
        _take(database, ticket_id, step)
    with database.read() as session:
        history = queries.transitions_of(session, ticket_id)
    assert [(t.number, t.step, t.from_state, t.to_state) for t in history] == [
        (1, "open", "", "detected"),
        (2, "confirm", "detected", "confirmed"),
        (3, "assign", "confirmed", "assigned"),
        (4, "rectify", "assigned", "rectified"),
    ]
    assert (history[-1].actor, history[-1].at, history[-1].reason, history[-1].photo_ids) == (
        "user:1", NOW, "because", ["photo"],
    )  # fmt: skip


def test_what_a_step_needs_is_asked_for(database: Database) -> None:
    """A dismissal without a reason, a rectification without a known photo: refused."""
    ticket_id = _ticket(database)
    with pytest.raises(Incomplete, match="reason"):
        _take(database, ticket_id, Step.DISMISS, reason="  ")
    _take(database, ticket_id, Step.CONFIRM)
    _take(database, ticket_id, Step.ASSIGN)
    with pytest.raises(Incomplete, match="photo"):
        _take(database, ticket_id, Step.RECTIFY, photo_ids=[])
    with pytest.raises(NotFound, match="no photo 'other'"):
        _take(database, ticket_id, Step.RECTIFY, photo_ids=["other"])
    with database.read() as session:
        assert queries.ticket(session, ticket_id).state == State.ASSIGNED


def test_a_major_hazard_needs_its_five_fields_and_its_own_acceptance(database: Database) -> None:
    """Measures, money, deadline, person, plan; one under supervision closes once accepted."""
    ticket_id = _ticket(database)
    _take(database, ticket_id, Step.CONFIRM)
    bare = Plan(Tier.MAJOR, "li", NOW + DAY, supervised=True)
    full = Plan(Tier.MAJOR, "li", NOW + DAY, "weld it", 1200.0, "clear the hall", supervised=True)
    with (
        database.begin() as session,
        pytest.raises(Incomplete, match="measures, money, an emergency plan"),
    ):
        actions.assign(session, ticket_id, bare, actor="user:1", now=NOW, calendar=ALWAYS)
    with database.begin() as session:
        actions.assign(session, ticket_id, full, actor="user:1", now=NOW, calendar=ALWAYS)
    _take(database, ticket_id, Step.RECTIFY)
    with pytest.raises(WrongTransition):
        _take(database, ticket_id, Step.ACCEPT)
    _take(database, ticket_id, Step.VERIFY)
    with pytest.raises(WrongTransition, match="acceptance"):
        _take(database, ticket_id, Step.CLOSE)
    assert _take(database, ticket_id, Step.ACCEPT) is State.VERIFIED
    assert _take(database, ticket_id, Step.CLOSE) is State.CLOSED


def test_a_deadline_lies_ahead_and_a_person_exists(database: Database) -> None:
    """No ticket without an owner, none that is overdue from the start."""
    ticket_id = _ticket(database)
    _take(database, ticket_id, Step.CONFIRM)
    for plan, error in (
        (Plan(Tier.GENERAL, "nobody", NOW + DAY), NotFound),
        (Plan(Tier.GENERAL, "li", NOW), Incomplete),
    ):
        with database.begin() as session, pytest.raises(error):
            actions.assign(session, ticket_id, plan, actor="user:1", now=NOW, calendar=ALWAYS)


def test_two_people_who_close_one_ticket_at_once(database: Database) -> None:
    """One closes it, the other is told; the history has one closing."""
    ticket_id = _ticket(database)
    for step in TO_STATE[State.VERIFIED]:
        _take(database, ticket_id, step)
    results: list[str] = []
    ready = threading.Barrier(2)

    def close() -> None:
        ready.wait()
        try:
            results.append(_take(database, ticket_id, Step.CLOSE))
        except WrongTransition:
            results.append("refused")

    threads = [threading.Thread(target=close) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["closed", "refused"]
    with database.read() as session:
        closings = select(TransitionRow).where(TransitionRow.step == "close")
        assert len(session.scalars(closings).all()) == 1


def test_an_outdated_page_changes_nothing(database: Database) -> None:
    """Who saw an earlier version gets a Conflict; who saw this one does not."""
    ticket_id = _ticket(database)
    with database.read() as session:
        version = queries.ticket(session, ticket_id).version
    _take(database, ticket_id, Step.CONFIRM)
    with pytest.raises(Conflict, match="somebody has changed"):
        _take(database, ticket_id, Step.DISMISS, version=version)
    with database.read() as session:
        assert queries.ticket(session, ticket_id).version == version + 1


def test_the_list_has_filters_and_ends_at_the_sub_tree(database: Database) -> None:
    """State, overdue, assignee; another part of the organisation sees nothing."""
    ticket_id = _ticket(database)
    _take(database, ticket_id, Step.CONFIRM)
    _take(database, ticket_id, Step.ASSIGN)
    with database.read() as session:
        for filters, found in (
            ({}, 1),
            ({"states": [State.ASSIGNED], "tiers": [Tier.GENERAL], "assignee_id": "li"}, 1),
            ({"states": [State.CLOSED]}, 0),
            ({"overdue_at": NOW + DAY}, 0),
            ({"overdue_at": NOW + DAY + 1}, 1),
        ):
            for paths, seen in ((["/site/"], found), (["/site/works/team-a/"], found), ([], 0)):
                page = queries.ticket_page(session, paths=paths, limit=10, **filters)
                assert len(page.tickets) == seen, (filters, paths)
        assert queries.counts_by_state(session, ["/site/works/"]) == {"assigned": 1}


def test_the_table_leads_nowhere_unknown() -> None:
    """Every state but the first can be reached, and every step of people is possible somewhere."""
    assert set(TRANSITIONS.values()) == set(State)
    taken = {step for _, step in TRANSITIONS}
    assert {step for step in Step if step is not Step.OPEN} == taken
    assert all(steps_from(state) for state in State)
    assert next_state(State.DETECTED, Step.CONFIRM) is State.CONFIRMED
    assert State.CLOSED not in UNDONE_STATES
    assert VIOLATION.kind == HazardKind.BLOCKED_EXIT
