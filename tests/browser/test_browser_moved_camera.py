"""A camera that was turned away says so on the wall; its new view is accepted with one click."""

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from playwright.sync_api import Browser, expect
from running_service import FPS, HEIGHT, WIDTH, Service, service_with, write_video
from signing_in import signed_in_pages

KNOWN_S, TURNED_S = 14, 120


def make_turned_video(path: Path) -> Path:
    """A place with much to see, and then another one."""
    random = np.random.default_rng(1)
    views = [
        cv2.resize(random.integers(0, 255, (18, 32, 3), np.uint8), (WIDTH, HEIGHT), interpolation=2)
        for _ in range(2)
    ]
    frames = (views[i >= KNOWN_S * FPS] for i in range((KNOWN_S + TURNED_S) * FPS))
    return write_video(path, frames)


@pytest.fixture
def turned(tmp_path: Path) -> Iterator[Service]:
    video = make_turned_video(tmp_path / "turned.mp4")
    with service_with(tmp_path, [{"id": "yard", "name": "堆场", "source": str(video)}]) as service:
        service.begin()
        yield service


def test_a_turned_camera_is_seen_and_accepted(browser: Browser, turned: Service):
    """From the wall to the list of cameras; then nothing is wrong any more."""
    with signed_in_pages(browser, turned) as sign_in:
        page = sign_in("admin")
        expect(page.get_by_test_id("tile-view")).to_have_text("镜头移位", timeout=60_000)
        page.goto(page.url.rstrip("/") + "/cameras")
        row = page.get_by_test_id("camera-view")
        expect(row).to_contain_text("通道暂停判断")
        page.get_by_test_id("camera-relearn").click()
        expect(page.get_by_text("已接受，正在学习新画面")).to_be_visible()
        expect(row).to_have_count(0)
        assert turned.status("yard")["view"] == "clear"
