"""The pages of the administration and the messages, by hand in a real browser.

LOOK_AT=<folder> keeps pictures of every page, wide and narrow, in both languages and themes.
"""

import io
import os
import re
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from playwright.sync_api import Browser, Page, expect
from running_service import PASSWORD, Service, service_with
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

pytestmark = pytest.mark.browser
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
    contexts, errors = [], []

    def sign_in(name: str) -> Page:
        context = browser.new_context(
            viewport=DESK, base_url=str(site.client.base_url), locale="zh-CN"
        )
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.set_default_timeout(60_000)
        page.goto("/sign-in")
        page.get_by_test_id("sign-in-username").fill(name)
        page.get_by_test_id("sign-in-password").fill(PASSWORD)
        page.get_by_test_id("sign-in-submit").click()
        page.get_by_role("link", name="工单").wait_for()
        return page

    yield sign_in
    for context in contexts:
        context.close()
    assert errors == []


@pytest.fixture
def page(open_page: Callable[[str], Page]) -> Page:
    return open_page("admin")


def _fits(page: Page, name: str) -> None:
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
                    page.screenshot(path=file, full_page=True)
            if not dialog:
                page.get_by_test_id("language-switch").click()
    page.set_viewport_size(DESK)


def _sheet(*rows: list[str]) -> dict[str, object]:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    mime = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return {"name": "people.xlsx", "mimeType": mime, "buffer": file.getvalue()}


def _choose(page: Page, test_id: str, value: str) -> None:
    page.get_by_test_id(test_id).select_option(value)


def _save(page: Page, test_id: str) -> None:
    """Until the service has taken it; then there is nothing to save any more."""
    with page.expect_response(lambda answer: answer.request.method == "PUT") as taken:
        page.get_by_test_id(test_id).click()
    assert taken.value.status == 200
    expect(page.get_by_test_id(test_id)).to_be_disabled()


def test_a_worker_sees_the_own_things_only(open_page: Callable[[str], Page]) -> None:
    """Tickets, report and points; no wall, no review, no administration, by address neither."""
    page = open_page("wang")
    links = page.get_by_role("navigation", name="主导航").get_by_role("link")
    expect(links).to_have_text(["工单", "上报", "积分"])
    expect(page).to_have_url(re.compile("/tickets$"))
    for address in ("/", "/admin/people", "/review", "/cameras"):
        page.goto(address)
        page.get_by_role("heading", name="隐患工单").wait_for()
    _fits(page, "worker")
    page.get_by_test_id("account-menu").click()
    expect(page.get_by_test_id("menu-admin")).to_have_count(0)


def test_people_are_added_changed_and_imported(page: Page, tmp_path: Path) -> None:
    """By hand; by Excel with every mistake named; who has left is shown on request."""
    page.get_by_test_id("nav-admin").click()
    expect(page.get_by_test_id("person")).to_have_count(2)
    page.get_by_test_id("person-add").click()
    page.get_by_test_id("person-number").fill("100")
    page.get_by_test_id("person-name").fill("孙丽")
    _choose(page, "person-unit", "yard")
    _fits(page, "person-form")
    page.get_by_test_id("edit-save").click()
    expect(page.get_by_test_id("person").filter(has_text="孙丽")).to_contain_text("Yard")
    page.get_by_test_id("person-edit-100").click()
    page.get_by_test_id("person-active").click()
    page.get_by_test_id("edit-save").click()
    expect(page.get_by_test_id("person")).to_have_count(2)
    head = ["工号", "姓名", "部门", "在职"]
    wrong = _sheet(head, ["200", "周", "没有这个部门", ""], ["200", "", "Yard", "也许"])
    page.get_by_test_id("sheet-people-file").set_input_files(wrong)  # type: ignore[arg-type]
    expect(page.get_by_test_id("sheet-mistake")).to_have_count(4)
    _fits(page, "people-mistakes")
    right = _sheet(head, ["200", "周敏", "Yard", "是"])
    page.get_by_test_id("sheet-people-file").set_input_files(right)  # type: ignore[arg-type]
    expect(page.get_by_test_id("sheet-done")).to_contain_text("新增 1")
    page.get_by_test_id("people-search").fill("周")
    expect(page.get_by_test_id("person")).to_have_count(1)
    with page.expect_download() as download:
        page.get_by_test_id("sheet-people-out").click()
    kept = tmp_path / "people.xlsx"
    download.value.save_as(kept)
    assert openpyxl.load_workbook(kept).active.max_row == 5


def test_the_organisation_grows_and_moves(page: Page) -> None:
    """A team below a workshop, then moved with its own; a full unit is not deleted."""
    page.goto("/admin/organisation")
    page.get_by_test_id("unit-below-works").click()
    page.get_by_test_id("unit-name").fill("夜班")
    page.get_by_test_id("edit-save").click()
    row = page.get_by_test_id("unit").filter(has_text="夜班")
    expect(row).to_have_count(1)
    page.get_by_test_id("unit-edit-works").click()
    _choose(page, "unit-parent", "yard")
    _fits(page, "unit-form")
    page.get_by_test_id("edit-save").click()
    expect(page.get_by_test_id("edit-save")).to_have_count(0)
    units = page.request.get("/api/v1/units").json()["items"]
    assert any(unit["path"].startswith("/site/yard/works/") for unit in units)
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_test_id("unit-edit-works").click()
    page.get_by_role("button", name="删除").click()
    page.get_by_test_id("edit-problem").wait_for()
    page.get_by_role("button", name="取消").click()
    page.get_by_test_id("contractor-add").click()
    page.get_by_test_id("contractor-name").fill("脚手架公司")
    page.get_by_test_id("edit-save").click()
    expect(page.get_by_test_id("contractor")).to_have_count(2)
    _fits(page, "organisation")


def test_an_account_gets_a_role_in_a_part_of_the_site(
    page: Page, open_page: Callable[[str], Page]
) -> None:
    """Signed in, the new account sees what its role shows; switched off, it is out."""
    page.goto("/admin/users")
    page.get_by_test_id("user-add").click()
    page.get_by_test_id("user-name").fill("staff")
    page.get_by_test_id("user-display").fill("安全员小周")
    page.get_by_test_id("user-password").fill("short")
    expect(page.get_by_test_id("edit-save")).to_be_disabled()
    page.get_by_test_id("user-password").fill(PASSWORD)
    page.get_by_test_id("grant-add").click()
    _choose(page, "grant-role", "safety_staff")
    _choose(page, "grant-unit", "yard")
    _fits(page, "user-form")
    page.get_by_test_id("edit-save").click()
    row = page.get_by_test_id("user").filter(has_text="安全员小周")
    expect(row).to_contain_text("安全员 · Yard")
    staff = open_page("staff")
    staff.get_by_test_id("nav-admin").click()
    expect(staff.get_by_test_id("check-add").or_(staff.locator(".empty"))).to_be_visible()
    expect(staff.get_by_test_id("admin-users")).to_have_count(0)
    page.get_by_test_id("user-edit-staff").click()
    page.get_by_test_id("user-active").click()
    page.get_by_test_id("edit-save").click()
    expect(row).to_contain_text("已停用")
    assert staff.request.get("/api/v1/session").status == 401
    _fits(page, "users")


def test_ticket_rules_and_ladder_are_edited(page: Page) -> None:
    """Order, a new rule, a deadline; a rung out of order cannot be saved; a stale page is told."""
    page.goto("/admin/ticket-rules")
    rules = page.get_by_test_id("rule")
    rules.first.wait_for()
    count = rules.count()
    before = page.request.get("/api/v1/ticket-rules").json()["items"]
    expect(page.get_by_test_id("rules-save")).to_be_disabled()
    page.get_by_test_id("rule-down").first.click()
    page.get_by_test_id("rule-add").click()
    expect(rules).to_have_count(count + 1)
    last = rules.last
    last.get_by_test_id("rule-kind").select_option("gas")
    last.get_by_test_id("rule-hours").fill("soon")
    expect(page.get_by_test_id("rules-save")).to_be_disabled()
    last.get_by_test_id("rule-hours").fill("2.5")
    _save(page, "rules-save")
    after = page.request.get("/api/v1/ticket-rules").json()["items"]
    assert [rule["id"] for rule in after[:2]] == [before[1]["id"], before[0]["id"]]
    assert (after[-1]["kind"], after[-1]["deadline_s"]) == ("gas", 9000)
    _fits(page, "ticket-rules")

    page.goto("/admin/escalation")
    hours = page.get_by_test_id("rung-hours")
    hours.first.wait_for()
    rungs = hours.count()
    page.get_by_test_id("rung-add").click()
    hours.last.fill("1")
    expect(page.get_by_test_id("ladder-save")).to_be_disabled()
    hours.last.fill("80")
    page.get_by_test_id("rung-to").last.select_option("safety_staff")
    _save(page, "ladder-save")
    ladder = page.request.get("/api/v1/escalation").json()["items"]
    assert len(ladder) == rungs + 1
    assert ladder[-1] == {"after_s": 288000, "to": "safety_staff", "supervise": False}
    _fits(page, "escalation")


def test_shifts_and_holidays_are_edited_and_pasted(page: Page) -> None:
    """A shift with its hours; a span of days; a year as copied cells, with every mistake named."""
    page.goto("/admin/working-time")
    shifts = page.get_by_test_id("shift")
    shifts.first.wait_for()
    count = shifts.count()
    page.get_by_test_id("shift-new").click()
    expect(page.get_by_test_id("shifts-save")).to_be_disabled()
    last = shifts.last
    last.get_by_test_id("shift-name").fill("中班")
    last.get_by_test_id("zone-shift").locator("input[type=time]").first.fill("18:00")
    expect(page.get_by_test_id("shifts-save")).to_be_disabled()
    last.get_by_test_id("zone-shift").locator("input[type=time]").last.fill("02:00")
    last.get_by_test_id("shift-working").click()
    expect(last.get_by_test_id("add-holiday")).to_have_count(0)
    _save(page, "shifts-save")
    kept = page.request.get("/api/v1/shifts").json()["items"]
    assert len(kept) == count + 1
    assert (kept[-1]["name"], kept[-1]["schedule"], kept[-1]["working"]) == (
        "中班",
        "mon-fri 18:00-02:00",
        False,
    )
    page.get_by_test_id("holiday-first").fill("2026-10-01")
    page.get_by_test_id("holiday-last").fill("2026-10-03")
    page.get_by_test_id("holiday-name").fill("国庆节")
    page.get_by_test_id("holiday-add").click()
    expect(page.get_by_test_id("holiday")).to_have_count(3)
    page.get_by_test_id("holiday-first").fill("2026-10-02")
    expect(page.get_by_test_id("holiday-add")).to_be_disabled()
    page.get_by_test_id("holiday-first").fill("")
    expect(page.get_by_test_id("sheet-holidays-in")).to_have_count(0)
    _save(page, "holidays-save")
    page.get_by_test_id("sheet-holidays-paste").click()
    text = page.get_by_test_id("sheet-holidays-text")
    text.fill("日期\t名称\t上班\n2026-10-10\t补班\t也许\n2026-02-30\t\t")
    page.get_by_test_id("sheet-holidays-send").click()
    mistakes = page.get_by_test_id("sheet-mistake")
    expect(mistakes).to_have_text(
        [
            "第 2 行，上班： 请填写“是”或“否”",
            "第 3 行，日期： “2026-02-30”不是日期：请写成 2026-10-01",
        ]
    )
    _fits(page, "working-time-mistakes")
    text.fill("日期\t名称\t上班\n2026-10-10\t国庆节调休\t是")
    page.get_by_test_id("sheet-holidays-send").click()
    expect(page.get_by_test_id("sheet-done")).to_contain_text("新增 1")
    expect(page.get_by_test_id("holiday")).to_have_count(4)
    expect(page.get_by_test_id("holiday").last).to_contain_text("调休上班")
    _fits(page, "working-time")


def test_a_channel_is_added_tested_and_changed(page: Page) -> None:
    """Its address is never shown; a wrong one is told; what became of a test stands on the page."""
    page.goto("/admin/channels")
    page.get_by_test_id("channel-add").click()
    page.get_by_test_id("channel-name").fill("安全群")
    page.get_by_test_id("channel-url").fill("nonsense://secret-token")
    page.get_by_test_id("edit-save").click()
    expect(page.get_by_test_id("edit-problem")).to_contain_text("没有服务使用这样的地址")
    page.get_by_test_id("channel-url").fill("json://127.0.0.1:9/secret-token")
    _choose(page, "channel-unit", "yard")
    _fits(page, "channel-form")
    page.get_by_test_id("edit-save").click()
    row = page.get_by_test_id("channel").filter(has_text="安全群")
    expect(row).to_contain_text("json://127.0.0.1/****")
    expect(row).to_contain_text("Yard")
    row.get_by_test_id("channel-test").click()
    message = row.get_by_test_id("channel-message")
    expect(message).to_contain_text("测试消息：安全群")
    expect(message).to_contain_text("无法连接接收方：请检查网络")
    expect(message).to_contain_text("已尝试 1 次")
    _fits(page, "channels")
    row.get_by_test_id("channel-edit").click()
    _choose(page, "channel-owner", "person")
    expect(page.get_by_test_id("edit-save")).to_be_disabled()
    page.get_by_test_id("channel-person").fill("wang")
    page.get_by_role("button", name="Wang").click()
    page.get_by_test_id("channel-active").click()
    page.get_by_test_id("edit-save").click()
    expect(row).to_contain_text("Wang")
    expect(row).to_contain_text("已停用")
    expect(row.get_by_test_id("channel-test")).to_be_disabled()
    assert "secret-token" not in page.content()
    page.on("dialog", lambda dialog: dialog.accept())
    row.get_by_test_id("channel-edit").click()
    page.get_by_test_id("channel-remove").click()
    expect(row).to_have_count(0)


def test_who_leaves_is_signed_out(page: Page, open_page: Callable[[str], Page]) -> None:
    """The page says so before; coming back it says that the account stays off."""
    worker = open_page("wang")
    number = "004wang"
    page.goto("/admin/people")
    page.get_by_test_id(f"person-edit-{number}").click()
    page.get_by_test_id("person-active").click()
    expect(page.get_by_test_id("person-account")).to_contain_text("账户立即停用并退出登录")
    _fits(page, "person-leaves")
    page.get_by_test_id("edit-save").click()
    expect(page.get_by_test_id("edit-save")).to_have_count(0)
    assert worker.request.get("/api/v1/session").status == 401
    page.locator(".switch", has_text="包括已离职").click()
    page.get_by_test_id(f"person-edit-{number}").click()
    page.get_by_test_id("person-active").click()
    expect(page.get_by_test_id("person-account")).to_contain_text("不会随之启用")
    page.get_by_test_id("edit-save").click()
    expect(page.get_by_test_id("edit-save")).to_have_count(0)
    users = page.request.get("/api/v1/users").json()["items"]
    assert [user["active"] for user in users if user["name"] == "wang"] == [False]


def test_check_lists_points_and_months(page: Page) -> None:
    """Lines of a risk unit; a new version of the points; the month that runs."""
    page.goto("/admin/check-lists")
    page.get_by_test_id("check-add").click()
    page.get_by_test_id("check-text").fill("灭火器在位、压力正常")
    _choose(page, "check-frequency", "week")
    _save(page, "check-save")
    lines = page.request.get("/api/v1/risk-units/hall").json()["check_list"]
    assert [(line["text"], line["frequency"]) for line in lines] == [
        ("灭火器在位、压力正常", "week")
    ]
    _fits(page, "check-lists")
    page.goto("/admin/points")
    field = page.get_by_test_id("policy-appeal_days")
    field.fill("x")
    expect(page.get_by_test_id("policy-save")).to_be_disabled()
    field.fill("14")
    page.get_by_test_id("policy-save").click()
    expect(page.get_by_test_id("policy-version")).to_have_count(2)
    expect(page.get_by_test_id("month").first).to_contain_text("进行中")
    _fits(page, "points-policy")


def test_messages_are_read_as_sentences(page: Page) -> None:
    """With times of the site, and a way to what each is about."""
    page.get_by_test_id("nav-inbox").click()
    lines = page.get_by_test_id("message")
    expect(lines).to_have_count(3)
    expect(lines.nth(0)).to_contain_text("隐患整改逾期：安全出口堵塞")
    expect(lines.nth(0)).to_contain_text("2023-11-15 06:13")
    expect(lines.nth(0).get_by_role("link")).to_have_attribute("href", "/tickets/t")
    expect(lines.nth(1)).to_contain_text("待检查：Hall、Dock。")
    expect(lines.nth(2)).to_contain_text("连续三天出现")
    _fits(page, "inbox")


def test_the_list_of_risks_goes_out_and_comes_in(page: Page, tmp_path: Path) -> None:
    """On the map, where there is no plan yet too."""
    page.goto("/map")
    with page.expect_download() as download:
        page.get_by_test_id("sheet-risks-out").click()
    kept = tmp_path / "risks.xlsx"
    download.value.save_as(kept)
    assert openpyxl.load_workbook(kept).active.max_row == 2
    head = ["名称", "类型", "部门", "评价方法", "可能性", "暴露频率", "后果"]
    wrong = _sheet(head, ["冲压区", "房间", "Yard", "LEC", "6", "6", "15"])
    page.get_by_test_id("sheet-risks-file").set_input_files(wrong)  # type: ignore[arg-type]
    expect(page.get_by_test_id("sheet-mistake")).to_contain_text("可选：区域、设备、作业")
    _fits(page, "risks-mistakes")
    right = _sheet(head, ["冲压区", "区域", "Yard", "LEC", "6", "6", "15"])
    page.get_by_test_id("sheet-risks-file").set_input_files(right)  # type: ignore[arg-type]
    expect(page.get_by_test_id("sheet-done")).to_contain_text("新增 1")
