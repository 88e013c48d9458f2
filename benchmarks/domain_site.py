"""A large site, made in bulk: the hazards, tickets and entries of years, for benchmarks.domain.

Rows go in by COPY (PostgreSQL) or executemany (SQLite); the ledger's chain is a real one, so that
its verification has all of its work to do.
"""

import json
import random
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlalchemy.orm import Session

from hazards.cases.tables import HazardRow
from hazards.chains.canonical import canonical
from hazards.chains.links import GENESIS, Head, link, lock_head, move_head
from hazards.database import Database
from hazards.periods import month_of
from hazards.points.ledger import CHAIN, COVERED, SYSTEM
from hazards.points.tables import LedgerEntryRow
from hazards.tables import Table

ZONE = ZoneInfo("Asia/Shanghai")
END = datetime(2026, 11, 25, tzinfo=ZONE).timestamp()
YEARS_S = 2 * 365 * 86400.0
KINDS = ("missing_helmet", "restricted_zone", "blocked_exit")
CAMERAS, PEOPLE, WORKSHOPS, TEAMS, AREAS = 200, 5000, 8, 64, 360
PER_TICKET = 10
CHUNK = 20_000


@dataclass(frozen=True, slots=True)
class Size:
    """How many hazards and entries."""

    hazards: int
    entries: int


def fill(database: Database, size: Size) -> None:
    """Everything, then fresh statistics for the planner."""
    chance = random.Random(7)
    with database.begin() as session:
        _bulk(session, "units", ("id", "parent_id", "kind", "name", "path", "position"), _units())
        _bulk(session, "people", ("id", "number", "name", "unit_id", "post", "active"), _people())
        _bulk(session, "risk_units", RISK_COLUMNS, _areas())
        _bulk(
            session,
            "cameras",
            ("id", "name", "source", "enabled", "position", "risk_unit_id"),
            (
                (f"c{n}", f"Camera {n}", "rtsp://camera.invalid/1", True, n, f"a{n}")
                for n in range(CAMERAS)
            ),
        )
        accounts = [f"person:p{n}" for n in range(PEOPLE)] + [f"team:t{n}" for n in range(TEAMS)]
        accounts += [SYSTEM, *(f"savings:p{n}" for n in range(PEOPLE))]
        _bulk(
            session,
            "accounts",
            ("id", "kind", "owner_id"),
            ((account, *account.split(":", 1)) for account in accounts),
        )
        with _without_indexes(session, HazardRow):
            _bulk(session, "hazards", HAZARD_COLUMNS, _hazards(size.hazards, chance))
        _bulk(session, "tickets", TICKET_COLUMNS, _tickets(size.hazards, chance))
        _bulk(session, "charges", CHARGE_COLUMNS, _charges(size.hazards, chance))
    fill_ledger(database, size, chance)
    with database.read() as session:
        alone = session.connection(execution_options={"isolation_level": "AUTOCOMMIT"})
        # What PostgreSQL does by itself some minutes later.
        alone.execute(text("ANALYZE" if alone.dialect.name == "sqlite" else "VACUUM ANALYZE"))


def fill_ledger(database: Database, size: Size, chance: random.Random) -> None:
    """The entries alone."""
    with database.begin() as session:
        head = lock_head(session, CHAIN)
        assert head.number == 0
        last = [Head(0, GENESIS)]
        with _without_indexes(session, LedgerEntryRow):
            entries = _entries(size.entries, chance, last)
            _bulk(session, "ledger_entries", (*COVERED, "hash"), entries)
        move_head(session, CHAIN, last[0])


def area_of(camera: int) -> tuple[str, str]:
    """Risk unit and team of a camera."""
    return f"a{camera}", f"t{camera % TEAMS}"


def _units() -> Iterator[Sequence[object]]:
    for n in range(WORKSHOPS):
        yield f"w{n}", "site", "workshop", f"Workshop {n}", f"/site/w{n}/", n
    for n in range(TEAMS):
        above = f"w{n % WORKSHOPS}"
        yield f"t{n}", above, "team", f"Team {n}", f"/site/{above}/t{n}/", n


def _people() -> Iterator[Sequence[object]]:
    for n in range(PEOPLE):
        yield f"p{n}", f"{n:05}", f"Person {n}", f"t{n % TEAMS}", "fitter", True


RISK_COLUMNS = (
    "id", "unit_id", "kind", "name", "polygon", "owner_id", "method", "factors", "score",
    "inherent", "effective", "effective_since", "controls", "form_code", "active", "version",
)  # fmt: skip


def _areas() -> Iterator[Sequence[object]]:
    factors = json.dumps({"likelihood": 1, "exposure": 1, "consequence": 1})
    square = json.dumps([[0.1, 0.1], [0.2, 0.1], [0.2, 0.2], [0.1, 0.2]])
    for n in range(AREAS):
        yield (
            f"a{n}", f"t{n % TEAMS}", "area", f"Area {n}", square, f"p{n}", "lec", factors, 1.0,
            "blue", "blue", 0.0, "{}", f"form-{n}", True, 1,
        )  # fmt: skip


HAZARD_COLUMNS = (
    "id", "kind", "rule", "camera_id", "camera_name", "zone_id", "zone_name", "track_ids",
    "started_at", "last_seen_at", "ended", "confidence", "source", "risk_unit_id", "unit_id",
    "description", "reported_by", "photo_ids", "verdict", "dismissal", "reviewer_id",
    "reviewed_at", "review_note", "subject_kind", "subject_id", "attributed_by", "ticket_id",
)  # fmt: skip


def _at(number: int, count: int) -> float:
    return END - YEARS_S * (count - number) / count


def _hazards(count: int, chance: random.Random) -> Iterator[Sequence[object]]:
    for n in range(count):
        camera = chance.randrange(CAMERAS)
        area, unit = area_of(camera)
        at = _at(n, count)
        reviewed = n < count * 0.98
        verdict = ("dismissed" if chance.random() < 0.1 else "confirmed") if reviewed else None
        kind = KINDS[chance.randrange(3)]
        yield (
            f"h{n}", kind, f"{kind}/1", f"c{camera}", f"Camera {camera}", "zone", "Zone", "[]",
            at, at + 30.0, True, 0.9, "camera", area, unit, "", "", "[]", verdict,
            "helmet_worn" if verdict == "dismissed" else None, 1 if reviewed else None,
            at + 3600 if reviewed else None, "", "person" if reviewed else None,
            f"p{chance.randrange(PEOPLE)}" if reviewed else None,
            "user:1" if reviewed else None, f"k{n // PER_TICKET}",
        )  # fmt: skip


TICKET_COLUMNS = (
    "id", "hazard_id", "kind", "title", "camera_id", "zone_id", "risk_unit_id", "unit_id",
    "place_key", "rule_id", "state", "tier", "opened_at", "opened_by", "assignee_id", "due_at",
    "count", "last_hazard_at", "escalation_level", "measures", "plan", "supervised", "closed_at",
    "version",
)  # fmt: skip


def _tickets(count: int, chance: random.Random) -> Iterator[Sequence[object]]:
    """The last two in a hundred are open."""
    tickets = (count + PER_TICKET - 1) // PER_TICKET
    for n in range(tickets):
        camera = chance.randrange(CAMERAS)
        area, unit = area_of(camera)
        at = _at(n, tickets)
        open_ = n > tickets * 0.98
        yield (
            f"k{n}", f"h{n * PER_TICKET}", KINDS[n % 3], "Zone", f"c{camera}", "old", area, unit,
            f"open:{n}" if open_ else None, None, "assigned" if open_ else "closed", "general", at,
            "rule:x", f"p{chance.randrange(PEOPLE)}", at + 86400, PER_TICKET, at, 0, "", "", False,
            None if open_ else at + 7200, 1,
        )  # fmt: skip


CHARGE_COLUMNS = ("hazard_id", "side", "account_id", "kind", "points", "state", "at")


def _charges(count: int, chance: random.Random) -> Iterator[Sequence[object]]:
    for n in range(count):
        state = "posted" if n < count * 0.98 else "provisional"
        account = f"person:p{chance.randrange(PEOPLE)}"
        yield f"h{n}", "violation", account, KINDS[0], -10, state, _at(n, count)


def _entries(count: int, chance: random.Random, last: list[Head]) -> Iterator[Sequence[object]]:
    previous = GENESIS
    months = {n: month_of(_at(n, 1000), ZONE) for n in range(1000)}
    for n in range(count):
        person = f"person:p{chance.randrange(PEOPLE)}"
        lost = n % 3 > 0
        debit, credit = (person, SYSTEM) if lost else (SYSTEM, person)
        row = (
            n + 1, f"violation:h{n}", "violation" if lost else "report", debit, credit, 10,
            months[n * 1000 // count], f"h{n}", 1, "user:1", "missing_helmet #1", "",
            round(_at(n, count), 3),
        )  # fmt: skip
        previous = link(previous, canonical(COVERED, row))
        yield (*row, previous)
    last[0] = Head(count, previous)


@contextmanager
def _without_indexes(session: Session, table: type[Table]) -> Iterator[None]:
    """Made afterwards, an index is sorted once instead of grown row by row."""
    indexes = list(table.metadata.tables[table.__tablename__].indexes)
    for index in indexes:
        index.drop(session.connection())
    yield
    for index in indexes:
        index.create(session.connection())


def _bulk(
    session: Session, table: str, columns: Sequence[str], rows: Iterable[Sequence[object]]
) -> None:
    names = ", ".join(f'"{column}"' for column in columns)
    connection: Any = session.connection().connection.dbapi_connection
    if session.get_bind().dialect.name == "sqlite":
        connection.execute("PRAGMA cache_size = -500000")
        places = ", ".join("?" * len(columns))
        connection.executemany(f"INSERT INTO {table} ({names}) VALUES ({places})", rows)
        return
    connection.execute("SET LOCAL session_replication_role = replica")  # the rows fit as they are
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
