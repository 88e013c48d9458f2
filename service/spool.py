"""The durable queue between a worker and the database: one file per record.

A record is on disk before the worker goes on, and is deleted only after its transaction was
committed. Whoever is killed in between, nothing is lost; a record that is applied twice changes
nothing the second time, since the actions of hazards/ are idempotent.
"""

import json
import os
import time
from collections.abc import Iterator
from contextlib import suppress
from itertools import count
from pathlib import Path

import structlog

from service.durable import write_durably
from service.records import Record, from_json, to_json

log = structlog.get_logger(__name__)


class Spool:
    """One folder; several processes may put, one takes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._refused = folder / "refused"
        self._refused.mkdir(parents=True, exist_ok=True)
        self._numbers = count()

    def put(self, record: Record) -> None:
        """Returns when the record is safe on disk. Raises OSError where it cannot be."""
        # The clock only orders the files; what a record says has its own times.
        name = f"{time.time_ns():020d}-{os.getpid()}-{next(self._numbers):06d}.json"
        text = json.dumps(to_json(record), ensure_ascii=False)
        write_durably(self._folder / name, text.encode())

    def waiting(self) -> Iterator[tuple[Path, Record]]:
        """What is there, oldest first. Files that are no records are set aside and logged."""
        for path in sorted(self._folder.glob("*.json")):
            try:
                record = from_json(json.loads(path.read_text(encoding="utf-8")))
            except (KeyError, TypeError, ValueError) as error:
                self.refuse(path, str(error))
            else:
                yield path, record

    def done(self, path: Path) -> None:
        """The record is in the database."""
        path.unlink()

    def refuse(self, path: Path, reason: str) -> None:
        """Sets a record aside that can never be applied, so that it does not hold up the rest."""
        with suppress(FileNotFoundError):
            path.rename(self._refused / path.name)
        log.error("spool_refused", file=path.name, reason=reason)

    def count_waiting(self) -> int:
        """Records that wait for the database."""
        return sum(1 for _ in self._folder.glob("*.json"))

    def count_refused(self) -> int:
        """Records that were set aside."""
        return sum(1 for _ in self._refused.glob("*.json"))
