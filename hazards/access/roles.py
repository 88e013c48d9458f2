"""What each role may do: the one table."""

from enum import StrEnum


class Capability(StrEnum):
    """Something a user may do within a part of the organisation."""

    WATCH = "watch"
    """The wall, alarms and clips; see hazards and tickets."""
    ACKNOWLEDGE = "acknowledge"
    REPORT = "report"
    """Report a hazard; see one's own points; appeal."""
    REVIEW = "review"
    """Verdicts, second reviews and attribution."""
    ASSIGN = "assign"
    """Open, assign and set the deadline of tickets."""
    RECTIFY = "rectify"
    """Say that a ticket is done, with photos."""
    VERIFY = "verify"
    """Verify, close, reject and reopen tickets."""
    ACCEPT = "accept"
    """Accept a supervised major hazard; approve grades and reviews of risk units."""
    INSPECT = "inspect"
    """Work through check lists."""
    READ_POINTS = "read_points"
    """The statements of others."""
    DECIDE_APPEALS = "decide_appeals"
    CLOSE_MONTH = "close_month"
    """Close the month, rewards, policy of points."""
    EDIT_RISK = "edit_risk"
    """Plans, risk units, check lists."""
    EDIT_CAMERAS = "edit_cameras"
    """Cameras, zones, rules that open tickets."""
    EDIT_PEOPLE = "edit_people"
    """Organisation, people, contractors."""
    READ_AUDIT = "read_audit"
    """The audit trail and the verification of the ledger."""
    ADMINISTER = "administer"
    """Users, grants, tokens, channels, settings."""


class Role(StrEnum):
    """What a person is at a part of the organisation."""

    SECURITY_ROOM = "security_room"
    SAFETY_STAFF = "safety_staff"
    AREA_OWNER = "area_owner"
    TEAM_LEADER = "team_leader"
    WORKER = "worker"
    ENGINEER = "engineer"
    MANAGER = "manager"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


_C = Capability

CAPABILITIES: dict[Role, frozenset[Capability]] = {
    Role.SECURITY_ROOM: frozenset({_C.WATCH, _C.ACKNOWLEDGE, _C.REPORT}),
    Role.SAFETY_STAFF: frozenset(
        {
            _C.WATCH, _C.ACKNOWLEDGE, _C.REPORT, _C.REVIEW, _C.ASSIGN, _C.VERIFY, _C.INSPECT,
            _C.READ_POINTS, _C.EDIT_RISK,
        }
    ),
    Role.AREA_OWNER: frozenset(
        {_C.WATCH, _C.ACKNOWLEDGE, _C.REPORT, _C.ASSIGN, _C.RECTIFY, _C.INSPECT, _C.READ_POINTS}
    ),
    Role.TEAM_LEADER: frozenset(
        {_C.WATCH, _C.REPORT, _C.ASSIGN, _C.RECTIFY, _C.INSPECT, _C.READ_POINTS}
    ),
    Role.WORKER: frozenset({_C.REPORT, _C.RECTIFY}),
    Role.ENGINEER: frozenset({_C.WATCH, _C.REPORT, _C.REVIEW, _C.EDIT_CAMERAS}),
    Role.MANAGER: frozenset(
        {
            _C.WATCH, _C.REPORT, _C.ASSIGN, _C.VERIFY, _C.ACCEPT, _C.READ_POINTS,
            _C.DECIDE_APPEALS, _C.CLOSE_MONTH,
        }
    ),
    Role.AUDITOR: frozenset({_C.WATCH, _C.READ_POINTS, _C.READ_AUDIT}),
    Role.ADMINISTRATOR: frozenset(Capability),
}  # fmt: skip
