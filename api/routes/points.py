"""Behaviour points: statements, appeals, rewards."""

from collections.abc import Sequence
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Path, Query, Response
from sqlalchemy.orm import Session

from api.caller import Caller, Known, needs
from api.context import Here
from api.etags import Expected, tagged
from api.once import Once
from api.schemas.points import (
    Account,
    AccountId,
    Accounts,
    Appeal,
    AppealDecision,
    Appeals,
    AppealWrite,
    LedgerLine,
    QuarterPoints,
    Redeemed,
    Redemption,
    Reward,
    Rewards,
    RewardWrite,
    Statement,
    Waiting,
    YearScores,
)
from api.schemas.shapes import RecordId
from api.sight import own_person, speaks_for, unseen_ids
from core.errors import Forbidden
from hazards.access.roles import Capability
from hazards.access.tables import UserRow
from hazards.ids import new_id
from hazards.points import appeals, rewards
from hazards.points.accounts import Owner, find_owners, owner_of, owners_of
from hazards.points.ledger import entries_of
from hazards.points.overview import Overview, overview
from hazards.points.statement_lines import StatementLine, explained
from hazards.points.statements import statement
from hazards.points.tables import AppealRow
from hazards.site.names import names_of
from hazards.site.people import person
from hazards.site.people_tables import ROOT

router = APIRouter(tags=["points"])
Reader = Annotated[Caller, needs(Capability.READ_POINTS)]
Reporter = Annotated[Caller, needs(Capability.REPORT)]
Decider = Annotated[Caller, needs(Capability.DECIDE_APPEALS)]
Keeper = Annotated[Caller, needs(Capability.CLOSE_MONTH)]
PathAccount = Annotated[AccountId, Path()]
Period = Annotated[str | None, Query(pattern=r"^20\d\d-(0[1-9]|1[0-2]|Q[1-4])$")]


@router.get("/api/v1/points/account", summary="One's own account")
def read_own_account(caller: Reporter) -> Account:
    """403 forbidden where the user is no person of the site."""
    with caller.database.read() as session:
        return Account.of(owner_of(session, f"person:{caller.person_id}"))


@router.get("/api/v1/points/accounts", summary="Accounts that one may read")
def list_accounts(
    caller: Reader,
    *,
    search: Annotated[str, Query(max_length=100, pattern=r"^[^\x00]*$")] = "",
    limit: Annotated[int, Query(ge=1, le=100)] = 30,
) -> Accounts:
    """People, then teams and contractors; `limit` of each. search: part of name or number."""
    with caller.database.read() as session:
        found = find_owners(session, paths=caller.paths, search=search.strip(), limit=limit)
    return Accounts(items=[Account.of(owner) for owner in found])


@router.get("/api/v1/points/accounts/{id}/statement", summary="The statement of an account")
def read_statement(
    id: PathAccount,
    caller: Known,
    context: Here,
    *,
    period: Period = None,
    before: Annotated[int | None, Query(ge=1, lt=2**63)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Statement:
    """One's own, or that of a person, team or contractor whose points one may read.

    Every entry with its evidence, and whether it can be appealed. before: `next` of a page.
    """
    zone = ZoneInfo(context.settings.time_zone)
    with caller.database.read() as session:
        owner = owner_of(session, id)
        if not _is_own(session, caller, owner):
            caller.able(session, Capability.READ_POINTS).require(session, owner.unit_id)
        found = statement(session, id, period=period, before=before, limit=limit)
        head = overview(session, id, now=caller.now, zone=zone)
        lines = explained(session, id, found.lines, now=caller.now)
        return Statement(
            account=Account.of(owner),
            balance=found.balance,
            savings=found.savings,
            month=head.month,
            year=_year(head),
            redeemable=[
                QuarterPoints.model_validate(one, from_attributes=True) for one in head.redeemable
            ],
            waiting=[Waiting.of(row) for row in found.provisional],
            lines=_lines(session, caller, lines),
            next=found.next,
            may_appeal=_may_appeal(session, caller, owner),
        )


@router.post("/api/v1/appeals", status_code=201, summary="Appeal against an entry")
def create_appeal(body: AppealWrite, caller: Reporter, once: Once) -> Appeal:
    """By the person, or by who may read the account's points, on the other's behalf.

    409 too_late after the policy's days; 409 conflict where it was appealed already.
    """

    def make(session: Session) -> Appeal:
        owner = owner_of(session, body.account_id)
        if not _may_appeal(session, caller, owner):
            raise Forbidden("only the person, or who may read these points, appeals")
        row = appeals.raise_appeal(
            session, body.entry_key, account_id=body.account_id, text=body.text,
            actor=caller.actor, now=caller.now,
        )  # fmt: skip
        return _shown(session, [row])[0]

    return once.answer(caller, body, Appeal, make)


@router.get("/api/v1/appeals", summary="Appeals")
def list_appeals(
    caller: Reader,
    *,
    state: Annotated[str | None, Query(pattern="^(open|granted|rejected)$")] = None,
    account_id: AccountId | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 100,
) -> Appeals:
    """Oldest first, of accounts whose points the caller may read."""
    with caller.database.read() as session:
        rows = appeals.appeals(
            session, state=state, account_id=account_id, limit=limit, paths=caller.paths
        )
        return Appeals(items=_shown(session, rows))


@router.post("/api/v1/appeals/{id}/decision", summary="Decide an appeal")
def decide_appeal(id: RecordId, body: AppealDecision, caller: Decider) -> Appeal:
    """Granting books the reversal. 403 forbidden for who reviewed the case, raised it, or is the
    one it is about."""
    with caller.begin() as session:
        owner = owner_of(session, appeals.appeal(session, id).account_id)
        caller.require(session, owner.unit_id)
        row = appeals.decide_appeal(
            session, id, grant=body.grant, reason=body.reason, by=caller.user, now=caller.now
        )
        return _shown(session, [row])[0]


@router.get("/api/v1/rewards", summary="Rewards")
def list_rewards(
    caller: Reporter, *, active: Annotated[bool, Query(description="Only what can be had.")] = True
) -> Rewards:
    """Cheapest first."""
    with caller.database.read() as session:
        return Rewards(items=[Reward.of(row) for row in rewards.rewards(session, active=active)])


@router.post("/api/v1/rewards", status_code=201, summary="Offer a reward")
def create_reward(body: RewardWrite, caller: Keeper, once: Once) -> Reward:
    """Leave, training or goods, with stock."""

    def make(session: Session) -> Reward:
        caller.require(session, ROOT)
        row = rewards.create_reward(
            session, kind=body.kind, name=body.name, price=body.price, stock=body.stock
        )
        row.active = body.active
        session.flush()
        return Reward.of(row)

    return once.answer(caller, body, Reward, make)


@router.put("/api/v1/rewards/{id}", summary="Change a reward")
def replace_reward(
    id: RecordId, body: RewardWrite, caller: Keeper, expected: Expected, response: Response
) -> Reward:
    """What is not active cannot be had; what was redeemed stays. If-Match: its `version`."""
    with caller.begin() as session:
        caller.require(session, ROOT)
        expected.check(Reward.of(rewards.locked_reward(session, id)).version)
        reward = Reward.of(rewards.edit_reward(session, id, **dict(body)))
    return tagged(response, reward, reward.version)


@router.post("/api/v1/redemptions", status_code=201, summary="Redeem points")
def redeem(body: Redemption, caller: Reporter, context: Here, once: Once) -> Redeemed:
    """For oneself, or for somebody by who may close months. 409 not_enough, too_late, conflict."""
    zone = ZoneInfo(context.settings.time_zone)

    def make(session: Session) -> Redeemed:
        person_id = body.person_id or caller.person_id
        own = isinstance(caller.row, UserRow) and caller.row.person_id == person_id
        if not own:
            keeper = caller.able(session, Capability.CLOSE_MONTH)
            keeper.require(session, person(session, person_id).unit_id)
        entry = rewards.redeem(
            session, key=f"{caller.actor}:{once.key or new_id()}", person_id=person_id,
            reward_id=body.reward_id, quarter=body.quarter, actor=caller.actor,
            now=caller.now, zone=zone,
        )  # fmt: skip
        return Redeemed.of(entry)

    return once.answer(caller, body, Redeemed, make)


def _is_own(session: Session, caller: Caller, owner: Owner) -> bool:
    """Whether it is the caller's own account, or that of the firm for which the caller speaks."""
    kind, _, owner_id = owner.account_id.partition(":")
    if kind == "contractor":
        return speaks_for(session, caller, owner_id)
    own = kind == "person" and owner_id == own_person(caller)
    return own and bool(caller.reach(session, Capability.REPORT))


def _lines(session: Session, caller: Caller, lines: Sequence[StatementLine]) -> list[LedgerLine]:
    kept_back = unseen_ids(session, caller, [line.entry.hazard_id for line in lines])
    return [
        LedgerLine.of(line).blind() if line.entry.hazard_id in kept_back else LedgerLine.of(line)
        for line in lines
    ]


def _may_appeal(session: Session, caller: Caller, owner: Owner) -> bool:
    """The person, or who reads the points and reports in the unit: most workers have no account."""
    if _is_own(session, caller, owner):
        return True
    return all(
        caller.can(session, needed, owner.unit_id)
        for needed in (Capability.READ_POINTS, Capability.REPORT)
    )


def _year(head: Overview) -> YearScores | None:
    if head.year is None:
        return None
    return YearScores(
        year=head.number,
        scores=head.year.scores,
        average=head.year.average,
        award_average=head.award_average,
        eligible=head.year.eligible,
    )


def _shown(session: Session, rows: list[AppealRow]) -> list[Appeal]:
    owners = owners_of(session, {row.account_id for row in rows})
    entries = entries_of(session, {row.entry_key for row in rows})
    names = names_of(session, actors=[row.raised_by for row in rows])
    return [Appeal.of(row, owners, entries, names) for row in rows if row.account_id in owners]
