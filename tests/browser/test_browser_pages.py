"""What a person sees, in a real browser over the real service with the rendered site."""

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

TIME = "video => video.currentTime"
DECODED = "video => video.getVideoPlaybackQuality().totalVideoFrames"


def _wait(page: Page, script: str, argument: object = None) -> None:
    page.wait_for_function(script, arg=argument, timeout=90_000)


def test_the_wall_plays_every_camera_and_draws_boxes_in_step(page: Page):
    """Video advances on each tile, and boxes are drawn for the moment that is shown."""
    for camera in ("gate", "press", "exit"):
        tile = page.get_by_test_id(f"tile-{camera}")
        video = tile.get_by_test_id("tile-video")
        expect(video).to_be_visible()
        handle = video.element_handle()
        _wait(page, "video => video.currentTime > 0 && video.readyState >= 2", handle)
        before = handle.evaluate(TIME)
        _wait(page, "([video, before]) => video.currentTime > before + 2", [handle, before])
        assert handle.evaluate(DECODED) > 5
    canvas = page.get_by_test_id("tile-gate").get_by_test_id("tile-canvas").element_handle()
    _wait(page, "canvas => Number(canvas.dataset.boxes) > 0", canvas)
    # The canvas says for which moment it draws: seconds ago, neither the future nor the past.
    age = canvas.evaluate("canvas => Date.now() / 1000 - Number(canvas.dataset.timestamp)")
    assert -0.5 < age < 8.0


def test_an_alarm_arrives_by_itself_and_can_be_acknowledged(page: Page):
    """Without a reload; what one guard has acknowledged is so for everybody."""
    alarm = page.get_by_test_id("alarm-item").first
    alarm.wait_for(timeout=90_000)
    page.goto("/alarms")
    row = page.get_by_test_id("alarm-item").first
    row.wait_for()
    button = page.get_by_test_id("alarm-acknowledge").first
    button.click()
    page.get_by_text("admin").nth(1).wait_for()
    hazards = page.request.get("/api/v1/hazards").json()["items"]
    assert any(hazard["acknowledged_by"] == "admin" for hazard in hazards)


def test_the_clip_of_a_hazard_plays_with_its_boxes(page: Page):
    """From the list to the hazard; the clip plays, can be sought in, and shows boxes."""

    def finished() -> str | None:
        items = page.request.get("/api/v1/hazards?open=false&kind=missing_helmet").json()["items"]
        ready = (h["id"] for h in items if any(e["kind"] == "clip" for e in h["evidence"]))
        return next(ready, None)

    for _ in range(120):
        if hazard := finished():
            break
        page.wait_for_timeout(1000)
    assert hazard
    page.goto(f"/hazards/{hazard}")
    clip = page.get_by_test_id("hazard-clip")
    clip.wait_for()
    handle = clip.element_handle()
    _wait(page, "video => video.readyState >= 2", handle)
    handle.evaluate("video => { video.muted = true; video.currentTime = 4; return video.play() }")
    _wait(page, "video => video.currentTime > 6", handle)
    canvas = page.get_by_test_id("hazard-canvas").element_handle()
    handle.evaluate("video => { video.pause(); video.currentTime = 7 }")
    _wait(page, "canvas => Number(canvas.dataset.boxes) > 0", canvas)


def test_a_camera_is_added_tested_and_given_a_zone(page: Page, blocked_video):
    """Test shows a still; a polygon drawn on it is saved; a wrong source is explained."""
    page.goto("/cameras")
    page.get_by_test_id("camera-add").click()
    page.get_by_test_id("camera-source").fill("/no/such/file.mp4")
    page.get_by_test_id("camera-test").click()
    page.get_by_test_id("camera-test-problem").wait_for()
    page.get_by_test_id("camera-source").fill(str(blocked_video))
    page.get_by_test_id("camera-test").click()
    page.get_by_test_id("camera-still").wait_for()
    page.get_by_test_id("camera-name").fill("走廊 Hallway")
    page.get_by_test_id("camera-id").fill("hallway")
    box = page.get_by_test_id("zone-canvas").bounding_box()
    assert box
    corners = [(0.2, 0.3), (0.8, 0.3), (0.8, 0.9), (0.2, 0.9), (0.2, 0.3)]
    for x, y in corners:
        page.mouse.click(box["x"] + x * box["width"], box["y"] + y * box["height"])
    page.get_by_test_id("camera-save").click()
    page.wait_for_url("**/cameras")
    saved = page.request.get("/api/v1/cameras/hallway").json()
    assert saved["name"] == "走廊 Hallway"
    (zone,) = saved["zones"]
    assert len(zone["polygon"]) == 4
    assert abs(zone["polygon"][0][0] - 0.2) < 0.03


def test_the_language_can_be_switched_and_is_remembered(page: Page):
    """Chinese first, English beside it, on every page from then on."""
    expect(page.locator("nav, header").first).to_contain_text("监控墙")
    page.get_by_test_id("language-switch").click()
    expect(page.locator("nav, header").first).to_contain_text("Wall")
    page.goto("/cameras")
    expect(page.locator("nav, header").first).to_contain_text("Cameras")


def test_a_dead_camera_says_so_and_does_not_look_alive(page: Page, tmp_path):
    """The tile is grey with the reason; the others go on."""
    gone = tmp_path / "text.mp4"
    gone.write_text("this is no video")
    session = page.request.get("/api/v1/session").json()
    camera = {"id": "dead", "name": "坏 Dead", "source": str(gone), "enabled": True, "zones": []}
    answer = page.request.post(
        "/api/v1/cameras", data=camera, headers={"X-CSRF-Token": session["csrf_token"]}
    )
    assert answer.status == 201
    page.goto("/")
    page.get_by_test_id("tile-dead").get_by_test_id("tile-notice").wait_for()
    handle = page.get_by_test_id("tile-gate").get_by_test_id("tile-video").element_handle()
    _wait(page, "video => video.currentTime > 0", handle)
