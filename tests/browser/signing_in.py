"""Signed-in people in a browser."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page, ViewportSize
from running_service import PASSWORD, Service

DESK: ViewportSize = {"width": 1440, "height": 900}


@contextmanager
def signed_in_pages(
    browser: Browser, service: Service, size: ViewportSize = DESK
) -> Iterator[Callable[[str], Page]]:
    """Signs people in by their names; no page may ever log an error of its own."""
    contexts, errors = [], []

    def sign_in(name: str) -> Page:
        context = browser.new_context(
            viewport=size, base_url=str(service.client.base_url), locale="zh-CN"
        )
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.set_default_timeout(60_000)
        page.goto("/sign-in")
        page.get_by_test_id("sign-in-username").fill(name)
        page.get_by_test_id("sign-in-password").fill(PASSWORD)
        page.get_by_test_id("sign-in-submit").click()
        page.get_by_test_id("account-menu").wait_for()
        return page

    yield sign_in
    for context in contexts:
        context.close()
    assert errors == []
