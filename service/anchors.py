"""Notes the last links of the chains outside of the database: every day in a file, every month in
a message."""

import os
from collections.abc import Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

from core.errors import SettingsError
from hazards.access.queries import users_with
from hazards.access.roles import Role
from hazards.chains.anchors import Anchor, anchors_now
from hazards.database import Database
from hazards.notify.actions import enqueue
from hazards.periods import day_of, month_of
from hazards.site.people_tables import ROOT


class AnchorFile:
    """One line an anchor; the service only ever adds to it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> list[Anchor]:
        """All of them, oldest first. Raises SettingsError where the file cannot be used."""
        try:
            lines = self.path.read_text().splitlines()
        except FileNotFoundError:
            return []
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(f"the anchors in {self.path} cannot be read") from error
        try:
            return [Anchor.parse(line) for line in lines]
        except ValueError as error:
            raise SettingsError(
                f"{self.path} holds a line that is no anchor: put back the copy of the file"
            ) from error

    def add(self, anchors: Sequence[Anchor]) -> None:
        """Returns when they are on the disk."""
        with self.path.open("a") as file:
            file.writelines(f"{anchor}\n" for anchor in anchors)
            file.flush()
            os.fsync(file.fileno())


class DailyAnchors:
    """A duty of the scheduler: after the site's midnight, once the month that ended is closed."""

    def __init__(self, database: Database, zone: ZoneInfo, path: Path) -> None:
        self._database = database
        self._zone = zone
        self._file = AnchorFile(path)

    def note_anchors(self, now: float) -> None:
        """Once a day, however often it is called. Raises SettingsError, OSError."""
        noted = self._file.read()
        if noted and day_of(noted[-1].at, self._zone) >= day_of(now, self._zone):
            return
        with self._database.begin() as session:
            anchors = anchors_now(session, now)
            people = [
                user.person_id
                for role in (Role.AUDITOR, Role.ADMINISTRATOR)
                for user in users_with(session, role, ROOT)
                if user.person_id
            ]
            month = month_of(now, self._zone)
            enqueue(
                session,
                key=f"anchors:{month}",
                code="anchors",
                details={"month": month, "anchors": [str(anchor) for anchor in anchors]},
                person_ids=people,
                unit_id=ROOT,
                now=now,
            )
        self._file.add(anchors)
