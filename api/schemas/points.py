"""Behaviour points: statements, appeals, rewards, policy, months."""

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from api.schemas.shapes import Line, RecordKey, Text, fingerprint
from hazards.points.accounts import Owner
from hazards.points.months import MonthState
from hazards.points.policy import Policy
from hazards.points.statement_lines import AppealState, StatementLine
from hazards.points.tables import AppealRow, ChargeRow, LedgerEntryRow, RewardRow
from hazards.site.names import Names

AccountId = Annotated[str, Field(pattern="^(person|team|contractor):[0-9A-Za-z_-]{1,64}$")]
AccountKind = Literal["person", "team", "contractor"]
EntryKind = Literal["opening", "violation", "report", "reversal", "redemption", "close"]
RewardKind = Literal["leave", "training", "goods"]


class EntryHazard(BaseModel):
    """What an entry is about. started_at: UTC seconds. snapshot_url: null without a picture."""

    id: str
    kind: str
    camera_name: str
    zone_name: str
    started_at: float
    snapshot_url: str | None


class EntryAppeal(BaseModel):
    """state: none, possible (until `until`, UTC seconds), open, granted, rejected, too_late."""

    state: AppealState
    id: str | None
    until: float | None
    decision: str


class LedgerLine(BaseModel):
    """One entry as its account sees it. points: with its sign. at: UTC seconds. reason: as noted
    when it was booked. key, reason: empty, hazard: null while the asker may judge the hazard a
    second time."""

    number: int
    key: str
    kind: EntryKind
    points: int
    period: str
    at: float
    policy: int
    reason: str
    reverses: str
    hazard: EntryHazard | None
    appeal: EntryAppeal

    @classmethod
    def of(cls, line: StatementLine) -> Self:
        """From what the domain found."""
        entry, hazard = line.entry, line.hazard
        return cls(
            number=entry.number,
            key=entry.key,
            kind=entry.kind,
            points=line.points,
            period=entry.period,
            at=entry.at,
            policy=entry.policy,
            reason=entry.reason,
            reverses=entry.reverses,
            hazard=hazard
            and EntryHazard(
                id=hazard.id,
                kind=hazard.kind,
                camera_name=hazard.camera_name,
                zone_name=hazard.zone_name,
                started_at=hazard.started_at,
                snapshot_url=line.snapshot_id and f"/api/v1/evidence/{line.snapshot_id}",
            ),
            appeal=EntryAppeal(
                state=line.appeal_state,
                id=line.appeal.id if line.appeal else None,
                until=line.appeal_until,
                decision=line.appeal.decision if line.appeal else "",
            ),
        )

    def blind(self) -> Self:
        """As a second reviewer sees it: without what it is about."""
        nothing = EntryAppeal(state=AppealState.NONE, id=None, until=None, decision="")
        return self.model_copy(update={"key": "", "reason": "", "hazard": None, "appeal": nothing})


class Waiting(BaseModel):
    """What a hazard would cost or earn once a person has judged it: nothing is booked yet."""

    hazard_id: str
    side: Literal["violation", "report"]
    kind: str
    points: int
    at: float

    @classmethod
    def of(cls, row: ChargeRow) -> Self:
        """From a row."""
        return cls.model_validate(row, from_attributes=True)


class Account(BaseModel):
    """unit_id: the part of the organisation whose rights decide who may see it."""

    id: str
    kind: AccountKind
    name: str
    unit_id: str

    @classmethod
    def of(cls, owner: Owner) -> Self:
        """From what the domain found."""
        return cls(
            id=owner.account_id,
            kind=owner.kind,
            name=owner.name,
            unit_id=owner.unit_id,
        )


class Accounts(BaseModel):
    """People, then teams and contractors."""

    items: list[Account]


class YearScores(BaseModel):
    """scores: by month that has any entry. average: of those months. eligible: for awards."""

    year: int
    scores: dict[str, int]
    average: float
    award_average: int
    eligible: bool


class QuarterPoints(BaseModel):
    """What a person may redeem of a quarter. until: UTC seconds."""

    quarter: str
    points: int
    until: float


class Statement(BaseModel):
    """Every entry about an account, newest first. next: value for `before`, null at the end.

    balance: of now. savings: what closed months left, a person's only. month: score of the
    current one. year, redeemable: a person's only.
    """

    account: Account
    balance: int
    savings: int
    month: int
    year: YearScores | None
    redeemable: list[QuarterPoints]
    waiting: list[Waiting]
    lines: list[LedgerLine]
    next: int | None
    may_appeal: bool


class AppealWrite(BaseModel):
    """entry_key: of a line of the statement. text: why it is wrong."""

    model_config = ConfigDict(extra="forbid")

    account_id: AccountId
    entry_key: Line
    text: Annotated[Text, Field(min_length=1)]


class AppealDecision(BaseModel):
    """reason: shown to whoever raised it."""

    model_config = ConfigDict(extra="forbid")

    grant: bool
    reason: Annotated[Text, Field(min_length=1)]


class Appeal(BaseModel):
    """raised_at, decided_at: UTC seconds. points: of the entry, with its sign."""

    id: str
    account: Account
    entry_key: str
    hazard_id: str
    points: int
    text: str
    raised_by: str
    raised_at: float
    state: Literal["open", "granted", "rejected"]
    decided_at: float | None
    decision: str

    @classmethod
    def of(
        cls,
        row: AppealRow,
        owners: Mapping[str, Owner],
        entries: Mapping[str, LedgerEntryRow],
        names: Names,
    ) -> Self:
        """From a row; owners by account, entries by key."""
        entry = entries[row.entry_key]
        return cls(
            id=row.id,
            account=Account.of(owners[row.account_id]),
            entry_key=row.entry_key,
            hazard_id=entry.hazard_id,
            points=-entry.points,
            text=row.text,
            raised_by=names.actor(row.raised_by),
            raised_at=row.raised_at,
            state=row.state,
            decided_at=row.decided_at,
            decision=row.decision,
        )


class Appeals(BaseModel):
    """Oldest first."""

    items: list[Appeal]


class RewardWrite(BaseModel):
    """price: points. stock: pieces left, null for no limit."""

    model_config = ConfigDict(extra="forbid")

    kind: RewardKind
    name: Line
    price: int = Field(gt=0, le=1_000_000)
    stock: int | None = Field(ge=0, le=1_000_000)
    active: bool = True


class Reward(RewardWrite):
    """Leave, training or goods. active: whether it can be had. version: for If-Match."""

    model_config = ConfigDict(extra="ignore")

    id: str
    version: str

    @classmethod
    def of(cls, row: RewardRow) -> Self:
        """From a row."""
        offer = {name: getattr(row, name) for name in RewardWrite.model_fields}
        return cls.model_validate({**offer, "id": row.id, "version": fingerprint(offer)})


class Rewards(BaseModel):
    """Cheapest first."""

    items: list[Reward]


class Redemption(BaseModel):
    """Takes a reward for the points of a closed quarter. person_id: null for oneself."""

    model_config = ConfigDict(extra="forbid")

    reward_id: RecordKey
    quarter: str = Field(pattern=r"^20\d\d-Q[1-4]$")
    person_id: RecordKey | None = None


class Redeemed(BaseModel):
    """The entry that took the points."""

    key: str
    reward: str
    points: int
    quarter: str
    at: float

    @classmethod
    def of(cls, row: LedgerEntryRow) -> Self:
        """From a row."""
        return cls(key=row.key, reward=row.reason, points=row.points, quarter=row.period, at=row.at)


Points = Annotated[int, Field(gt=0, le=1_000_000)]
Scale = Annotated[list[Points], Field(min_length=1, max_length=10)]


class PolicyBody(BaseModel):
    """Fields as in hazards.points.policy.Policy."""

    model_config = ConfigDict(extra="forbid")

    month_begins_with: Points
    violations: Annotated[dict[RecordKey, Scale], Field(max_length=50)]
    reports: Annotated[dict[RecordKey, Points], Field(max_length=50)]
    repeat_days: Points
    earned_per_day: Points
    earned_per_month: Points
    lost_per_day: Points
    lost_per_month: Points
    award_average: Points
    appeal_days: Points


class PolicyWrite(PolicyBody):
    """valid_from: UTC seconds, not in the past."""

    valid_from: float = Field(gt=0, lt=1e11, allow_inf_nan=False)


class PointPolicy(BaseModel):
    """One version of the rules. valid_from: UTC seconds."""

    version: int
    valid_from: float
    body: PolicyBody

    @classmethod
    def of(cls, policy: Policy, valid_from: float) -> Self:
        """From what the domain parsed."""
        body = PolicyBody.model_validate(policy.body)
        return cls(version=policy.version, valid_from=valid_from, body=body)


class PointPolicies(BaseModel):
    """Newest first."""

    items: list[PointPolicy]


class Month(BaseModel):
    """state: running, to_close or closed. closed_at: UTC seconds."""

    month: str
    state: Literal["running", "to_close", "closed"]
    closed_at: float | None

    @classmethod
    def of(cls, state: MonthState) -> Self:
        """From what the domain found."""
        return cls.model_validate(state, from_attributes=True)


class Months(BaseModel):
    """Newest first."""

    items: list[Month]


class RepeatedAlert(BaseModel):
    """The same person with the same violation on days running."""

    account: Account
    kind: str
    hazard_ids: list[str]


class RiseAlert(BaseModel):
    """A unit with clearly more confirmed violations in the last seven days than usual."""

    account: Account
    recent: int
    usual: float


class Alerts(BaseModel):
    """Patterns that somebody should look at."""

    repeated: list[RepeatedAlert]
    rises: list[RiseAlert]


class LedgerVerification(BaseModel):
    """checked: entries that were read. wrong: number of the first wrong one, null if all agree."""

    checked: int
    wrong: int | None
    problem: str
