"""Several people and processes do the same thing, or opposite things, at the same moment."""

import random
import threading
from collections.abc import Callable
from dataclasses import replace

from examples import CAMERA, VIOLATION
from people import ALWAYS, NOW, settle_in
from sqlalchemy import func, select

from core.errors import Conflict
from core.violation import ViolationKind
from hazards.cases import flow
from hazards.cases.kinds import SubjectKind, Verdict
from hazards.cases.tables import HazardRow
from hazards.database import Database
from hazards.points.tables import ChargeRow, LedgerEntryRow
from hazards.site import tree
from hazards.site.people_tables import ROOT, UnitRow
from hazards.site.tree import UnitKind
from hazards.tickets.tables import TicketRow

THREADS = 8


def _together(work: Callable[[int], None], threads: int = THREADS) -> None:
    """Each thread gets its number; an error of any of them is raised here."""
    gate, errors = threading.Barrier(threads), []

    def run(number: int) -> None:
        gate.wait()
        try:
            work(number)
        except BaseException as error:
            errors.append(error)

    running = [threading.Thread(target=run, args=(number,)) for number in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    if errors:
        raise errors[0]


def _count(database: Database, table: type) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_a_violation_sent_a_thousand_times_is_one_hazard_and_one_entry(
    database: Database,
) -> None:
    """8 threads send it 125 times each, in other stages; then 8 threads confirm it: one hazard, one
    ticket that counts it once, one charge, one entry."""
    people = settle_in(database, camera=CAMERA)
    seen = replace(VIOLATION, kind=ViolationKind.MISSING_HELMET, rule="helmet/1")
    stages = [replace(seen, last_seen_at=seen.started_at + n, ended=n == 4) for n in range(5)]

    def send(number: int) -> None:
        order = random.Random(number)
        for _ in range(125):
            with database.begin() as session:
                flow.take_in(session, [order.choice(stages)], now=NOW, calendar=ALWAYS)

    _together(send)
    with database.begin() as session:
        flow.name_subject(session, seen.id, SubjectKind.PERSON, "wang", by=people.staff, now=NOW)

    def confirm(_number: int) -> None:
        with database.begin() as session:
            flow.decide(
                session, seen.id, Verdict.CONFIRMED, by=people.staff, now=NOW, calendar=ALWAYS
            )

    _together(confirm)
    counts = [_count(database, t) for t in (HazardRow, TicketRow, ChargeRow, LedgerEntryRow)]
    assert counts == [1, 1, 1, 1]
    with database.read() as session:
        assert session.scalars(select(TicketRow.count)).one() == 1
        assert session.get_one(HazardRow, seen.id).ended


def test_two_units_that_move_below_each_other_make_no_circle(database: Database) -> None:
    """One of the two moves, the other is refused; again and again every path leads to the top."""
    with database.begin() as session:
        for name in ("a", "b"):
            tree.create_unit(session, parent_id=ROOT, kind=UnitKind.TEAM, name=name, id=name)
    for _ in range(10):
        refused: list[str] = []

        def move(number: int, refused: list[str] = refused) -> None:
            unit, below = ("a", "b") if number == 0 else ("b", "a")
            try:
                with database.begin() as session:
                    tree.move_unit(session, unit, parent_id=below)
            except Conflict:
                refused.append(unit)

        _together(move, threads=2)
        assert len(refused) == 1
        assert _wrong_paths(database) == []
        with database.begin() as session:
            tree.move_unit(session, "a" if refused == ["b"] else "b", parent_id=ROOT)


def test_a_tree_that_many_reshape_keeps_every_path(database: Database) -> None:
    """Units move, come and go in 6 threads; each path is that of its parent and its own id."""
    names = [f"u{n}" for n in range(6)]
    with database.begin() as session:
        for name in names:
            tree.create_unit(session, parent_id=ROOT, kind=UnitKind.TEAM, name=name, id=name)

    def reshape(number: int) -> None:
        chance = random.Random(number)
        for turn in range(8):
            try:
                with database.begin() as session:
                    if chance.random() < 0.7:
                        tree.move_unit(
                            session, chance.choice(names), parent_id=chance.choice([ROOT, *names])
                        )
                    else:
                        tree.create_unit(
                            session, parent_id=chance.choice(names), kind=UnitKind.POST,
                            name="post", id=f"post-{number}-{turn}",
                        )  # fmt: skip
            except Conflict:
                continue

    _together(reshape, threads=6)
    assert _wrong_paths(database) == []
    assert _count(database, UnitRow) > len(names) + 1


def _wrong_paths(database: Database) -> list[str]:
    with database.read() as session:
        rows = {row.id: row for row in session.scalars(select(UnitRow))}
    return [
        row.id
        for row in rows.values()
        if row.path != f"{rows[row.parent_id].path if row.parent_id else '/'}{row.id}/"
    ]
