"""From a hazard to points: provisional when it is found, booked by a person's verdict."""

from dataclasses import dataclass
from functools import partial
from zoneinfo import ZoneInfo

from sqlalchemy import and_, case, func, select
from sqlalchemy.orm import Session

from core.errors import Conflict, WrongTransition
from hazards.audit.trail import add_once
from hazards.cases.kinds import Source, Verdict
from hazards.cases.tables import HazardRow
from hazards.kept import kept
from hazards.periods import day_of, day_start, month_end, month_of, month_start
from hazards.points.ledger import SYSTEM, Entry, book, closed_months, ensure_accounts, lock_ledger
from hazards.points.months import running_month
from hazards.points.policy import Policy, policy_at
from hazards.points.tables import ChargeRow
from hazards.site.people_tables import PersonRow
from hazards.tickets.tables import TicketRow

DAY_S = 86400.0
HOUR_S = 3600.0
NO_CAP = 1_000_000


@dataclass(frozen=True, slots=True)
class _Claim:
    """side: violation or report. kind: of the hazard, or tier of the report."""

    side: str
    account_id: str
    kind: str


def propose(session: Session, hazard: HazardRow) -> None:
    """Notes the provisional charges of a hazard that nobody has judged yet; nothing is booked.

    Calling it again follows the attribution. Nothing where the policy names no points.
    """
    at = hazard.started_at
    # An estimate: where a policy begins within the hour, the verdict books by the right one.
    policy = kept(session, ("policy", at // HOUR_S), lambda: policy_at(session, at))
    for claim in _claims(session, hazard, policy):
        points = -policy.violations[claim.kind][0] if claim.side == "violation" else (
            policy.reports[claim.kind]
        )  # fmt: skip
        account = {claim.account_id}
        kept(session, claim.account_id, partial(ensure_accounts, session, account))
        made = add_once(
            session,
            ChargeRow,
            hazard_id=hazard.id,
            side=claim.side,
            account_id=claim.account_id,
            kind=claim.kind,
            points=points,
            state="provisional",
            at=hazard.started_at,
        )
        if made is None:
            _follow(session, hazard.id, claim, points)


def _follow(session: Session, hazard_id: str, claim: _Claim, points: int) -> None:
    row = session.get_one(
        ChargeRow, (hazard_id, claim.side), with_for_update=True, populate_existing=True
    )
    if row.state == "provisional":
        row.account_id, row.kind, row.points = claim.account_id, claim.kind, points
        session.flush()


def settle(
    session: Session, hazard: HazardRow, *, actor: str, now: float, zone: ZoneInfo
) -> list[ChargeRow]:
    """Books the charges of a confirmed hazard, voids those of a dismissed one; each only once.

    Raises WrongTransition where no person has judged it.
    """
    if hazard.verdict is None or hazard.reviewer_id is None:
        raise WrongTransition("points need a person's verdict: review the hazard first")
    propose(session, hazard)
    rows = charges_of(session, hazard.id)
    if hazard.verdict == Verdict.DISMISSED:
        for row in rows:
            if row.state == "provisional":
                row.state, row.points = "void", 0
        session.flush()
        return rows
    lock_ledger(session)
    for row in rows:
        session.refresh(row)
        if row.state == "provisional":
            _post(session, row, hazard, actor=actor, now=now, zone=zone)
    session.flush()
    return rows


def refuse_attribution_after_posting(session: Session, hazard_id: str) -> None:
    """Raises Conflict where the points of a hazard are booked: an appeal takes them back."""
    if any(row.side == "violation" and row.state == "posted" and row.points for row in
           charges_of(session, hazard_id)):  # fmt: skip
        raise Conflict("its points are booked: an appeal takes them back")


def charges_of(session: Session, hazard_id: str) -> list[ChargeRow]:
    """The charges of a hazard."""
    statement = select(ChargeRow).where(ChargeRow.hazard_id == hazard_id).order_by(ChargeRow.side)
    return list(session.scalars(statement.execution_options(populate_existing=True)))


def account_of(hazard: HazardRow) -> str:
    """Whom a violation is charged to: the one whom a person named, else the area."""
    if hazard.subject_kind and hazard.subject_id:
        return f"{hazard.subject_kind}:{hazard.subject_id}"
    return f"team:{hazard.unit_id}"


def _claims(session: Session, hazard: HazardRow, policy: Policy) -> list[_Claim]:
    claims = []
    if hazard.kind in policy.violations:
        claims.append(_Claim("violation", account_of(hazard), hazard.kind))
    if hazard.source == Source.REPORT and session.get(PersonRow, hazard.reported_by) is not None:
        tier = session.scalar(select(TicketRow.tier).where(TicketRow.id == hazard.ticket_id))
        if (tier or "general") in policy.reports:
            account = f"person:{hazard.reported_by}"
            claims.append(_Claim("report", account, tier or "general"))
    return claims


def _post(
    session: Session,
    row: ChargeRow,
    hazard: HazardRow,
    *,
    actor: str,
    now: float,
    zone: ZoneInfo,
) -> None:
    policy = policy_at(session, hazard.started_at)
    lost = row.side == "violation"
    period = month_of(hazard.started_at, zone)
    if closed_months(session, [period]):
        period = running_month(session, now=now, zone=zone)
    times = _earlier(session, row, hazard, policy) if lost else 0
    scale = policy.violations[row.kind] if lost else [policy.reports[row.kind]]
    points = min(scale[min(times, len(scale) - 1)], _room(session, row, hazard, policy, zone))
    row.state, row.points = "posted", -points if lost else points
    if points == 0:
        return
    debit, credit = (row.account_id, SYSTEM) if lost else (SYSTEM, row.account_id)
    book(
        session,
        Entry(
            key=f"{row.side}:{hazard.id}",
            kind=row.side,
            debit_id=debit,
            credit_id=credit,
            points=points,
            period=period,
            at=now,
            actor=actor,
            policy=policy.version,
            reason=f"{row.kind} {day_of(hazard.started_at, zone)} #{times + 1}",
            hazard_id=hazard.id,
        ),
    )


def _earlier(session: Session, row: ChargeRow, hazard: HazardRow, policy: Policy) -> int:
    """How often the account was charged for this kind in the days before."""
    since = hazard.started_at - policy.repeat_days * DAY_S
    statement = (
        select(func.count())
        .select_from(ChargeRow)
        .where(
            ChargeRow.account_id == row.account_id,
            ChargeRow.state == "posted",
            ChargeRow.side == "violation",
            ChargeRow.kind == row.kind,
            ChargeRow.at > since,
            ChargeRow.at <= hazard.started_at,
            ChargeRow.hazard_id != hazard.id,
        )
    )
    return session.scalar(statement) or 0


def _room(
    session: Session,
    row: ChargeRow,
    hazard: HazardRow,
    policy: Policy,
    zone: ZoneInfo,
) -> int:
    """Points below the caps of the day and the month; teams and contractors have none."""
    lost = row.side == "violation"
    if not row.account_id.startswith("person:"):
        return NO_CAP
    # By the time of the incident, not of the verdict: a day's incidents share the day's cap.
    month = month_of(hazard.started_at, zone)
    day = day_start(hazard.started_at, zone)
    today = case((and_(ChargeRow.at >= day, ChargeRow.at < day + DAY_S), ChargeRow.points), else_=0)
    used = session.execute(
        select(func.sum(today), func.sum(ChargeRow.points)).where(
            ChargeRow.account_id == row.account_id,
            ChargeRow.state == "posted",
            ChargeRow.side == row.side,
            ChargeRow.at >= month_start(month, zone),
            ChargeRow.at < month_end(month, zone),
        )
    ).one()
    in_day, in_month = (abs(int(points or 0)) for points in used)
    per_day = policy.lost_per_day if lost else policy.earned_per_day
    per_month = policy.lost_per_month if lost else policy.earned_per_month
    return max(0, min(per_day - in_day, per_month - in_month))
