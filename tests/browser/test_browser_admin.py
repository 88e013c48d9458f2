"""The pages of the administration and the messages, by hand in a real browser."""

import re
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from admin_site import choose, fits, save, sheet
from playwright.sync_api import Page, expect
from running_service import PASSWORD

pytestmark = pytest.mark.browser


@pytest.fixture
def page(open_page: Callable[[str], Page]) -> Page:
    return open_page("admin")


def test_a_worker_sees_the_own_things_only(open_page: Callable[[str], Page]) -> None:
    """Tickets, report and points; no wall, no review, no administration, by address neither."""
    page = open_page("wang")
    links = page.get_by_role("navigation", name="主导航").get_by_role("link")
    expect(links).to_have_text(["工单", "上报", "积分"])
    expect(page).to_have_url(re.compile("/tickets$"))
    for address in ("/", "/admin/people", "/review", "/cameras"):
        page.goto(address)
        page.get_by_role("heading", name="隐患工单").wait_for()
    fits(page, "worker")
    page.get_by_test_id("account-menu").click()
    expect(page.get_by_test_id("menu-admin")).to_have_count(0)


def test_people_are_added_changed_and_imported(page: Page, tmp_path: Path) -> None:
    """By hand; by Excel with every mistake named; who has left is shown on request."""
    page.get_by_test_id("nav-admin").click()
    expect(page.get_by_test_id("person")).to_have_count(2)
    page.get_by_test_id("person-add").click()
    page.get_by_test_id("person-number").fill("100")
    page.get_by_test_id("person-name").fill("孙丽")
    choose(page, "person-unit", "yard")
    fits(page, "person-form")
    page.get_by_test_id("edit-save").click()
    expect(page.get_by_test_id("person").filter(has_text="孙丽")).to_contain_text("Yard")
    page.get_by_test_id("person-edit-100").click()
    page.get_by_test_id("person-active").click()
    page.get_by_test_id("edit-save").click()
    expect(page.get_by_test_id("person")).to_have_count(2)
    head = ["工号", "姓名", "部门", "在职"]
    wrong = sheet(head, ["200", "周", "没有这个部门", ""], ["200", "", "Yard", "也许"])
    page.get_by_test_id("sheet-people-file").set_input_files(wrong)  # type: ignore[arg-type]
    expect(page.get_by_test_id("sheet-mistake")).to_have_count(4)
    fits(page, "people-mistakes")
    right = sheet(head, ["200", "周敏", "Yard", "是"])
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
    choose(page, "unit-parent", "yard")
    fits(page, "unit-form")
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
    fits(page, "organisation")


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
    choose(page, "grant-role", "safety_staff")
    choose(page, "grant-unit", "yard")
    fits(page, "user-form")
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
    fits(page, "users")


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
    save(page, "rules-save")
    after = page.request.get("/api/v1/ticket-rules").json()["items"]
    assert [rule["id"] for rule in after[:2]] == [before[1]["id"], before[0]["id"]]
    assert (after[-1]["kind"], after[-1]["deadline_s"]) == ("gas", 9000)
    fits(page, "ticket-rules")

    page.goto("/admin/escalation")
    hours = page.get_by_test_id("rung-hours")
    hours.first.wait_for()
    rungs = hours.count()
    page.get_by_test_id("rung-add").click()
    hours.last.fill("1")
    expect(page.get_by_test_id("ladder-save")).to_be_disabled()
    hours.last.fill("80")
    page.get_by_test_id("rung-to").last.select_option("safety_staff")
    save(page, "ladder-save")
    ladder = page.request.get("/api/v1/escalation").json()["items"]
    assert len(ladder) == rungs + 1
    assert ladder[-1] == {"after_s": 288000, "to": "safety_staff", "supervise": False}
    fits(page, "escalation")


def test_check_lists_points_and_months(page: Page) -> None:
    """Lines of a risk unit; a new version of the points; the month that runs."""
    page.goto("/admin/check-lists")
    page.get_by_test_id("check-add").click()
    page.get_by_test_id("check-text").fill("灭火器在位、压力正常")
    choose(page, "check-frequency", "week")
    save(page, "check-save")
    lines = page.request.get("/api/v1/risk-units/hall").json()["check_list"]
    assert [(line["text"], line["frequency"]) for line in lines] == [
        ("灭火器在位、压力正常", "week")
    ]
    fits(page, "check-lists")
    page.goto("/admin/points")
    field = page.get_by_test_id("policy-appeal_days")
    field.fill("x")
    expect(page.get_by_test_id("policy-save")).to_be_disabled()
    field.fill("14")
    page.get_by_test_id("policy-save").click()
    expect(page.get_by_test_id("policy-version")).to_have_count(2)
    expect(page.get_by_test_id("month").first).to_contain_text("进行中")
    fits(page, "points-policy")


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
    fits(page, "inbox")
