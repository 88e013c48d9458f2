"""Working time, channels, leavers and the list of risks, by hand in a real browser."""

from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from admin_site import choose, fits, save, sheet
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


@pytest.fixture
def page(open_page: Callable[[str], Page]) -> Page:
    return open_page("admin")


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
    save(page, "shifts-save")
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
    save(page, "holidays-save")
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
    fits(page, "working-time-mistakes")
    text.fill("日期\t名称\t上班\n2026-10-10\t国庆节调休\t是")
    page.get_by_test_id("sheet-holidays-send").click()
    expect(page.get_by_test_id("sheet-done")).to_contain_text("新增 1")
    expect(page.get_by_test_id("holiday")).to_have_count(4)
    expect(page.get_by_test_id("holiday").last).to_contain_text("调休上班")
    fits(page, "working-time")


def test_a_channel_is_added_tested_and_changed(page: Page) -> None:
    """Its address is never shown; a wrong one is told; what became of a test stands on the page."""
    page.goto("/admin/channels")
    page.get_by_test_id("channel-add").click()
    page.get_by_test_id("channel-name").fill("安全群")
    page.get_by_test_id("channel-url").fill("nonsense://secret-token")
    page.get_by_test_id("edit-save").click()
    expect(page.get_by_test_id("edit-problem")).to_contain_text("没有服务使用这样的地址")
    page.get_by_test_id("channel-url").fill("json://127.0.0.1:9/secret-token")
    choose(page, "channel-unit", "yard")
    fits(page, "channel-form")
    page.get_by_test_id("edit-save").click()
    row = page.get_by_test_id("channel").filter(has_text="安全群")
    expect(row).to_contain_text("json://127.0.0.1/****")
    expect(row).to_contain_text("Yard")
    row.get_by_test_id("channel-test").click()
    message = row.get_by_test_id("channel-message")
    expect(message).to_contain_text("测试消息：安全群")
    expect(message).to_contain_text("无法连接接收方：请检查网络")
    expect(message).to_contain_text("已尝试 1 次")
    fits(page, "channels")
    row.get_by_test_id("channel-edit").click()
    choose(page, "channel-owner", "person")
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
    fits(page, "person-leaves")
    page.get_by_test_id("edit-save").click()
    expect(page.get_by_test_id("edit-save")).to_have_count(0)
    assert worker.request.get("/api/v1/session").status == 401
    page.locator(".switch", has_text="包括已离职").click()
    gone = page.get_by_test_id("person").filter(has_text=number)
    expect(gone).to_contain_text("已离职")
    page.get_by_test_id(f"person-edit-{number}").click()
    page.get_by_test_id("person-active").click()
    expect(page.get_by_test_id("person-account")).to_contain_text("不会随之启用")
    page.get_by_test_id("edit-save").click()
    expect(page.get_by_test_id("edit-save")).to_have_count(0)
    users = page.request.get("/api/v1/users").json()["items"]
    assert [user["active"] for user in users if user["name"] == "wang"] == [False]


def test_the_list_of_risks_goes_out_and_comes_in(page: Page, tmp_path: Path) -> None:
    """On the map, where there is no plan yet too."""
    page.goto("/map")
    with page.expect_download() as download:
        page.get_by_test_id("sheet-risks-out").click()
    kept = tmp_path / "risks.xlsx"
    download.value.save_as(kept)
    assert openpyxl.load_workbook(kept).active.max_row == 2
    head = ["名称", "类型", "部门", "评价方法", "可能性", "暴露频率", "后果"]
    wrong = sheet(head, ["冲压区", "房间", "Yard", "LEC", "6", "6", "15"])
    page.get_by_test_id("sheet-risks-file").set_input_files(wrong)  # type: ignore[arg-type]
    expect(page.get_by_test_id("sheet-mistake")).to_contain_text("可选：区域、设备、作业")
    fits(page, "risks-mistakes")
    right = sheet(head, ["冲压区", "区域", "Yard", "LEC", "6", "6", "15"])
    page.get_by_test_id("sheet-risks-file").set_input_files(right)  # type: ignore[arg-type]
    expect(page.get_by_test_id("sheet-done")).to_contain_text("新增 1")
