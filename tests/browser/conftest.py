import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from admin_site import open_page, site  # noqa: F401
from playwright.sync_api import Browser, Page, expect, sync_playwright
from running_service import Service, blocked_video, service_with  # noqa: F401
from signing_in import signed_in_pages

from service.cli import DEMO_SITE
from service.site_file import read_site

CHROMIUM = Path("/usr/bin/chromium")
expect.set_options(timeout=60_000)  # far beyond what any machine needs
OPTIONS = ["--no-sandbox", "--disable-background-networking", "--disable-quic", "--no-first-run"]
PAGES = Path(__file__).parents[2] / "api" / "static" / "index.html"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The service with the rendered demo site, watched for as long as the tests run."""
    if not PAGES.exists():
        pytest.fail("the pages are not built: run `make web`")
    cameras = read_site(DEMO_SITE).to_mapping()["cameras"]
    with service_with(tmp_path_factory.mktemp("demo"), cameras) as service:
        service.begin()
        yield service


# Of the module, not of the session: Playwright keeps an event loop running until it is closed.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium."""
    if not CHROMIUM.exists():
        reason = "Chromium is not installed: apt-get install chromium"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=OPTIONS)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser, demo: Service) -> Iterator[Page]:
    """A page of a signed-in administrator; it must never log an error of its own."""
    with signed_in_pages(browser, demo) as sign_in:
        page = sign_in("admin")
        page.get_by_test_id("tile-gate").wait_for()
        yield page
