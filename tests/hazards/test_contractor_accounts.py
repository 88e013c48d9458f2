"""A contractor has an account of its own, beside those of its people and of the teams."""

from dataclasses import replace

from examples import CAMERA, VIOLATION
from people import ALWAYS, NOW, ZONE, settle_in
from sqlalchemy import select

from core.violation import ViolationKind
from hazards.access.tables import UserRow
from hazards.cases import flow
from hazards.cases.kinds import SubjectKind, Verdict
from hazards.database import Database
from hazards.points import appeals, ledger, months
from hazards.points.accounts import find_owners
from hazards.points.statements import statement
from hazards.points.tables import LedgerEntryRow
from hazards.site.people import create_contractor, create_person, edit_contractor
from hazards.site.people_tables import ContractorRow

SITE = ("/site/",)


def _charged(
    database: Database, staff: UserRow, hazard_id: str, kind: SubjectKind, subject: str
) -> None:
    with database.begin() as session:
        seen = replace(VIOLATION, id=hazard_id, kind=ViolationKind.MISSING_HELMET)
        flow.take_in(session, [seen], now=NOW, calendar=ALWAYS)
        flow.name_subject(session, hazard_id, kind, subject, by=staff, now=NOW)
        flow.decide(session, hazard_id, Verdict.CONFIRMED, by=staff, now=NOW, calendar=ALWAYS)


def test_a_contractor_is_charged_appeals_and_never_starts_anew(database: Database) -> None:
    """What is put down to the company stands in its account, what is put down to one of its people
    in that person's; an appeal on its behalf gives the points back; a closed month moves neither
    its balance nor a team's, and a company that has left keeps both account and name."""
    people = settle_in(database, camera=CAMERA)
    with database.begin() as session:
        firm = create_contractor(session, name="Scaffold Ltd", unit_id="works", contact="gate")
        worker = create_person(
            session, number="c1", name="Worker", unit_id="works", post="", contractor_id=firm.id
        )
        months.open_month(session, now=NOW, zone=ZONE)
    account = f"contractor:{firm.id}"
    _charged(database, people.staff, "a", SubjectKind.CONTRACTOR, firm.id)
    _charged(database, people.staff, "b", SubjectKind.PERSON, worker.id)
    _charged(database, people.staff, "c", SubjectKind.CONTRACTOR, firm.id)
    with database.begin() as session:
        assert ledger.balance(session, account) == -30, "the second time costs more"
        assert ledger.balance(session, f"person:{worker.id}") == 90
        made = appeals.raise_appeal(
            session, "violation:a", account_id=account, text="Not ours", actor="user:99", now=NOW
        )
        appeals.decide_appeal(
            session, made.id, grant=True, reason="Another firm", by=people.manager, now=NOW
        )
        assert ledger.balance(session, account) == -20
        months.close_month(session, "2023-11", actor="t", now=NOW + 30 * 86400, zone=ZONE)
        assert ledger.balance(session, account) == -20
        edit_contractor(
            session, firm.id, name="Scaffold Ltd", unit_id="works", contact="", active=False
        )
    with database.read() as session:
        shown = statement(session, account)
        assert [line.points for line in shown.lines] == [10, -20, -10]
        assert shown.savings == 0
        openings = select(LedgerEntryRow.credit_id).where(LedgerEntryRow.kind == "opening")
        assert account not in set(session.scalars(openings))
        assert session.get_one(ContractorRow, firm.id).active is False
        found = find_owners(session, paths=SITE, search="scaffold", limit=9)
        assert [owner.account_id for owner in found] == [account]
        assert find_owners(session, paths=["/site/works/team-a/"], search="", limit=9)
        elsewhere = find_owners(session, paths=["/site/works/team-a/"], search="scaff", limit=9)
        assert elsewhere == []
