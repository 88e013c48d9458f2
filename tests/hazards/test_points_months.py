import threading
from datetime import datetime

import pytest
from people import NOW, ZONE, settle_in
from sqlalchemy import func, select, text

from core.errors import Conflict, MonthClosed, NotEnough, NotFound, TooLate
from hazards.database import Database
from hazards.periods import day_start, month_end, month_of, months_of, quarter_of, week_of
from hazards.points import ledger, months, rewards, statements
from hazards.points.ledger import Entry
from hazards.points.policy import policy_at
from hazards.points.tables import LedgerEntryRow, RewardRow


def _at(words: str) -> float:
    return datetime.fromisoformat(words).replace(tzinfo=ZONE).timestamp()


def _entry(key: str, points: int = 10, **changes: object) -> Entry:
    values = {
        "kind": "violation", "debit_id": "person:wang", "credit_id": ledger.SYSTEM,
        "period": "2026-11", "at": _at("2026-11-10 12:00"), "actor": "user:1", "policy": 1,
    }  # fmt: skip
    return Entry(key=key, points=points, **{**values, **changes})


def test_a_month_ends_at_local_midnight() -> None:
    """23:59:59 in Shanghai is the old month, one second later the new one; UTC does not matter."""
    midnight = _at("2026-12-01 00:00")
    assert month_of(midnight - 1, ZONE) == "2026-11"
    assert month_of(midnight, ZONE) == "2026-12"
    assert month_end("2026-11", ZONE) == midnight
    assert quarter_of(_at("2027-01-01 00:00") - 1, ZONE) == "2026-Q4"
    assert quarter_of(_at("2027-01-01 00:00"), ZONE) == "2027-Q1"
    assert months_of("2026-Q4") == ("2026-10", "2026-11", "2026-12")
    assert week_of(_at("2027-01-01 12:00"), ZONE) == "2026-W53"
    assert day_start(_at("2026-11-24 23:59"), ZONE) == _at("2026-11-24 00:00")
    with pytest.raises(ValueError, match="not a quarter"):
        months_of("2026-Q5")


def test_a_month_opens_once_for_everybody(database: Database) -> None:
    """100 points each; again it reaches only whoever is new."""
    settle_in(database)
    with database.begin() as session:
        assert months.open_month(session, now=_at("2026-11-01 00:00"), zone=ZONE) == 4
        assert months.open_month(session, now=_at("2026-11-30 23:59"), zone=ZONE) == 0
        assert months.open_month(session, now=_at("2026-12-01 00:00"), zone=ZONE) == 4
        assert ledger.balance(session, "person:wang") == 200
        assert ledger.balance(session, ledger.SYSTEM) == -800


def test_a_month_is_closed_after_its_midnight(database: Database) -> None:
    """Not a second earlier; what is left goes into the savings, and nothing is booked any more."""
    settle_in(database)
    midnight = _at("2026-12-01 00:00")
    with database.begin() as session:
        months.open_month(session, now=_at("2026-11-01 00:00"), zone=ZONE)
        ledger.book(session, _entry("violation:1", 30))
        ledger.book(session, _entry("violation:2", 130, debit_id="person:li"))
        with pytest.raises(Conflict, match="not ended"):
            months.close_month(session, "2026-11", actor="u", now=midnight - 1, zone=ZONE)
        assert months.months_to_close(session, now=midnight - 1, zone=ZONE) == []
        assert months.months_to_close(session, now=midnight, zone=ZONE) == ["2026-11"]
    for _ in range(2):
        with database.begin() as session:
            row = months.close_month(session, "2026-11", actor="u", now=midnight, zone=ZONE)
            assert row.number == 4 + 2 + 4
    with database.begin() as session:
        assert ledger.balance(session, "person:wang") == 0
        assert ledger.balance(session, "savings:wang") == 70
        assert ledger.balance(session, "person:li") == 0, "below zero is forgiven"
        assert statements.scores(session, "person:li", ["2026-11"]) == {"2026-11": -30}
        assert months.months_to_close(session, now=midnight, zone=ZONE) == []
        with pytest.raises(MonthClosed):
            ledger.book(session, _entry("violation:3"))
        assert not ledger.book(session, _entry("violation:1", 30)), "known keys stay known"


def test_a_reversal_after_the_close_goes_to_the_savings(database: Database) -> None:
    """The closed month's account stays at zero, its score is corrected, the points are there."""
    settle_in(database)
    with database.begin() as session:
        months.open_month(session, now=_at("2026-11-01 00:00"), zone=ZONE)
        ledger.book(session, _entry("violation:1", 30))
        months.close_month(session, "2026-11", actor="u", now=_at("2026-12-01 00:00"), zone=ZONE)
        ledger.reverse(session, "violation:1", actor="u", reason="appeal", at=NOW)
        assert ledger.balance(session, "person:wang") == 0
        assert ledger.balance(session, "savings:wang") == 100
        assert statements.scores(session, "person:wang", ["2026-11"]) == {"2026-11": 100}
        with pytest.raises(Conflict, match="already"):
            ledger.reverse(session, "violation:1", actor="u", reason="again", at=NOW)
        found = statements.statement(session, "person:wang")
        assert [line.entry.kind for line in found.lines] == [
            "reversal", "close", "violation", "opening",
        ]  # fmt: skip
        assert (found.balance, found.savings) == (0, 100)


def test_the_year_says_who_is_eligible(database: Database) -> None:
    """An average of 60 is, below is not; months without a score do not count."""
    settle_in(database)
    with database.begin() as session:
        for month in ("2026-10-01 00:00", "2026-11-01 00:00"):
            months.open_month(session, now=_at(month), zone=ZONE)
        policy = policy_at(session, NOW)
        ledger.book(session, _entry("violation:1", 80))
        assert statements.year(session, "wang", 2026, policy).eligible
        ledger.book(session, _entry("violation:2", 2))
        year = statements.year(session, "wang", 2026, policy)
        assert (year.scores, year.average) == ({"2026-10": 100, "2026-11": 18}, 59.0)
        assert not year.eligible
        assert not statements.year(session, "wang", 2025, policy).eligible


def _closed_quarter(database: Database) -> str:
    settle_in(database)
    with database.begin() as session:
        for month in ("2026-10", "2026-11", "2026-12"):
            months.open_month(session, now=_at(f"{month}-01 00:00"), zone=ZONE)
            end = month_end(month, ZONE)
            months.close_month(session, month, actor="u", now=end, zone=ZONE)
        return rewards.create_reward(session, kind="goods", name="Boots", price=200, stock=1).id


def test_points_of_a_closed_quarter_are_redeemed_once(database: Database) -> None:
    """While points, stock and time last; the same request takes nothing twice."""
    boots = _closed_quarter(database)
    now = _at("2027-01-05 09:00")
    call = {"person_id": "wang", "reward_id": boots, "quarter": "2026-Q4", "actor": "u"}
    with database.begin() as session:
        assert statements.redeemable(session, "wang", "2026-Q4") == 300
        first = rewards.redeem(session, key="a", now=now, zone=ZONE, **call)
        again = rewards.redeem(session, key="a", now=now, zone=ZONE, **call)
        assert first.number == again.number
        assert statements.redeemable(session, "wang", "2026-Q4") == 100
        assert ledger.balance(session, "savings:wang") == 100
        with pytest.raises(NotEnough, match="out of stock"):
            rewards.redeem(session, key="b", now=now, zone=ZONE, **{**call, "person_id": "li"})
        session.get(RewardRow, boots).stock = 5
        for change, at, error in (
            ({}, now, NotEnough),
            ({"quarter": "2027-Q1"}, now, Conflict),
            ({"person_id": "li"}, _at("2027-04-10 09:00"), TooLate),
            ({"reward_id": "none"}, now, NotFound),
        ):
            with pytest.raises(error):
                rewards.redeem(session, key="c", now=at, zone=ZONE, **{**call, **change})


def test_the_last_piece_goes_to_one(database: Database) -> None:
    """Four people want it at the same moment."""
    boots = _closed_quarter(database)
    got: list[str] = []
    ready = threading.Barrier(4)

    def take(person: str) -> None:
        ready.wait()
        try:
            with database.begin() as session:
                rewards.redeem(
                    session, key=person, person_id=person, reward_id=boots, quarter="2026-Q4",
                    actor="u", now=_at("2027-01-05 09:00"), zone=ZONE,
                )  # fmt: skip
            got.append(person)
        except NotEnough:
            pass

    threads = [threading.Thread(target=take, args=(p,)) for p in ("li", "wang", "zhao", "boss")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 1


def _tamper(database: Database, *statements_: str) -> None:
    """As somebody would who has the database itself in hand."""
    with database.begin() as session:
        sqlite = session.get_bind().dialect.name == "sqlite"
        if sqlite:
            for change in ("update", "delete"):
                session.execute(text(f"DROP TRIGGER ledger_entries_no_{change}"))
        else:
            session.execute(text("ALTER TABLE ledger_entries DISABLE TRIGGER USER"))
        for statement in statements_:
            session.execute(text(statement))


@pytest.mark.parametrize(
    ("tampering", "wrong", "problem"),
    [
        ("UPDATE ledger_entries SET points = 11 WHERE number = 3", 3, "altered"),
        ("UPDATE ledger_entries SET at = at + 1 WHERE number = 5", 5, "altered"),
        ("UPDATE ledger_entries SET reason = 'x' WHERE number = 1", 1, "altered"),
        ("UPDATE ledger_entries SET debit_id = 'person:li' WHERE number = 2", 2, "altered"),
        ("DELETE FROM ledger_entries WHERE number = 4", 4, "missing"),
        ("DELETE FROM ledger_entries WHERE number > 4", 5, "cut off"),
    ],
)
def test_verify_names_the_first_wrong_entry(
    database: Database, tampering: str, wrong: int, problem: str
) -> None:
    """An altered field, a lost row, a shortened end."""
    with database.begin() as session:
        ledger.book_all(session, [_entry(f"violation:{n}", n + 1) for n in range(6)])
        ledger.ensure_accounts(session, {"person:li"})
    with database.read() as session:
        assert ledger.verify_ledger(session) == ledger.Verified(6, None, "")
    _tamper(database, tampering)
    with database.read() as session:
        found = ledger.verify_ledger(session)
    assert (found.wrong, found.problem) == (wrong, problem)


def test_threads_that_book_at_once_keep_one_chain(database: Database) -> None:
    """8 threads, 10 entries each, some the same: numbers without gaps, keys once, sums zero."""

    def book(thread: int) -> None:
        for number in range(10):
            with database.begin() as session:
                key = f"violation:{number}" if number % 2 else f"violation:{thread}-{number}"
                ledger.book(session, _entry(key))

    threads = [threading.Thread(target=book, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(LedgerEntryRow)) == 5 + 8 * 5
        assert ledger.verify_ledger(session) == ledger.Verified(45, None, "")
        total = sum(ledger.balance(session, account) for account in ("person:wang", ledger.SYSTEM))
        assert total == 0


def test_control_characters_do_not_shift_fields(database: Database) -> None:
    """A reason that holds the separator is stored as spaces, and verifies."""
    with database.begin() as session:
        ledger.book(session, _entry("violation:1", reason="a\x1fb\nc"))
    with database.read() as session:
        entry = ledger.entry_of(session, "violation:1")
        assert entry is not None
        assert entry.reason == "a b c"
        assert ledger.verify_ledger(session).wrong is None
