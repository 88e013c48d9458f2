"""What goes with something else is in the trail as well."""

from examples import CAMERA
from people import NOW, ZONE, settle_in
from sqlalchemy.orm import Session
from trail_replay import audited_rows, what_the_trail_misses

from hazards.access.accounts import create_token, create_user, grant
from hazards.access.actions import change_password
from hazards.access.roles import Role
from hazards.access.tables import UserRow
from hazards.audit.queries import audit_page
from hazards.database import Database
from hazards.notify.channels import create_channel
from hazards.risk.actions import create_plan, set_camera_view, set_check_list, set_in_charge
from hazards.risk.duties import record_check
from hazards.site.actions import create_camera, delete_camera
from hazards.site.tree import UnitKind, create_unit, delete_unit

CORNERS = [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]]


def test_what_goes_with_something_else_is_kept_and_no_secret(database: Database) -> None:
    """Checks with their line, a view with its camera, grants with their unit: the trail alone
    leads to what stands in the tables. Passwords, tokens and addresses are not in it."""
    with database.read() as session:
        start = audited_rows(session)
    settle_in(database)
    with database.begin() as session:
        user = _fill(session)
    with database.begin() as session:
        set_in_charge(session, "hall", {UnitKind.TEAM: "wang"})
        set_check_list(session, "hall", [])
        delete_camera(session, "gate")
        delete_unit(session, "guests")
        change_password(session, user, "$hash-2", keep="")
    with database.read() as session:
        assert what_the_trail_misses(session, start) == []
        trail = audit_page(
            session, subject=None, subject_id=None, actor=None, before=None, limit=200
        )
    deleted = {row.subject for row in trail if row.change == "delete"}
    assert deleted >= {
        "in_charge", "checks", "check_items", "cameras", "zones", "camera_views", "units",
        "grants", "machine_tokens", "channels",
    }  # fmt: skip
    told = str([(row.before, row.after) for row in trail])
    assert not any(secret in told for secret in ("hunter2", "$hash", "mail://", "argon2"))


def _fill(session: Session) -> UserRow:
    set_in_charge(session, "hall", {UnitKind.TEAM: "li", UnitKind.COMPANY: "wang"})
    (line,) = set_check_list(session, "hall", [(None, "Door", "day")])
    record_check(session, line.id, in_order=True, note="", by="user:1", now=NOW, zone=ZONE)
    create_camera(session, CAMERA, enabled=True)
    plan = create_plan(
        session, unit_id="site", name="Hall", path="p", sha256="0", width=9, height=9, now=NOW
    )
    set_camera_view(session, "gate", plan_id=plan.id, picture_points=CORNERS, plan_points=CORNERS)
    create_unit(session, parent_id="site", kind=UnitKind.TEAM, name="Guests", id="guests")
    user = create_user(session, name="guest", display_name="Guest", password_hash="$hash-1")
    grant(session, user.id, Role.WORKER, "guests")
    create_token(session, name="m", scopes=[], unit_id="guests", by="user:1", now=NOW)
    create_channel(session, name="m", url="mail://x", person_id=None, unit_id="guests")
    return user
