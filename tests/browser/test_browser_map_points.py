"""Map, statement and appeal, in a real browser over the real service."""

import io
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, Page, expect
from running_service import PASSWORD, Service
from signing_in import signed_in_pages

from core.site import CameraConfig
from core.violation import BlockedWidth, Violation, ViolationKind
from hazards.access.accounts import create_user, grant
from hazards.access.passwords import hash_password
from hazards.access.roles import Role
from hazards.cases import flow
from hazards.cases.kinds import SubjectKind, Verdict
from hazards.database import Database
from hazards.points.months import open_month
from hazards.points.rewards import create_reward
from hazards.risk.colours import note_blind
from hazards.site.actions import create_camera
from hazards.site.people import create_person
from hazards.site.people_tables import ROOT
from hazards.site.tree import UnitKind, create_unit
from hazards.tickets.calendar import WorkCalendar

pytestmark = pytest.mark.browser
ANY = {"If-Match": "*"}
"""An edit, whatever stands there."""
ZONE = ZoneInfo("Asia/Shanghai")
MEASURED = BlockedWidth(0.617, 0.7404, 1.2)


def _drawing() -> bytes:
    """A plain floor plan."""
    picture = Image.new("RGB", (1200, 700), "white")
    draw = ImageDraw.Draw(picture)
    for box in ((20, 20, 1180, 680), (20, 20, 560, 360), (560, 20, 1180, 360), (20, 360, 800, 680)):
        draw.rectangle(box, outline="black", width=4)
    file = io.BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


def _user(session, name: str, role: Role, unit_id: str, person_id: str | None):
    row = create_user(
        session,
        name=name,
        display_name=name,
        password_hash=hash_password(PASSWORD),
        person_id=person_id,
    )
    grant(session, row.id, role, unit_id)
    return row


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A workshop with wang, who was seen twice without a helmet; a reviewer; a manager."""
    folder = tmp_path_factory.mktemp("points")
    service = Service(folder / "data", folder / "log.txt")
    try:
        service.begin()
        database = Database(f"sqlite:///{service.data_dir}/anyan.db")
        now, calendar = time.time(), WorkCalendar((), {}, ZONE)
        with database.begin() as session:
            create_unit(
                session, parent_id=ROOT, kind=UnitKind.WORKSHOP, name="一号车间", id="works"
            )
            wang = create_person(session, number="001", name="王强", unit_id="works", post="钳工")
            li = create_person(session, number="002", name="李梅", unit_id="works", post="班长")
            _user(session, "wang", Role.WORKER, "works", wang.id)
            staff = _user(session, "staff", Role.SAFETY_STAFF, ROOT, li.id)
            _user(session, "boss", Role.MANAGER, ROOT, None)
            camera = CameraConfig("press", "冲压机摄像头", "rtsp://10.0.0.9/", ())
            create_camera(session, camera, enabled=True)
            note_blind(session, "press", now - 2400)
            open_month(session, now=now, zone=ZONE)
            create_reward(session, kind="goods", name="防护手套一副", price=30, stock=12)
        for number in range(2):
            with database.begin() as session:
                seen = Violation(
                    f"helmet-{number}", ViolationKind.MISSING_HELMET, "helmet/1", "press",
                    "picture", (1,), now - 60 - number, now - 50, True, 0.9,
                )  # fmt: skip
                flow.take_in(session, [seen], now=now, calendar=calendar)
                flow.name_subject(session, seen.id, SubjectKind.PERSON, wang.id, by=staff, now=now)
                if number == 0:
                    flow.decide(
                        session, seen.id, Verdict.CONFIRMED, by=staff, now=now, calendar=calendar
                    )
        with database.begin() as session:
            for hazard_id, width in (
                ("exit-floor", MEASURED),
                ("exit-bare", BlockedWidth(0.617, None, None)),
            ):
                seen = Violation(
                    hazard_id, ViolationKind.BLOCKED_EXIT, "blocked_exit/2", "press", "door", (),
                    now - 60, now - 50, True, 0.617, width,
                )  # fmt: skip
                flow.take_in(session, [seen], now=now, calendar=calendar)
        database.close()
        yield service
    finally:
        service.stop()


@pytest.fixture
def as_user(browser: Browser, site: Service) -> Iterator[Callable[[str], Page]]:
    """Pages of signed-in users; none may log an error of its own."""
    with signed_in_pages(browser, site) as sign_in:
        yield sign_in


def _look(page: Page, name: str) -> None:
    """Keeps a picture of the page in both languages where LOOK_AT names a folder."""
    folder = os.environ.get("LOOK_AT")
    if folder is None:
        return
    in_dialog = page.locator(".el-overlay-dialog:visible").count() > 0
    for language in ("zh",) if in_dialog else ("zh", "en"):
        page.wait_for_timeout(700)
        page.screenshot(path=Path(folder) / f"{name}-{language}.png", full_page=True)
        if not in_dialog:
            page.get_by_test_id("language-switch").click()


def _draw(page: Page, corners: list[tuple[float, float]]) -> None:
    box = page.get_by_test_id("zone-canvas").bounding_box()
    assert box
    for x, y in [*corners, corners[0]]:
        page.mouse.click(box["x"] + x * box["width"], box["y"] + y * box["height"])


def test_a_unit_is_drawn_and_the_map_says_why_it_is_red(
    as_user: Callable[[str], Page], site: Service, tmp_path: Path
) -> None:
    """Plan sent, unit drawn and judged; colour in words, and its sentence in both languages."""
    page = as_user("admin")
    drawing = tmp_path / "一号车间.png"
    drawing.write_bytes(_drawing())
    page.goto("/map")
    page.get_by_test_id("plan-add").click()
    page.get_by_test_id("plan-file").set_input_files(drawing)
    expect(page.get_by_test_id("plan-name")).to_have_value("一号车间")
    page.get_by_test_id("plan-send").click()
    page.wait_for_url("**/edit")
    page.get_by_test_id("unit-new").click()
    _draw(page, [(0.03, 0.04), (0.45, 0.04), (0.45, 0.5), (0.03, 0.5)])
    page.get_by_test_id("unit-name").fill("冲压区")
    for factor, value in (("likelihood", "3"), ("exposure", "6"), ("consequence", "15")):
        page.get_by_test_id(f"factor-{factor}").select_option(value)
    _look(page, "map-edit")
    page.get_by_test_id("unit-save").click()
    page.get_by_text("已保存").wait_for()
    plan = page.url.rsplit("/", 2)[1]
    (unit,) = site.client.get(f"/api/v1/plans/{plan}/map").json()["units"]
    assert (unit["name"], unit["inherent"], len(unit["polygon"])) == ("冲压区", "orange", 4)
    site.client.put(
        "/api/v1/cameras/press/risk-unit", json={"risk_unit_id": unit["id"]}, headers=ANY
    )
    corners = [[0.1, 0.9], [0.9, 0.9], [0.7, 0.4], [0.3, 0.4]]
    on_plan = [[0.1, 0.1], [0.4, 0.1], [0.4, 0.45], [0.1, 0.45]]
    body = {"plan_id": plan, "picture_points": corners, "plan_points": on_plan}
    assert site.client.put("/api/v1/cameras/press/view", json=body, headers=ANY).status_code == 204
    page.goto(f"/map/{plan}")
    label = page.get_by_test_id("map-unit")
    expect(label).to_contain_text("红 重大")
    expect(label).to_have_attribute("data-grade", "red")
    label.click()
    why = page.get_by_test_id("map-why")
    expect(why).to_contain_text("冲压机摄像头")
    expect(why).to_contain_text("分钟看不到画面")
    _look(page, "map")
    page.get_by_test_id("language-switch").click()
    expect(why).to_contain_text("blind for")


@pytest.mark.parametrize(
    ("id", "chinese", "english"),
    [
        ("exit-floor", "62 %（约 0.74 m / 1.20 m）", "62 % (about 0.74 m of 1.20 m)"),
        ("exit-bare", "62 %", "62 %"),
    ],
)
def test_a_blocked_exit_says_what_is_taken(
    as_user: Callable[[str], Page], id: str, chinese: str, english: str
) -> None:
    """The width that is taken stands where other hazards have their confidence."""
    page = as_user("admin")
    page.goto(f"/hazards/{id}")
    name = page.get_by_text("占用宽度", exact=True)
    expect(name.locator("xpath=following-sibling::dd[1]")).to_have_text(chinese)
    expect(page.get_by_text("置信度", exact=True)).to_have_count(0)
    _look(page, id)
    page.get_by_test_id("language-switch").click()
    name = page.get_by_text("Width taken", exact=True)
    expect(name.locator("xpath=following-sibling::dd[1]")).to_have_text(english)


def test_a_grid_of_36_cells_is_laid(as_user: Callable[[str], Page], site: Service) -> None:
    """One click covers the plan."""
    plan = site.client.get("/api/v1/plans").json()["items"][0]["id"]
    before = len(site.client.get(f"/api/v1/plans/{plan}/map").json()["units"])
    page = as_user("admin")
    page.goto(f"/map/{plan}/edit")
    page.get_by_test_id("grid-open").click()
    page.get_by_test_id("grid-lay").click()
    page.get_by_text("F6", exact=False).first.wait_for()
    _look(page, "grid-edit")
    units = site.client.get(f"/api/v1/plans/{plan}/map").json()["units"]
    assert len(units) == before + 36
    page.goto(f"/map/{plan}")
    page.get_by_test_id("map-unit").first.wait_for()
    _look(page, "grid")


def test_a_worker_appeals_and_somebody_else_decides(as_user: Callable[[str], Page]) -> None:
    """From the own statement to the appeal, to the reversal; the entry itself stays."""
    worker = as_user("wang")
    worker.goto("/points")
    expect(worker.get_by_test_id("points-month")).to_have_text("90")
    lost = worker.locator("[data-testid=statement-line][data-kind=violation]")
    expect(lost).to_contain_text("−10")
    expect(lost.get_by_test_id("statement-evidence")).to_have_attribute("href", "/hazards/helmet-0")
    _look(worker, "points")
    lost.get_by_test_id("appeal-open").click()
    text = worker.locator("textarea")
    text.fill("当时已下班，安全帽已交回库房。")
    _look(worker, "appeal")
    worker.get_by_test_id("appeal-send").click()
    expect(worker.get_by_test_id("appeal-state")).to_have_text("申诉处理中")

    boss = as_user("boss")
    boss.goto("/appeals")
    card = boss.get_by_test_id("appeal")
    expect(card).to_contain_text("安全帽已交回库房")
    _look(boss, "appeals")
    card.locator("input").fill("录像时间在其下班之后。")
    card.get_by_test_id("appeal-grant").click()
    expect(card).to_have_attribute("data-state", "granted")

    worker.goto("/points")
    expect(worker.get_by_test_id("points-month")).to_have_text("100")
    assert worker.locator("[data-testid=statement-line][data-kind=violation]").count() == 1
    assert worker.locator("[data-testid=statement-line][data-kind=reversal]").count() == 1
    _look(worker, "points-after")


def test_rewards_are_offered_and_shown(as_user: Callable[[str], Page]) -> None:
    """The manager adds one; everybody sees price and stock."""
    boss = as_user("boss")
    boss.goto("/rewards")
    expect(boss.get_by_test_id("reward")).to_contain_text("防护手套一副")
    boss.get_by_test_id("reward-name").fill("带薪休假一天")
    boss.get_by_test_id("reward-price").fill("80")
    boss.get_by_test_id("reward-add").click()
    expect(boss.get_by_test_id("reward")).to_have_count(2)
    _look(boss, "rewards")
