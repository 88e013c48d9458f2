"""Every operation and every role: nothing is open by accident, and nothing closed either."""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from roles import browser_of

from api.app import Application, create_app, describe
from api.settings import ApiSettings
from hazards.access.accounts import create_token
from hazards.access.roles import CAPABILITIES, Capability, Role
from hazards.database import Database
from hazards.site.people import create_person
from hazards.site.people_tables import ROOT

OPEN = {"sign_in", "sign_in_ways", "oidc_login", "oidc_callback", "healthz", "readyz"}
"""Whoever reaches the service may ask."""
BROWSER = {"current", "sign_out", "change_password"}
"""For whoever is signed in with a browser, whatever they may do; not for machines."""
KNOWN = {
    "system", "events", "list_units", "read_unit",
    "read_hazard", "read_evidence", "read_boxes", "read_statement",
    "list_tickets", "count_tickets", "read_ticket", "take_step", "read_photo",
}  # fmt: skip
"""For whoever is signed in, machines too."""
PERSONAL = {"read_inbox", "read_own_account"}
"""What a person does, so that a token with the capability is refused too."""

C = Capability
NEEDS: dict[str, Capability] = {
    "list_cameras": C.WATCH,
    "list_grades": C.WATCH,
    "replace_grade": C.EDIT_RISK,
    "list_plans": C.WATCH,
    "create_plan": C.EDIT_RISK,
    "read_picture": C.WATCH,
    "replace_scale": C.EDIT_RISK,
    "read_map": C.WATCH,
    "replace_view": C.EDIT_CAMERAS,
    "delete_view": C.EDIT_CAMERAS,
    "replace_watched": C.EDIT_CAMERAS,
    "list_risk_units": C.WATCH,
    "create_risk_unit": C.EDIT_RISK,
    "create_grid": C.EDIT_RISK,
    "read_risk_unit": C.WATCH,
    "replace_risk_unit": C.EDIT_RISK,
    "retire_risk_unit": C.EDIT_RISK,
    "approve_risk_unit": C.ACCEPT,
    "replace_in_charge": C.EDIT_RISK,
    "replace_check_list": C.EDIT_RISK,
    "read_history": C.WATCH,
    "list_due_reviews": C.WATCH,
    "review_risk_unit": C.ACCEPT,
    "list_due_checks": C.INSPECT,
    "check_line": C.INSPECT,
    "read_own_account": C.REPORT,
    "list_accounts": C.READ_POINTS,
    "create_appeal": C.REPORT,
    "list_appeals": C.READ_POINTS,
    "decide_appeal": C.DECIDE_APPEALS,
    "list_rewards": C.REPORT,
    "create_reward": C.CLOSE_MONTH,
    "replace_reward": C.CLOSE_MONTH,
    "redeem": C.REPORT,
    "list_policies": C.REPORT,
    "create_policy": C.CLOSE_MONTH,
    "list_months": C.REPORT,
    "close": C.CLOSE_MONTH,
    "list_alerts": C.READ_POINTS,
    "verify": C.READ_AUDIT,
    "read_inbox": C.REPORT,
    "read_message_counts": C.ADMINISTER,
    "list_channels": C.ADMINISTER,
    "create_channel": C.ADMINISTER,
    "read_channel": C.ADMINISTER,
    "edit_channel": C.ADMINISTER,
    "delete_channel": C.ADMINISTER,
    "test_channel": C.ADMINISTER,
    "list_channel_messages": C.ADMINISTER,
    "read_shifts": C.WATCH,
    "replace_shifts": C.ADMINISTER,
    "read_holidays": C.WATCH,
    "replace_holidays": C.ADMINISTER,
    "holidays_sheet": C.WATCH,
    "take_holidays": C.ADMINISTER,
    "create_camera": C.EDIT_CAMERAS,
    "read_camera": C.WATCH,
    "replace_camera": C.EDIT_CAMERAS,
    "delete_camera": C.EDIT_CAMERAS,
    "still": C.WATCH,
    "list_references": C.WATCH,
    "read_reference": C.WATCH,
    "capture_reference": C.EDIT_CAMERAS,
    "relearn_camera": C.EDIT_CAMERAS,
    "approve_reference": C.EDIT_CAMERAS,
    "reject_reference": C.EDIT_CAMERAS,
    "retire_reference": C.EDIT_CAMERAS,
    "coverage": C.WATCH,
    "test_source": C.EDIT_CAMERAS,
    "list_hazards": C.WATCH,
    "acknowledge": C.ACKNOWLEDGE,
    "create_unit": C.EDIT_PEOPLE,
    "edit_unit": C.EDIT_PEOPLE,
    "delete_unit": C.EDIT_PEOPLE,
    "list_people": C.WATCH,
    "create_person": C.EDIT_PEOPLE,
    "read_person": C.WATCH,
    "edit_person": C.EDIT_PEOPLE,
    "list_contractors": C.WATCH,
    "create_contractor": C.EDIT_PEOPLE,
    "read_contractor": C.WATCH,
    "edit_contractor": C.EDIT_PEOPLE,
    "list_users": C.ADMINISTER,
    "create_user": C.ADMINISTER,
    "read_user": C.ADMINISTER,
    "edit_user": C.ADMINISTER,
    "set_password": C.ADMINISTER,
    "list_tokens": C.ADMINISTER,
    "create_token": C.ADMINISTER,
    "revoke_token": C.ADMINISTER,
    "people_sheet": C.WATCH,
    "take_people": C.EDIT_PEOPLE,
    "units_sheet": C.WATCH,
    "take_units": C.EDIT_PEOPLE,
    "risks_sheet": C.WATCH,
    "take_risks": C.EDIT_RISK,
    "list_changes": C.READ_AUDIT,
    "verify_trail": C.READ_AUDIT,
    "review_queue": C.REVIEW,
    "give_verdict": C.REVIEW,
    "name_subject": C.REVIEW,
    "subjects": C.REVIEW,
    "second_queue": C.REVIEW,
    "give_second_verdict": C.REVIEW,
    "alarm_quality": C.WATCH,
    "open_ticket": C.ASSIGN,
    "assignees": C.ASSIGN,
    "assign": C.ASSIGN,
    "postpone": C.ASSIGN,
    "read_rules": C.WATCH,
    "replace_rules": C.EDIT_CAMERAS,
    "read_ladder": C.WATCH,
    "replace_ladder": C.ADMINISTER,
    "report_form": C.REPORT,
    "report": C.REPORT,
    "send_photo": C.REPORT,
}
"""By operation id: what somebody must be able to do. A new route gets its line here."""


def _operations() -> dict[str, tuple[str, str]]:
    """Method and path by operation id; `1` stands for every id."""
    found = {}
    for path, methods in describe("0").openapi()["paths"].items():
        for method, operation in methods.items():
            parts = ["1" if part.startswith("{") else part for part in path.split("/")]
            found[operation["operationId"]] = method.upper(), "/".join(parts)
    return found


OPERATIONS = _operations()


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    """The application over a database of its own: the matrix changes no record."""
    from memory_engine import MemoryEngine

    folder = tmp_path_factory.mktemp("matrix")
    database = Database(f"sqlite:///{folder}/anyan.db")
    database.migrate()
    settings = ApiSettings(
        data_dir=folder,
        time_zone="Asia/Shanghai",
        version="1",
        started_at=0.0,
        static_dir=folder / "static",
    )
    yield create_app(database, MemoryEngine(), settings)
    database.close()


@pytest.fixture(scope="module")
def callers(app: Application) -> dict[Role | None, TestClient]:
    """A browser of a person for each role in the whole site, and one of a user without any."""
    database = app.state.context.database
    browsers = {}
    for role in (None, *Role):
        name = f"user-of-{role}"
        with database.begin() as session:
            person = create_person(session, number=name, name=name, unit_id=ROOT, post="")
        browsers[role] = browser_of(app, database, name, role, person_id=person.id)
    return browsers


def _refusal(client: TestClient, operation: str) -> str | None:
    """The code of 401 and 403; None where the request got further, whatever came of it."""
    method, path = OPERATIONS[operation]
    if operation == "events":
        return None  # It never ends; its own tests listen to it.
    answer = client.request(method, path)
    return answer.json()["code"] if answer.status_code in {401, 403} else None


def test_every_operation_stands_in_the_matrix() -> None:
    """A new route without an entry fails here, and so does an entry without a route."""
    groups = [OPEN, BROWSER, KNOWN, set(NEEDS)]
    assert set().union(*groups) == set(OPERATIONS)
    assert sum(map(len, groups)) == len(OPERATIONS)


@pytest.mark.parametrize("operation", sorted(NEEDS))
@pytest.mark.parametrize("role", [None, *Role])
def test_who_may_what(
    callers: dict[Role | None, TestClient], role: Role | None, operation: str
) -> None:
    """403 for exactly the roles without the capability, before the request is looked at."""
    able = NEEDS[operation] in CAPABILITIES.get(role, frozenset())
    assert _refusal(callers[role], operation) == (None if able else "forbidden")


@pytest.mark.parametrize("operation", sorted(KNOWN | BROWSER - {"sign_out", "change_password"}))
def test_what_needs_no_capability(callers: dict[Role | None, TestClient], operation: str) -> None:
    """A user without any role gets an answer too."""
    assert _refusal(callers[None], operation) is None


@pytest.mark.parametrize("operation", sorted(set(NEEDS) | KNOWN | BROWSER))
def test_machines_may_what_their_scopes_say(app: Application, operation: str) -> None:
    """With the one scope a machine gets through, with all others it does not, and nowhere as a
    browser does."""
    capability = NEEDS.get(operation)
    database = app.state.context.database
    for scopes, able in (
        ([capability or C.REPORT], operation not in BROWSER | PERSONAL),
        ([c for c in C if c is not capability], operation in KNOWN),
    ):
        with database.begin() as session:
            _, secret = create_token(
                session, name="m", scopes=scopes, unit_id=ROOT, by="user:1", now=1.0
            )
        client = TestClient(app, headers={"Authorization": f"Bearer {secret}"})
        wanted = "not_signed_in" if operation in BROWSER else "forbidden"
        assert _refusal(client, operation) == (None if able else wanted)
