"""The ledger's rules and months, patterns in it, and its verification."""

from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Path, Query

from api.caller import Caller, needs
from api.context import Here
from api.schemas.points import (
    Account,
    Alerts,
    LedgerVerification,
    Month,
    Months,
    PointPolicies,
    PointPolicy,
    PolicyWrite,
    RepeatedAlert,
    RiseAlert,
)
from hazards.access.roles import Capability
from hazards.points import alerts, policy
from hazards.points.accounts import owners_of
from hazards.points.ledger import verify_ledger
from hazards.points.months import MonthState, close_month, month_states
from hazards.site.people_tables import ROOT
from hazards.site.tree import unit_ids

router = APIRouter(tags=["points"])
Reader = Annotated[Caller, needs(Capability.READ_POINTS)]
Reporter = Annotated[Caller, needs(Capability.REPORT)]
Keeper = Annotated[Caller, needs(Capability.CLOSE_MONTH)]
Auditor = Annotated[Caller, needs(Capability.READ_AUDIT)]
PathMonth = Annotated[str, Path(pattern=r"^20\d\d-(0[1-9]|1[0-2])$")]


@router.get("/api/v1/point-policies", summary="The rules of the points")
def list_policies(caller: Reporter) -> PointPolicies:
    """All versions, newest first; whoever can lose points can read what for."""
    with caller.database.read() as session:
        items = [
            PointPolicy.of(policy.Policy.parse(row.version, row.body), row.valid_from)
            for row in policy.policies(session)
        ]
    return PointPolicies(items=items)


@router.post("/api/v1/point-policies", status_code=201, summary="New rules of the points")
def create_policy(body: PolicyWrite, caller: Keeper) -> PointPolicy:
    """A new version from `valid_from` on. 409 conflict where it would change the past."""
    values = body.model_dump(exclude={"valid_from"})
    with caller.begin() as session:
        caller.require(session, ROOT)
        row = policy.add_policy(
            session, values, valid_from=body.valid_from, by=caller.actor, now=caller.now
        )
        return PointPolicy.of(policy.Policy.parse(row.version, row.body), row.valid_from)


@router.get("/api/v1/months", summary="Months of the ledger")
def list_months(
    caller: Reporter, context: Here, limit: Annotated[int, Query(ge=1, le=120)] = 24
) -> Months:
    """The current one, those that wait to be closed, and the last closed ones."""
    zone = ZoneInfo(context.settings.time_zone)
    with caller.database.read() as session:
        states = month_states(session, now=caller.now, zone=zone, limit=limit)
    return Months(items=[Month.of(state) for state in states])


@router.post("/api/v1/months/{month}/close", summary="Close a month")
def close(month: PathMonth, caller: Keeper, context: Here) -> Month:
    """May be repeated. 409 conflict before its end, or while an earlier month is open."""
    with caller.begin() as session:
        caller.require(session, ROOT)
        row = close_month(
            session, month, actor=caller.actor, now=caller.now,
            zone=ZoneInfo(context.settings.time_zone),
        )  # fmt: skip
        return Month.of(MonthState(row.month, "closed", row.at))


@router.get("/api/v1/points/alerts", summary="Patterns that somebody should look at")
def list_alerts(caller: Reader, context: Here) -> Alerts:
    """The same person three days running without a helmet; a team's sudden rise."""
    zone = ZoneInfo(context.settings.time_zone)
    with caller.database.read() as session:
        repeated = alerts.days_running(session, now=caller.now, zone=zone)
        rises = alerts.sudden_rises(session, now=caller.now, zone=zone)
        people = {f"person:{one.person_id}" for one in repeated}
        owners = owners_of(session, people | {f"team:{one.unit_id}" for one in rises})
        seen = unit_ids(session, caller.paths)
    shown = {
        account: Account.of(owner) for account, owner in owners.items() if owner.unit_id in seen
    }
    return Alerts(
        repeated=[
            RepeatedAlert(account=shown[account], kind=one.kind, hazard_ids=one.hazard_ids)
            for one in repeated
            if (account := f"person:{one.person_id}") in shown
        ],
        rises=[
            RiseAlert(account=shown[account], recent=one.recent, usual=one.usual)
            for one in rises
            if (account := f"team:{one.unit_id}") in shown
        ],
    )


@router.get("/api/v1/ledger/verification", summary="Verify the ledger")
def verify(caller: Auditor) -> LedgerVerification:
    """Walks the whole chain of hashes and names the first entry that was altered or lost."""
    with caller.database.read() as session:
        caller.require(session, ROOT)
        found = verify_ledger(session)
    return LedgerVerification(checked=found.checked, wrong=found.wrong, problem=found.problem)
