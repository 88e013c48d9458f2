"""The camera page in a browser: zones, their direction and hours, pictures of free exits, and its
place on a plan."""

import io
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, Locator, Page, expect
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


def _plan() -> bytes:
    """A hall of 24 by 12 m with an exit, 50 px a metre."""
    picture = Image.new("RGB", (1200, 600), "white")
    draw = ImageDraw.Draw(picture)
    draw.rectangle((20, 20, 1180, 580), outline="black", width=6)
    draw.rectangle((560, 10, 640, 30), fill="white")
    file = io.BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


def _drag(page: Page, pictured: Locator, number: int, x: float, y: float) -> None:
    point = pictured.locator(".point").nth(number - 1)
    point.scroll_into_view_if_needed()
    at, box = point.bounding_box(), pictured.locator("img").bounding_box()
    assert at
    assert box
    page.mouse.move(at["x"] + at["width"] / 2, at["y"] + at["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"], steps=4)
    page.mouse.up()


@pytest.fixture(scope="module")
def plan(site: Service) -> str:
    """Id of a plan without a scale."""
    sent = site.client.post(
        "/api/v1/plans?unit_id=site&name=Hall",
        content=_plan(),
        headers={"Content-Type": "application/octet-stream"},
    )
    return sent.json()["id"]


def _view(page: Page) -> dict:
    return page.request.get("/api/v1/cameras/hall").json()["view"]


def test_a_camera_is_laid_onto_a_plan(page: Page, plan: str):
    """Points are dragged and moved with keys; an outline that crosses itself is refused; what was
    saved stands there again after loading. The zones can be saved after it."""
    page.reload()
    page.get_by_test_id("place-plan").select_option(plan)
    shown, on_plan = (page.get_by_test_id(f"place-{name}") for name in ("picture", "onplan"))
    scale = page.get_by_test_id("place-no-scale").locator("a")
    expect(scale).to_have_attribute("href", f"/map/{plan}/edit")
    save, fault = page.get_by_test_id("place-save"), page.get_by_test_id("place-fault")
    expect(save).to_be_enabled()
    corners = [(0.3, 0.4), (0.7, 0.4), (0.9, 0.9), (0.1, 0.9)]
    for number, (x, y) in enumerate(corners, 1):
        _drag(page, shown, number, x, y)
    _drag(page, on_plan, 4, 0.8, 0.5)
    expect(fault).to_contain_text("平面图上四点的连线相交")
    expect(save).to_be_disabled()
    _look(page, "place-fault")
    _drag(page, on_plan, 4, 0.4, 0.7)
    expect(fault).to_have_count(0)
    second = on_plan.get_by_role("button", name="第 2 点")
    second.focus()
    before = second.evaluate("point => parseFloat(point.style.left)")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("ArrowRight")
    save.click()
    page.get_by_test_id("place-remove").wait_for()
    view = _view(page)
    assert view["plan_id"] == plan
    for (x, y), stored in zip(corners, view["picture_points"], strict=True):
        assert stored == pytest.approx([x, y], abs=0.01)
    assert view["plan_points"][1][0] * 100 == pytest.approx(before + 2.2, abs=0.02)
    assert view["plan_points"][3] == pytest.approx([0.4, 0.7], abs=0.01)
    page.get_by_test_id("camera-save").click()
    page.wait_for_url("**/cameras")
    page.goto("/cameras/hall")
    lefts = "points => points.map(point => parseFloat(point.style.left) / 100)"
    expect(shown.locator(".point")).to_have_count(4)
    for where, name in ((shown, "picture_points"), (on_plan, "plan_points")):
        found = where.locator(".point").evaluate_all(lefts)
        assert found == pytest.approx([x for x, _ in view[name]], abs=1e-4)
    expect(save).to_be_disabled()


def test_a_camera_is_laid_anew_and_taken_off_its_plan(page: Page, site: Service, plan: str):
    """On a plan with a scale its sides are told in metres. It can be enlarged around the points to
    move one exactly; the map shows the camera until somebody takes it off, who has to have seen
    how it lies."""
    anybody = {"If-Match": "*"}
    view = {
        "plan_id": plan,
        "picture_points": [[0.3, 0.4], [0.7, 0.4], [0.9, 0.9], [0.1, 0.9]],
        "plan_points": [[0.47, 0.04], [0.53, 0.04], [0.53, 0.14], [0.47, 0.14]],
    }
    site.client.put("/api/v1/cameras/hall/view", json=view, headers=anybody).raise_for_status()
    scale = {"metres_per_px": 0.02}
    site.client.put(f"/api/v1/plans/{plan}/scale", json=scale, headers=anybody)
    page.reload()
    on_plan = page.get_by_test_id("place-onplan")
    expect(page.get_by_test_id("place-sides")).to_contain_text("1–2: 1.44 m · 2–3: 1.20 m")
    _look(page, "place")
    on_plan.get_by_role("button", name="放大").click(click_count=2)
    expect(on_plan.locator(".stage")).to_have_attribute("style", "width: 400%;")
    assert on_plan.locator(".pane").evaluate("pane => pane.scrollLeft / pane.scrollWidth") > 0.3
    _drag(page, on_plan, 3, 0.52, 0.2)
    _look(page, "place-large")
    page.get_by_test_id("place-save").click()
    page.get_by_text("位置已保存").wait_for()
    assert _view(page)["plan_points"][2] == pytest.approx([0.52, 0.2], abs=0.003)
    page.set_viewport_size({"width": 390, "height": 844})
    _look(page, "place-narrow")
    page.set_viewport_size({"width": 1440, "height": 1000})
    page.goto(f"/map/{plan}")
    expect(page.get_by_test_id("map-stage").locator(".camera")).to_have_text("hall")
    _look(page, "place-map")
    page.goto("/cameras/hall")
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_test_id("place-remove").wait_for()
    site.client.put("/api/v1/cameras/hall/view", json=view, headers=anybody).raise_for_status()
    page.get_by_test_id("place-remove").click()
    expect(page.get_by_test_id("camera-place").get_by_role("alert")).to_contain_text("已被他人修改")
    page.reload()
    page.get_by_test_id("place-remove").click()
    expect(page.get_by_test_id("place-remove")).to_have_count(0)
    expect(page.get_by_test_id("place-plan")).to_have_value("")
    assert _view(page) is None
