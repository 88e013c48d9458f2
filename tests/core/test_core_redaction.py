import pytest

from core.redaction import redact


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("rtsp://10.0.0.5:554/live?channel=1", "rtsp://10.0.0.5:554/live?channel=1"),
        ("rtsp://admin:pw@10.0.0.5/live", "rtsp://admin:***@10.0.0.5/live"),
        ("RTSP://admin:p@ss/w#rd?@10.0.0.5/live", "RTSP://admin:***@10.0.0.5/live"),
        ("rtsp://token@host/", "rtsp://***@host/"),
        (
            "http://host/v.cgi?user=a&pwd=b&channel=2",
            "http://host/v.cgi?user=***&pwd=***&channel=2",
        ),
        ("http://host/v?accessToken=abc#x", "http://host/v?accessToken=***#x"),
        ("rtsp://host/user=admin_password=pw_channel=1/x", "rtsp://host/user=***"),
        ("/srv/videos/gate.mp4", "/srv/videos/gate.mp4"),
        ("/dev/video0", "/dev/video0"),
    ],
)
def test_a_source_is_shown_without_its_login(source: str, shown: str) -> None:
    """Passwords and whatever sounds like a login are ***; the rest stays readable."""
    assert redact(source) == shown
    assert redact(shown) == shown
