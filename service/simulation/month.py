"""The script: July and August pass quietly, September 2026 is played day by day.

Time is passed in, chance comes from a seed: the same seed gives the same month. The scheduler and
the sender of the service run as they do there, only their clock is the script's.
"""

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import Conflict, DomainError, Forbidden, TooLate
from core.sensor import SensorAlarm, SensorKind
from core.violation import Cleared, Violation, ViolationKind
from hazards.access.tables import UserRow
from hazards.audit.trail import acting
from hazards.cases import flow, review
from hazards.cases.kinds import Dismissal, HazardKind, Source, SubjectKind, Verdict
from hazards.cases.tables import HazardRow
from hazards.database import Database
from hazards.points import appeals
from hazards.points.rewards import redeem
from hazards.points.tables import LedgerEntryRow
from hazards.site.people_tables import ROOT
from hazards.tickets import actions
from hazards.tickets.calendar import WorkCalendar, work_calendar
from hazards.tickets.tables import TicketRow
from hazards.tickets.transitions import State, Step
from service.delivery import Delivery, Outcome
from service.scheduler import Scheduler
from service.sender import Sender
from service.simulation.works import EXIT, HALL, PLACES, TEAMS, Works, build, photo

Made = TypeVar("Made")
DAYS = 30
HOURS = (0, 8, 12, 18)
"""When the scheduler and the sender run on each day of September."""


@dataclass
class Story:
    """What happened, counted, and every message as it was handed over."""

    counts: Counter[str] = field(default_factory=Counter)
    refusals: list[str] = field(default_factory=list)
    handed_over: list[tuple[str, str]] = field(default_factory=list)


class Month:
    """Plays the script on an empty, migrated database."""

    def __init__(self, database: Database, zone: ZoneInfo, *, seed: int = 1) -> None:
        self.story = Story()
        self._database = database
        self._zone = zone
        self._chance = random.Random(seed)
        self._scheduler = Scheduler(database, zone)
        self._sender = Sender(database, zone, "en", self._receive)
        with database.begin() as session:
            self.works = build(session, now=self._at(7, 1))

    def play(self) -> Works:
        """From the first of July to the fifth of October."""
        for month in (7, 8):
            self._run_service(self._at(month, 1))
        for day in range(1, DAYS + 1):
            for hour in HOURS:
                self._run_service(self._at(9, day, hour))
                if hour == HOURS[1]:
                    self._morning(day)
                if hour == HOURS[2]:
                    self._afternoon(day)
        self._run_service(self._at(10, 1))
        self._redemption(self._at(10, 5, 9))
        self._run_service(self._at(10, 5, 12))
        return self.works

    def _morning(self, day: int) -> None:
        """Cameras, sensors and people find things; some are sent more than once."""
        for number in range(self._chance.randrange(1, 4)):
            zone = self._chance.choice(PLACES)
            self._violate(ViolationKind.MISSING_HELMET, HALL, zone, self._at(9, day, 9, number))
        if day % 4 == 0:
            at = self._at(9, day, 10)
            blocked = self._violate(ViolationKind.BLOCKED_EXIT, EXIT, "door", at)
            if day % 8 == 0:
                self._do(lambda s: flow.note_cleared(s, Cleared(blocked, EXIT, at + 900), now=at))
                self.story.counts["exits seen clear"] += 1
        if day % 3 == 0:
            self._report(day)
        if day == 10:
            at = self._at(9, day, 11)
            alarm = SensorAlarm("1", "gas-1", SensorKind.GAS, at, "", "gas-1 · 14 %LEL > 10")
            for _ in range(2):
                self._do(lambda s: flow.take_in_alarm(s, alarm, now=at, calendar=self._calendar(s)))
            self.story.counts["sensor alarms"] += 1

    def _afternoon(self, day: int) -> None:
        """Verdicts, second verdicts, rectification, appeals. On the last day nobody reviews."""
        now = self._at(9, day, 15)
        if day < DAYS:
            self._review(day, now)
            self._review_again(now)
        self._rectify(day, now)
        if day in {12, 19}:
            self._appeal(now, grant=day == 12)
        if day == 28:
            self._appeal_too_late(now)

    def _violate(self, kind: ViolationKind, camera: str, zone: str, at: float) -> str:
        key = str(UUID(int=self._chance.getrandbits(128)))
        began = Violation(key, kind, f"{kind}/1", camera, zone, (), at, at + 20, False, 0.9)
        ended = replace(began, last_seen_at=at + 600, ended=True)
        for violation in (began, ended, ended, began):
            self._take_in(violation, at + 1)
        self.story.counts[f"camera: {kind}"] += 1
        return key

    def _take_in(self, violation: Violation, now: float) -> None:
        self._do(
            lambda s: flow.take_in(s, violation, now=now, calendar=self._calendar(s)),
            f"camera:{violation.camera_id}",
        )

    def _report(self, day: int) -> None:
        at = self._at(9, day, 10, 30)
        team = TEAMS[day % 2]
        reporter = self.works.workers[team][day % 6]
        self._do(
            lambda s: flow.report(
                s,
                id=f"report-{day}",
                kind=HazardKind.UNSAFE_CONDITION,
                source=Source.REPORT,
                description="A cover is missing",
                reported_by=reporter.id,
                risk_unit_id=None,
                unit_id=team,
                photo_ids=[],
                at=at,
                now=at,
                calendar=self._calendar(s),
            )
        )
        self.story.counts["reports of people"] += 1

    def _review(self, day: int, now: float) -> None:
        """Most are confirmed and put down to somebody; worker A1 goes bare three days running."""
        with self._database.read() as session:
            waiting = session.scalars(
                select(HazardRow).where(HazardRow.verdict.is_(None)).order_by(HazardRow.started_at)
            ).all()
        for number, row in enumerate(waiting):
            dismissed = self._chance.random() < 0.15 and not (number == 0 and 5 <= day <= 7)
            if not dismissed and row.kind == ViolationKind.MISSING_HELMET:
                kind, subject = self._subject(day, number)
                if subject:
                    self._attribute(row.id, kind, subject, now)
            for _ in range(2):  # the second press of the key changes nothing
                self._decide(row.id, Verdict.DISMISSED if dismissed else Verdict.CONFIRMED, now)
            self.story.counts["verdict: dismissed" if dismissed else "verdict: confirmed"] += 1

    def _attribute(self, hazard_id: str, kind: SubjectKind, subject: str, now: float) -> None:
        by = self.works.staff
        self._do(
            lambda s: flow.name_subject(s, hazard_id, kind, subject, by=by, now=now),
            f"user:{by.id}",
        )
        self.story.counts[f"attributed to a {kind}"] += 1

    def _decide(self, hazard_id: str, verdict: Verdict, now: float) -> None:
        by = self.works.staff
        reason = Dismissal.HELMET_WORN if verdict is Verdict.DISMISSED else None
        self._do(
            lambda s: flow.decide(
                s, hazard_id, verdict, dismissal=reason, by=by, now=now,
                calendar=self._calendar(s),
            ),
            f"user:{by.id}",
        )  # fmt: skip

    def _subject(self, day: int, number: int) -> tuple[SubjectKind, str]:
        if number == 0 and 5 <= day <= 7:
            return SubjectKind.PERSON, self.works.workers["team-a"][0].id
        draw = self._chance.random()
        if draw < 0.4:
            return SubjectKind.PERSON, self._chance.choice(self.works.workers["team-a"]).id
        if draw < 0.6:
            return SubjectKind.CONTRACTOR, self.works.contractor.id
        return SubjectKind.TEAM, ""

    def _review_again(self, now: float) -> None:
        with self._database.read() as session:
            whole = [f"/{ROOT}/"]
            drawn = review.second_queue(session, self.works.second, paths=whole, limit=100)
        for row in drawn:
            same = self._chance.random() < 0.9
            verdict = Verdict(row.verdict) if same and row.verdict else Verdict.DISMISSED
            self._decide_again(row.id, verdict, now)

    def _decide_again(self, hazard_id: str, verdict: Verdict, now: float) -> None:
        by = self.works.second
        reason = Dismissal.OTHER if verdict is Verdict.DISMISSED else None
        self._do(
            lambda s: review.give_second_verdict(
                s, hazard_id, verdict, dismissal=reason, by=by, now=now
            ),
            f"user:{by.id}",
        )
        self.story.counts["second verdicts"] += 1

    def _rectify(self, day: int, now: float) -> None:
        """In the first week everything is done; in the second nothing; later half of it."""
        with self._database.read() as session:
            open_ones = session.scalars(
                select(TicketRow.id).where(TicketRow.state == State.ASSIGNED).order_by(TicketRow.id)
            ).all()
        for ticket_id in open_ones:
            if 8 <= day <= 14 or (day > 14 and self._chance.random() < 0.5):
                continue
            done = self._do(lambda s: photo(s, self.works.staff, now))
            self._step(ticket_id, Step.RECTIFY, self.works.staff, now, photo_ids=[done])
            self._step(ticket_id, Step.VERIFY, self.works.staff, now)
            with self._database.read() as session:
                supervised = session.get_one(TicketRow, ticket_id).supervised
            if supervised:
                self._step(ticket_id, Step.ACCEPT, self.works.manager, now)
                self.story.counts["supervised tickets accepted"] += 1
            self._step(ticket_id, Step.CLOSE, self.works.manager, now)
            self.story.counts["tickets closed by people"] += 1

    def _step(
        self, id: str, step: Step, by: UserRow, now: float, photo_ids: list[str] | None = None
    ) -> None:
        actor = f"user:{by.id}"
        self._do(
            lambda s: actions.take_step(
                s, id, step, actor=actor, now=now, photo_ids=photo_ids or ()
            ),
            actor,
        )

    def _appeal(self, now: float, *, grant: bool) -> None:
        """Of the newest entry of a person. The reviewer may not decide it; the manager does."""
        entry = self._entry(now - 5 * 86400.0)
        made = self._do(lambda s: appeals.raise_appeal(
            s, entry.key, account_id=entry.debit_id, text="It was not me", actor="user:0", now=now
        ))  # fmt: skip

        def decide(by: UserRow) -> Callable[[Session], object]:
            reason = "The clip shows it"
            return lambda s: appeals.decide_appeal(
                s, made.id, grant=grant, reason=reason, by=by, now=now
            )

        self._refused(
            Forbidden,
            decide(self.works.staff),
            "an appeal decided by its own reviewer",
        )
        self._do(decide(self.works.manager))
        self.story.counts[f"appeals {'granted' if grant else 'rejected'}"] += 1

    def _appeal_too_late(self, now: float) -> None:
        entry = self._entry(self._at(9, 1))
        self._refused(
            TooLate,
            lambda s: appeals.raise_appeal(
                s, entry.key, account_id=entry.debit_id, text="Late", actor="user:0", now=now
            ),
            "an appeal after its deadline",
        )

    def _entry(self, since: float) -> LedgerEntryRow:
        with self._database.read() as session:
            statement = select(LedgerEntryRow).where(
                LedgerEntryRow.kind == "violation",
                LedgerEntryRow.debit_id.startswith("person:"),
                LedgerEntryRow.at >= since,
            )
            return session.scalars(statement.order_by(LedgerEntryRow.number).limit(1)).one()

    def _redemption(self, now: float) -> None:
        """The quarter is closed: a flask for one, none for the next, leave for a third."""
        first, second, third = self.works.workers["team-b"][:3]
        quarter = "2026-Q3"

        def take(person_id: str, reward_id: str) -> Callable[[Session], object]:
            return lambda s: redeem(
                s, key=f"{person_id}:{reward_id}", person_id=person_id, reward_id=reward_id,
                quarter=quarter, actor=f"person:{person_id}", now=now, zone=self._zone,
            )  # fmt: skip

        for person, reward in ((first, self.works.helmet), (third, self.works.leave)):
            for _ in range(2):  # a second press of the button redeems nothing more
                self._do(take(person.id, reward.id))
            self.story.counts["rewards redeemed"] += 1
        self._refused(Conflict, take(second.id, self.works.helmet.id), "a reward out of stock")

    def _run_service(self, now: float) -> None:
        """The scheduler, and once more as after a restart: there is nothing left to do then."""
        self._scheduler.round(now)
        Scheduler(self._database, self._zone).round(now)
        while self._sender.round(now):
            continue

    def _receive(self, _url: str, subject: str, body: str) -> Delivery:
        """A receiver that is away for the first three messages."""
        self.story.counts["messages handed over"] += 1
        if self.story.counts["messages handed over"] <= 3:
            return Delivery(Outcome.REFUSED, "the receiver cannot be reached")
        self.story.handed_over.append((subject, body))
        return Delivery(Outcome.SENT, "")

    def _do(self, action: Callable[[Session], Made], actor: str = "system") -> Made:
        with self._database.begin() as session:
            acting(session, actor, now=self._now)
            return action(session)

    def _refused(
        self, error: type[DomainError], action: Callable[[Session], object], what: str
    ) -> None:
        """What must not be possible; raises AssertionError where it is."""
        try:
            self._do(action)
        except error:
            self.story.refusals.append(what)
        else:
            raise AssertionError(f"{what} was possible")

    def _calendar(self, session: Session) -> WorkCalendar:
        return work_calendar(session, self._zone)

    def _at(self, month: int, day: int, hour: int = 0, minute: int = 0) -> float:
        at = datetime(2026, month, day, hour, minute, tzinfo=self._zone)
        self._now = at.timestamp()
        return self._now
