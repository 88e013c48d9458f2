"""A hazard from alarm to closed ticket, and a report, by hand in a real browser."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from running_service import Service, service_with
from signing_in import signed_in_pages

sys.path.insert(0, str(Path(__file__).parents[1] / "api"))

from photos import jpeg
from small_site import CODE, see, settle_in

from hazards.database import Database

pytestmark = pytest.mark.browser
PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The service of a small site; its camera saw two people without helmets."""
    with service_with(tmp_path_factory.mktemp("tickets"), []) as service:
        database = Database(f"sqlite:///{service.data_dir}/anyan.db")
        database.migrate()
        settle_in(database)
        see(database)
        see(database, "v2", camera_id="yard", started_at=1_700_000_100.0)
        database.close()
        service.begin()
        yield service


@pytest.fixture
def page(browser: Browser, site: Service) -> Iterator[Page]:
    """A page of a signed-in administrator; it must never log an error of its own."""
    with signed_in_pages(browser, site) as sign_in:
        yield sign_in("admin")


def photo(name: str, content: bytes) -> dict[str, object]:
    """A file as the page's field takes it."""
    return {"name": name, "mimeType": "image/jpeg", "buffer": content}


def test_a_hazard_goes_from_alarm_to_closed_ticket(page: Page):
    """Confirmed by one key, assigned, rectified with a photo on the phone, verified, closed."""
    page.goto("/review")
    case = page.get_by_test_id("review-case")
    case.wait_for()
    waiting = int(page.get_by_test_id("review-waiting").inner_text())
    hazard = case.get_attribute("data-hazard")
    page.keyboard.press("c")
    expect(page.get_by_test_id("review-waiting")).to_have_text(str(waiting - 1))
    page.goto(f"/hazards/{hazard}")
    expect(page.get_by_test_id("hazard-verdict")).to_be_visible()
    page.get_by_test_id("hazard-ticket").click()
    state = page.get_by_test_id("ticket-state")
    expect(state).to_have_attribute("data-state", "confirmed")

    page.get_by_test_id("step-assign").click()
    page.get_by_test_id("subject-search").fill("wang")
    page.get_by_test_id("subject-choice").filter(has_text="Wang").click()
    page.get_by_test_id("step-submit").click()
    expect(state).to_have_attribute("data-state", "assigned")

    page.set_viewport_size(PHONE)
    page.get_by_test_id("step-rectify").click()
    expect(page.get_by_test_id("step-submit")).to_be_disabled()
    field = page.get_by_test_id("photo-input")
    field.set_input_files(photo("letter.jpg", b"this is no picture"))
    page.get_by_test_id("photo-problem").wait_for()
    field.set_input_files(photo("after.jpg", jpeg()))
    page.get_by_test_id("photo").wait_for()
    page.get_by_test_id("step-submit").click()
    expect(state).to_have_attribute("data-state", "rectified")
    for step, after in (("verify", "verified"), ("close", "closed")):
        page.get_by_test_id(f"step-{step}").click()
        page.get_by_test_id("step-submit").click()
        expect(state).to_have_attribute("data-state", after)
    taken = page.get_by_test_id("ticket-transition")
    assert [line.get_attribute("data-step") for line in taken.all()][-1] == "close"
    # Nothing is wider than the phone.
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_a_person_reports_a_hazard_by_the_qr_code(page: Page):
    """The code opens the form of its place; the report waits for review with its photo."""
    page.set_viewport_size(PHONE)
    page.goto(f"/report/{CODE}")
    expect(page.get_by_test_id("report-place")).to_contain_text("Hall")
    page.get_by_test_id("report-description").fill("灭火器被货物挡住")
    page.get_by_test_id("photo-input").set_input_files(photo("seen.jpg", jpeg(seed=3)))
    page.get_by_test_id("photo").wait_for()
    page.get_by_test_id("report-send").click()
    page.get_by_test_id("report-sent").wait_for()
    (report,) = page.request.get("/api/v1/hazards?source=report").json()["items"]
    assert (report["risk_unit_name"], report["description"]) == ("Hall", "灭火器被货物挡住")
    assert len(report["photo_ids"]) == 1
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_a_code_that_hangs_nowhere_says_so(page: Page):
    """No report can be sent for a place that is not there."""
    page.goto("/report/old-code")
    page.get_by_test_id("report-place-problem").wait_for()
    page.get_by_test_id("report-description").fill("?")
    expect(page.get_by_test_id("report-send")).to_be_disabled()
