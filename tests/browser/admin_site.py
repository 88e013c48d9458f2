"""The small site in a real browser: its service, who signs in, and how a page is looked at.

LOOK_AT=<folder> keeps pictures of every page, wide and narrow, in both languages and themes.
"""

import io
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from playwright.sync_api import Browser, Page, expect
from running_service import PASSWORD, Service, service_with
from signing_in import signed_in_pages
from sqlalchemy import select

sys.path.insert(0, str(Path(__file__).parents[1] / "api"))

from small_site import settle_in

from hazards.access.accounts import create_user, grant
from hazards.access.passwords import hash_password
from hazards.access.roles import Role
from hazards.access.tables import UserRow
from hazards.database import Database
from hazards.notify.tables import MessageRow
from hazards.points.months import open_month
from hazards.site.people import create_contractor

DESK, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
MESSAGES = (
    ("overdue", {"ticket_id": "t", "title": "blocked_exit", "level": 2, "to": "team_leader",
                 "due_at": 1_700_000_000.0}),
    ("checks_due", {"count": 3, "places": ["Hall", "Dock"], "day": "2026-11-24"}),
    ("days_running", {"person_id": "li", "name": "Li", "kind": "missing_helmet",
                      "hazard_ids": []}),
)  # fmt: skip


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The small site; the administrator is li, who has three messages; wang is a worker."""
    with service_with(tmp_path_factory.mktemp("admin"), []) as service:
        service.begin()
        database = Database(f"sqlite:///{service.data_dir}/anyan.db")
        settle_in(database)
        with database.begin() as session:
            admin = session.scalars(select(UserRow).where(UserRow.name == "admin")).one()
            admin.person_id = "li"
            open_month(session, now=time.time(), zone=ZoneInfo("Asia/Shanghai"))
            create_contractor(session, name="外包一", unit_id="works", contact="赵工 13800000000")
            worker = create_user(
                session, name="wang", display_name="王强", password_hash=hash_password(PASSWORD),
                person_id="wang",
            )  # fmt: skip
            grant(session, worker.id, Role.WORKER, "team-a")
            for number, (code, details) in enumerate(MESSAGES):
                session.add(
                    MessageRow(
                        id=f"m{number}", key=f"m{number}", person_id="li", code=code,
                        details=details, made_at=time.time() - number * 3600, state="sent",
                        attempts=0, next_try_at=0.0, claimed_by="", claimed_until=0.0, problem="",
                    )
                )  # fmt: skip
        database.close()
        yield service


@pytest.fixture
def open_page(browser: Browser, site: Service) -> Iterator[Callable[[str], Page]]:
    """Signs somebody in; no page may log an error of its own."""
    with signed_in_pages(browser, site, DESK) as sign_in:
        yield sign_in


def fits(page: Page, name: str) -> None:
    """Nothing is wider than the screen, wide or narrow, in either language."""
    folder = os.environ.get("LOOK_AT")
    dialog = page.locator(".el-overlay-dialog:visible").count() > 0
    for size in (DESK, PHONE):
        page.set_viewport_size(size)
        for language in ("zh",) if dialog else ("zh", "en"):
            assert page.evaluate("document.documentElement.scrollWidth") <= size["width"], name
            if folder is not None:
                for theme in ("light", "dark"):
                    page.evaluate(f"document.documentElement.dataset.theme = '{theme}'")
                    file = Path(folder) / f"{name}-{size['width']}-{language}-{theme}.png"
                    page.screenshot(path=file, full_page=True, animations="disabled")
            if not dialog:
                page.get_by_test_id("language-switch").click()
    page.set_viewport_size(DESK)


def sheet(*rows: list[str]) -> dict[str, object]:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    mime = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return {"name": "people.xlsx", "mimeType": mime, "buffer": file.getvalue()}


def choose(page: Page, test_id: str, value: str) -> None:
    page.get_by_test_id(test_id).select_option(value)


def save(page: Page, test_id: str) -> None:
    """Until the service has taken it; then there is nothing to save any more."""
    with page.expect_response(lambda answer: answer.request.method == "PUT") as taken:
        page.get_by_test_id(test_id).click()
    assert taken.value.status == 200
    expect(page.get_by_test_id(test_id)).to_be_disabled()
