import threading
from dataclasses import replace

import pytest
from examples import CAMERA, VIOLATION
from people import ALWAYS, DAY, NOW, ZONE, People, settle_in
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from core.errors import Conflict, Forbidden, Incomplete, NotFound, TooLate, WrongTransition
from core.violation import ViolationKind
from hazards.cases import flow
from hazards.cases.kinds import Dismissal, HazardKind, Source, SubjectKind, Verdict
from hazards.cases.tables import HazardRow
from hazards.database import Database
from hazards.points import appeals, charges, ledger
from hazards.points.policy import Policy, add_policy, policy_at
from hazards.points.statements import statement
from hazards.points.tables import LedgerEntryRow

HELMET = replace(
    VIOLATION,
    id="h0",
    kind=ViolationKind.MISSING_HELMET,
    rule="helmet/1",
    started_at=NOW - 100,
    last_seen_at=NOW - 90,
    track_ids=(1,),
)


def _seen(database: Database, hazard_id: str, at: float = HELMET.started_at) -> None:
    with database.begin() as session:
        violation = replace(HELMET, id=hazard_id, started_at=at, last_seen_at=at + 1)
        flow.take_in(session, [violation], now=at, calendar=ALWAYS)


def _about(database: Database, people: People, hazard_id: str, person: str = "wang") -> None:
    with database.begin() as session:
        flow.name_subject(session, hazard_id, SubjectKind.PERSON, person, by=people.staff, now=NOW)


def _confirm(database: Database, people: People, hazard_id: str, now: float = NOW) -> None:
    with database.begin() as session:
        flow.decide(
            session, hazard_id, Verdict.CONFIRMED, by=people.staff, now=now, calendar=ALWAYS
        )


def _balance(database: Database, account: str) -> int:
    with database.read() as session:
        return ledger.balance(session, account)


def test_a_machine_books_nothing(database: Database) -> None:
    """Before the verdict there is a provisional charge and no entry; the verdict books it."""
    people = settle_in(database, camera=CAMERA)
    _seen(database, "h0")
    _about(database, people, "h0")
    with database.read() as session:
        found = statement(session, "person:wang")
        assert (found.balance, found.lines) == (0, [])
        assert [(c.points, c.state) for c in found.provisional] == [(-10, "provisional")]
    with database.begin() as session, pytest.raises(WrongTransition, match="verdict"):
        charges.settle(session, session.get(HazardRow, "h0"), actor="rule:x", now=NOW, zone=ZONE)
    _confirm(database, people, "h0")
    with database.read() as session:
        found = statement(session, "person:wang")
        assert (found.balance, found.provisional) == (-10, [])
        assert [line.points for line in found.lines] == [-10]
        assert found.lines[0].entry.actor == f"user:{people.staff.id}"


def test_a_dismissed_hazard_costs_nothing(database: Database) -> None:
    """Its charge is void."""
    people = settle_in(database, camera=CAMERA)
    _seen(database, "h0")
    _about(database, people, "h0")
    with database.begin() as session:
        flow.decide(
            session, "h0", Verdict.DISMISSED, dismissal=Dismissal.HELMET_WORN, by=people.staff,
            now=NOW, calendar=ALWAYS,
        )  # fmt: skip
    assert _balance(database, "person:wang") == 0
    with database.read() as session:
        assert [c.state for c in charges.charges_of(session, "h0")] == ["void"]


def test_what_nobody_is_named_for_goes_to_the_area(database: Database) -> None:
    """The team's account of the risk unit; all accounts together are zero."""
    people = settle_in(database, camera=CAMERA)
    _seen(database, "h0")
    _confirm(database, people, "h0")
    assert _balance(database, "team:team-a") == -10
    assert _balance(database, ledger.SYSTEM) == 10


def test_one_incident_is_charged_once(database: Database) -> None:
    """8 threads give and repeat the same verdict; one entry."""
    people = settle_in(database, camera=CAMERA)
    _seen(database, "h0")
    _about(database, people, "h0")
    errors: list[BaseException] = []

    def confirm() -> None:
        try:
            for _ in range(5):
                _confirm(database, people, "h0")
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=confirm) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(LedgerEntryRow)) == 1
    with database.begin() as session, pytest.raises(Conflict, match="appeal"):
        flow.name_subject(session, "h0", SubjectKind.PERSON, "li", by=people.staff, now=NOW)


def test_repetition_costs_more_until_the_caps(database: Database) -> None:
    """10, 20, then what is left of the day's 50; another day 50, and the month ends at 100."""
    people = settle_in(database, camera=CAMERA)
    costs = []
    for number, at in enumerate([NOW, NOW + 1, NOW + 2, NOW + 3, NOW + DAY, NOW + 2 * DAY]):
        hazard_id = f"h{number}"
        _seen(database, hazard_id, at)
        _about(database, people, hazard_id)
        _confirm(database, people, hazard_id, now=at + 10)
        with database.read() as session:
            costs.append(charges.charges_of(session, hazard_id)[0].points)
    assert costs == [-10, -20, -20, 0, -50, 0]
    assert _balance(database, "person:wang") == -100


def test_a_confirmed_report_earns_by_its_tier(database: Database) -> None:
    """Points for the reporter, none for a report that was dismissed."""
    people = settle_in(database)
    for hazard_id, verdict in (("r1", Verdict.CONFIRMED), ("r2", Verdict.DISMISSED)):
        with database.begin() as session:
            flow.report(
                session, id=hazard_id, kind=HazardKind.UNSAFE_CONDITION, source=Source.REPORT,
                description="Oil on the floor", reported_by="wang", risk_unit_id="hall",
                unit_id="team-a", photo_ids=[], at=NOW, now=NOW, calendar=ALWAYS,
            )  # fmt: skip
            reason = Dismissal.OTHER if verdict is Verdict.DISMISSED else None
            flow.decide(
                session,
                hazard_id,
                verdict,
                dismissal=reason,
                by=people.staff,
                now=NOW,
                calendar=ALWAYS,
            )
    assert _balance(database, "person:wang") == 5


def test_an_appeal_is_decided_by_somebody_else_and_reverses_the_entry(
    database: Database,
) -> None:
    """The reviewer may not decide; granted, the points come back and the ledger keeps both."""
    people = settle_in(database, camera=CAMERA)
    _seen(database, "h0")
    _about(database, people, "h0")
    _confirm(database, people, "h0")
    with database.begin() as session:
        appeal = appeals.raise_appeal(
            session, "violation:h0", account_id="person:wang", text="I wore it", actor="user:9",
            now=NOW + DAY,
        )  # fmt: skip
    with database.begin() as session, pytest.raises(Forbidden):
        appeals.decide_appeal(
            session, appeal.id, grant=True, reason="clip", by=people.staff, now=NOW + DAY
        )
    for expected in (None, WrongTransition):
        with database.begin() as session:
            call = {"grant": True, "reason": "the clip shows it", "by": people.manager}
            if expected is None:
                row = appeals.decide_appeal(session, appeal.id, now=NOW + DAY, **call)
                assert row.state == "granted"
            else:
                with pytest.raises(expected):
                    appeals.decide_appeal(session, appeal.id, now=NOW + DAY, **call)
    with database.read() as session:
        found = statement(session, "person:wang")
        assert [line.points for line in found.lines] == [10, -10]
        assert found.lines[0].entry.reverses == "violation:h0"
        assert ledger.verify_ledger(session).wrong is None
    _seen(database, "h1", NOW + 2 * DAY)
    _about(database, people, "h1")
    _confirm(database, people, "h1", now=NOW + 2 * DAY)
    assert _balance(database, "person:wang") == -10, "a reversed one is no repetition"


def test_appeals_that_are_refused(database: Database) -> None:
    """Of a stranger, without words, too late, twice; a decision without a reason."""
    people = settle_in(database, camera=CAMERA)
    _seen(database, "h0")
    _about(database, people, "h0")
    _confirm(database, people, "h0")
    good = {"account_id": "person:wang", "text": "no", "actor": "user:9", "now": NOW + DAY}
    for change, error in (
        ({"account_id": "person:li"}, NotFound),
        ({"text": " "}, Incomplete),
        ({"now": NOW + 7 * DAY + 1}, TooLate),
        ({"now": NOW + 7 * DAY}, None),
        ({}, Conflict),
    ):
        with database.begin() as session:
            if error is None:
                row = appeals.raise_appeal(session, "violation:h0", **{**good, **change})
            else:
                with pytest.raises(error):
                    appeals.raise_appeal(session, "violation:h0", **{**good, **change})
    with database.begin() as session, pytest.raises(Incomplete):
        appeals.decide_appeal(session, row.id, grant=False, reason="", by=people.manager, now=NOW)


@pytest.mark.parametrize(
    "change",
    ["UPDATE ledger_entries SET points = 1", "DELETE FROM ledger_entries"],
)
def test_the_database_refuses_to_change_the_ledger(database: Database, change: str) -> None:
    """Triggers: neither update nor delete, whoever asks."""
    people = settle_in(database, camera=CAMERA)
    _seen(database, "h0")
    _confirm(database, people, "h0")
    with pytest.raises(DBAPIError, match="only grows"):
        with database.begin() as session:
            session.execute(text(change))
    assert _balance(database, "team:team-a") == -10


def test_a_policy_is_changed_by_a_new_version(database: Database) -> None:
    """What is booked keeps its version; a policy of the past or with a mistake is refused."""
    with database.begin() as session:
        first = policy_at(session, NOW)
        body = {**first.body, "month_begins_with": 120}
        add_policy(session, body, valid_from=NOW + DAY, by="user:1", now=NOW)
        with pytest.raises(Conflict):
            add_policy(session, body, valid_from=NOW - 1, by="user:1", now=NOW)
        for wrong in ({}, {**body, "appeal_days": 0}, {**body, "reports": {"major": "20"}},
                      {**body, "violations": {"gas": []}}):  # fmt: skip
            with pytest.raises(Incomplete):
                Policy.parse(1, wrong)
    with database.read() as session:
        assert policy_at(session, NOW).month_begins_with == 100
        later = policy_at(session, NOW + DAY)
        assert (later.version, later.month_begins_with) == (2, 120)
