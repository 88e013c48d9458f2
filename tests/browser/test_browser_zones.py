"""The camera page: zones, their direction and hours, and pictures of free exits, in a browser."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from running_service import Service, exit_camera, make_exit_video, service_with
from signing_in import signed_in_pages

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """One camera that looks at a free passage for as long as the tests run."""
    folder = tmp_path_factory.mktemp("zones")
    video = make_exit_video(folder / "free.mp4", seconds=90, box=(99, 99))
    with service_with(folder, [exit_camera("hall", video)]) as service:
        service.begin()
        yield service


@pytest.fixture
def page(browser: Browser, site: Service) -> Iterator[Page]:
    """The camera page of a signed-in administrator; it must never log an error of its own."""
    with signed_in_pages(browser, site, {"width": 1440, "height": 1000}) as sign_in:
        page = sign_in("admin")
        page.get_by_test_id("tile-hall").wait_for()
        page.wait_for_function("fetch('/api/v1/cameras/hall/still').then(r => r.ok)")
        page.goto("/cameras/hall")
        page.get_by_test_id("zone-canvas").wait_for()
        yield page


def _look(page: Page, name: str) -> None:
    """Keeps a picture of the page in both languages where LOOK_AT names a folder."""
    if folder := os.environ.get("LOOK_AT"):
        for language in ("zh", "en"):
            page.wait_for_timeout(500)
            page.screenshot(path=Path(folder) / f"{name}-{language}.png", full_page=True)
            page.get_by_test_id("language-switch").click()


def _click(page: Page, *places: tuple[float, float]) -> None:
    box = page.get_by_test_id("zone-canvas").bounding_box()
    assert box
    for x, y in places:
        page.mouse.click(box["x"] + x * box["width"], box["y"] + y * box["height"])


def test_a_restricted_zone_with_direction_and_hours(page: Page):
    """A line is drawn and turned round; shifts over midnight, a holiday and a permit are typed in;
    what is saved is what the rules read, and the page shows it again."""
    page.get_by_test_id("zone-new").click()
    _click(page, (0.1, 0.5), (0.4, 0.5), (0.4, 0.9), (0.1, 0.9), (0.1, 0.5))
    page.get_by_test_id("line-draw").click()
    _click(page, (0.1, 0.5), (0.4, 0.5))
    expect(page.get_by_test_id("entry-line")).to_have_count(1)
    page.get_by_test_id("line-turn").click()
    page.get_by_test_id("zone-weekly").select_option("weekly")
    page.get_by_test_id("zone-shift").locator("input[type=time]").nth(0).fill("20:00")
    page.get_by_test_id("zone-shift").locator("input[type=time]").nth(1).fill("06:00")
    page.get_by_test_id("add-holiday").click()
    page.get_by_test_id("add-permit").click()
    expect(page.get_by_test_id("schedule-fault")).to_be_visible()
    holiday, permit = (page.get_by_test_id("zone-dates").nth(i) for i in (0, 1))
    holiday.locator("input[type=date]").nth(0).fill("2026-10-01")
    holiday.locator("input[type=date]").nth(1).fill("2026-10-07")
    permit.locator("input[type=date]").nth(0).fill("2026-11-03")
    permit.locator("input[type=time]").nth(1).fill("00:00")
    expect(page.get_by_test_id("schedule-fault")).to_have_count(0)
    _look(page, "zone")
    page.get_by_test_id("camera-save").click()
    page.wait_for_url("**/cameras")
    zone = page.request.get("/api/v1/cameras/hall").json()["zones"][1]
    assert zone["schedule"] == (
        "mon-fri 20:00-06:00; not 2026-10-01..2026-10-07; not 2026-11-03 08:00-24:00"
    )
    (x1, y1), (x2, y2) = zone["entry_line"]
    assert x1 > x2
    assert abs(x1 - 0.4) < 0.02
    assert abs(y1 - y2) < 0.01
    page.goto("/cameras/hall")
    page.locator(".choice.restricted").click()
    expect(page.get_by_test_id("zone-dates")).to_have_count(2)
    expect(page.get_by_test_id("entry-line")).to_have_count(1)
    page.get_by_test_id("zone-weekly").select_option("always")
    page.get_by_test_id("line-remove").click()
    expect(page.get_by_test_id("zone-schedule")).to_have_attribute(
        "data-text", "always; not 2026-10-01..2026-10-07; not 2026-11-03 08:00-24:00"
    )
    page.get_by_test_id("camera-save").click()
    page.wait_for_url("**/cameras")
    assert page.request.get("/api/v1/cameras/hall").json()["zones"][1]["entry_line"] == []


def test_a_picture_of_the_free_exit_is_taken_and_approved(page: Page):
    """Asked for, it appears by itself; approved, and taken back, it changes its state. Below stands
    what became of the time of each rule."""
    page.get_by_test_id("exit-capture").click()
    picture = page.get_by_test_id("exit-picture").first
    picture.wait_for()
    assert (
        picture.locator("img").evaluate("img => img.decode().then(() => img.naturalWidth)") == 480
    )
    page.get_by_test_id("exit-approve").first.click()
    page.get_by_test_id("exit-retire").wait_for()
    rules = page.get_by_test_id("coverage-row")
    for rule in ("未戴安全帽", "安全出口堵塞", "摄像头被遮挡或失焦"):
        expect(rules.filter(has_text=rule)).to_have_count(1)
    _look(page, "exit")
    page.get_by_test_id("exit-retire").click()
    expect(page.get_by_test_id("exit-retire")).to_have_count(0)
