from collections import Counter
from dataclasses import replace

import pytest
from examples import CAMERA, VIOLATION
from people import ALWAYS, DAY, NOW, ZONE, settle_in
from sqlalchemy.orm import Session

from core.errors import Forbidden, Incomplete, WrongTransition
from core.violation import ViolationKind
from hazards.access.tables import UserRow
from hazards.cases import flow, quality, review
from hazards.cases.kinds import Dismissal, SubjectKind, Verdict
from hazards.cases.tables import HazardRow
from hazards.database import Database
from hazards.points.alerts import days_running, sudden_rises
from hazards.points.tables import LedgerEntryRow

HELMET = replace(VIOLATION, kind=ViolationKind.MISSING_HELMET, rule="helmet/1")


def _seen(database: Database, hazard_id: str, at: float = NOW, person: str = "") -> None:
    with database.begin() as session:
        violation = replace(HELMET, id=hazard_id, started_at=at, last_seen_at=at + 1)
        flow.take_in(session, [violation], now=at, calendar=ALWAYS)


def _waiting(session: Session, by: UserRow) -> list[str]:
    rows = review.second_queue(session, by, paths=["/site/"], limit=9)
    return sorted(row.id for row in rows)


def test_kappa_is_cohens() -> None:
    """The worked example of the textbooks: 20, 5, 10, 15 give 0.4; nothing to say gives None."""
    table = {("y", "y"): 20, ("y", "n"): 5, ("n", "y"): 10, ("n", "n"): 15}
    found = quality.cohens_kappa(table)
    assert (found.pairs, found.agreeing) == (50, 35)
    assert found.kappa == pytest.approx(0.4)
    assert quality.cohens_kappa({}).kappa is None
    assert quality.cohens_kappa({("y", "y"): 9}).kappa is None


@pytest.mark.parametrize(
    ("right", "total", "low", "high"),
    [(0, 0, 0.0, 1.0), (8, 10, 0.4902, 0.9433), (0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0)],
)
def test_wilsons_interval(right: int, total: int, low: float, high: float) -> None:
    """Published values; never outside 0..1."""
    assert quality.wilson(right, total) == pytest.approx((low, high), abs=1e-4)


def test_the_second_verdict_is_blind_and_somebody_elses(database: Database) -> None:
    """Not by the first reviewer, once, and without any effect on the first verdict."""
    people = settle_in(database, camera=CAMERA)
    for hazard_id in ("a", "b"):
        _seen(database, hazard_id)
        with database.begin() as session:
            flow.decide(
                session, hazard_id, Verdict.CONFIRMED, by=people.staff, now=NOW, calendar=ALWAYS,
                second_share=1.0,
            )  # fmt: skip
    with database.read() as session:
        assert _waiting(session, people.staff) == []
        assert _waiting(session, people.other) == ["a", "b"]
    call = {"dismissal": None, "now": NOW}
    with database.begin() as session:
        with pytest.raises(Forbidden):
            review.give_second_verdict(session, "a", Verdict.CONFIRMED, by=people.staff, **call)
        review.give_second_verdict(session, "a", Verdict.CONFIRMED, by=people.other, **call)
        with pytest.raises(WrongTransition):
            review.give_second_verdict(session, "a", Verdict.CONFIRMED, by=people.manager, **call)
        review.give_second_verdict(
            session, "b", Verdict.DISMISSED, dismissal=Dismissal.PERMITTED, by=people.other, now=NOW
        )
        assert session.get(HazardRow, "b").verdict == Verdict.CONFIRMED
        found = quality.agreement(session, since=0)
        assert (found.pairs, found.agreeing, found.kappa) == (2, 1, 0.0)


def test_about_a_tenth_is_drawn_and_always_the_same(database: Database) -> None:
    """By the id alone; a share of none draws none."""
    settle_in(database, camera=CAMERA)
    with database.begin() as session:
        drawn = [
            review.draw_for_second_review(session, HazardRow(id=f"x{n}"), share=0.0, now=NOW)
            for n in range(50)
        ]
        assert not any(drawn)


def test_verdicts_that_are_refused(database: Database) -> None:
    """A dismissal without its reason, a reason with a confirmation, a second first verdict."""
    people = settle_in(database, camera=CAMERA)
    _seen(database, "a")
    call = {"by": people.staff, "now": NOW, "calendar": ALWAYS}
    with database.begin() as session:
        with pytest.raises(Incomplete):
            flow.decide(session, "a", Verdict.DISMISSED, **call)
        with pytest.raises(Incomplete):
            flow.decide(session, "a", Verdict.CONFIRMED, dismissal=Dismissal.OTHER, **call)
        flow.decide(session, "a", Verdict.CONFIRMED, **call)
        with pytest.raises(WrongTransition):
            flow.decide(session, "a", Verdict.CONFIRMED, **{**call, "by": people.other})
        flow.decide(session, "a", Verdict.CONFIRMED, **call)


def test_precision_is_counted_per_camera_and_rule(database: Database) -> None:
    """Of reviewed alarms only."""
    people = settle_in(database, camera=CAMERA)
    for number in range(4):
        _seen(database, f"h{number}")
        if number < 3:
            reason = None if number else Dismissal.NOT_A_PERSON
            verdict = Verdict.CONFIRMED if number else Verdict.DISMISSED
            with database.begin() as session:
                flow.decide(
                    session, f"h{number}", verdict, dismissal=reason, by=people.staff, now=NOW,
                    calendar=ALWAYS,
                )  # fmt: skip
    with database.read() as session:
        (found,) = quality.precision(session, since=0, until=NOW + 1)
    assert (found.camera_id, found.rule, found.confirmed, found.reviewed) == (
        "gate", "helmet/1", 2, 3,
    )  # fmt: skip
    assert found.low < 2 / 3 < found.high


def test_a_forecast_is_the_mean_of_the_shifts_seen(database: Database) -> None:
    """56 alarms at noon in four weeks: two a day shift, none in the night."""
    settle_in(database, camera=CAMERA)
    noon = NOW - 6.25 * 3600 + 12 * 3600 - DAY
    for day in range(28):
        for turn in range(2):
            _seen(database, f"n{day}-{turn}", noon - day * DAY + turn)
    shifts = [("day", "mon-sun 08:00-20:00"), ("night", "mon-sun 20:00-08:00")]
    with database.read() as session:
        day, night = quality.forecast(session, shifts, now=noon + 3600, zone=ZONE)
    assert day.mean == pytest.approx(2, rel=0.05)
    assert (day.low, day.high) == (0, 5)
    assert (night.mean, night.low, night.high) == (0, 0, 0)


def test_three_days_running_is_an_alert(database: Database) -> None:
    """Up to yesterday or today, by local days and confirmed cases of one person."""
    people = settle_in(database, camera=CAMERA)
    for days in range(3):
        hazard_id = f"d{days}"
        _seen(database, hazard_id, NOW - days * DAY)
        with database.read() as session:
            assert days_running(session, now=NOW, zone=ZONE) == []
        with database.begin() as session:
            flow.name_subject(
                session, hazard_id, SubjectKind.PERSON, "wang", by=people.staff, now=NOW
            )
            flow.decide(
                session, hazard_id, Verdict.CONFIRMED, by=people.staff, now=NOW, calendar=ALWAYS
            )
    with database.read() as session:
        (alert,) = days_running(session, now=NOW, zone=ZONE)
        assert (alert.person_id, alert.hazard_ids) == ("wang", ["d0", "d1", "d2"])
        assert len(days_running(session, now=NOW + DAY, zone=ZONE)) == 1
        assert days_running(session, now=NOW + 2 * DAY, zone=ZONE) == []


def test_a_sudden_rise_of_a_unit_is_an_alert(database: Database) -> None:
    """One a week before and six now is; two is not."""
    people = settle_in(database, camera=CAMERA)
    times = [NOW - weeks * 7 * DAY for weeks in range(1, 5)] + [NOW - n * 3600 for n in range(6)]
    for number, at in enumerate(times):
        _seen(database, f"s{number}", at)
        with database.begin() as session:
            flow.decide(
                session, f"s{number}", Verdict.CONFIRMED, by=people.staff, now=NOW, calendar=ALWAYS
            )
        with database.read() as session:
            rises = sudden_rises(session, now=NOW, zone=ZONE)
        assert [r.unit_id for r in rises] == (["team-a"] if number >= 8 else [])
    assert (rises[0].recent, rises[0].usual) == (6, 1.0)


def test_disagreement_is_measured_and_changes_nothing(database: Database) -> None:
    """Half of 24 reviewed cases are drawn; the second person disagrees on every third: kappa is
    that of the two lists of verdicts, the first verdicts, points and tickets stay, the precision of
    the camera counts first verdicts only, and no case waits any more."""
    people = settle_in(database, camera=CAMERA)
    confirmed = {"dismissal": None}
    dismissed = {"dismissal": Dismissal.PERMITTED}
    firsts: dict[str, Verdict] = {}
    for number in range(24):
        hazard_id = f"case-{number}"
        _seen(database, hazard_id)
        firsts[hazard_id] = Verdict.DISMISSED if number % 4 == 0 else Verdict.CONFIRMED
        why = dismissed if number % 4 == 0 else confirmed
        with database.begin() as session:
            flow.decide(
                session, hazard_id, firsts[hazard_id], by=people.staff, now=NOW, calendar=ALWAYS,
                second_share=0.5, **why,
            )  # fmt: skip
    with database.read() as session:
        drawn = [row.id for row in review.second_queue(
            session, people.other, paths=["/site/"], limit=99
        )]  # fmt: skip
        before = [(row.id, row.verdict, row.dismissal) for row in session.query(HazardRow)]
        entries = session.query(LedgerEntryRow).count()
    assert 4 < len(drawn) < 20
    table: Counter[tuple[str, str]] = Counter()
    for number, hazard_id in enumerate(sorted(drawn)):
        other = {Verdict.CONFIRMED: Verdict.DISMISSED, Verdict.DISMISSED: Verdict.CONFIRMED}
        second = other[firsts[hazard_id]] if number % 3 == 0 else firsts[hazard_id]
        table[firsts[hazard_id], second] += 1
        why = dismissed if second is Verdict.DISMISSED else confirmed
        with database.begin() as session:
            review.give_second_verdict(
                session, hazard_id, second, by=people.other, now=NOW + 1, **why
            )
    total = len(drawn)
    agreeing = sum(count for (first, second), count in table.items() if first == second)
    chance = sum(
        sum(n for pair, n in table.items() if pair[0] == verdict)
        * sum(n for pair, n in table.items() if pair[1] == verdict)
        for verdict in Verdict
    ) / total**2  # fmt: skip
    with database.read() as session:
        found = quality.agreement(session, since=0)
        assert (found.pairs, found.agreeing) == (total, agreeing)
        assert found.kappa == pytest.approx((agreeing / total - chance) / (1 - chance))
        assert [(r.id, r.verdict, r.dismissal) for r in session.query(HazardRow)] == before
        assert session.query(LedgerEntryRow).count() == entries
        (camera,) = quality.precision(session, since=0, until=NOW + 1)
        assert (camera.confirmed, camera.reviewed) == (18, 24)
        for by in (people.staff, people.other, people.manager):
            assert review.second_queue(session, by, paths=["/site/"], limit=9) == []
