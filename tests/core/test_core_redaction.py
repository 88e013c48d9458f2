import pytest

from core.redaction import redact, redact_address


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


@pytest.mark.parametrize("password", ["a'b", 'a"b', "a<b", "a>b", "'", "a'b\"c"])
def test_quotes_in_a_password_do_not_end_it(password: str) -> None:
    """Free text: up to the last @ of the word, also where several addresses follow each other."""
    text = f"'rtsp://admin:{password}@10.0.0.5/1' failed, rtsp://u:{password}@h/2 as well, mail m@x"
    shown = "'rtsp://admin:***@10.0.0.5/1' failed, rtsp://u:***@h/2 as well, mail m@x"
    assert redact(text) == shown
    assert redact(shown) == shown
    assert (
        redact("['rtsp://u:p@h1/x','rtsp://v:q@h2/y']")
        == "['rtsp://u:***@h1/x','rtsp://v:***@h2/y']"
    )


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("rtsp://10.0.0.5:554/live?channel=1", "rtsp://10.0.0.5:554/live?channel=1"),
        ("rtsp://admin:a'b@10.0.0.5/1", "rtsp://admin:***@10.0.0.5/1"),
        ('rtsp://admin:a"b@10.0.0.5/1', "rtsp://admin:***@10.0.0.5/1"),
        ("rtsp://admin:<a>@10.0.0.5/1", "rtsp://admin:***@10.0.0.5/1"),
        ("rtsp://admin:a b@10.0.0.5/1", "rtsp://admin:***@10.0.0.5/1"),
        ("rtsp://admin:a://b@10.0.0.5/1", "rtsp://admin:***@10.0.0.5/1"),
        ("RTSP://admin:p@ss/w#rd?@10.0.0.5/live", "RTSP://admin:***@10.0.0.5/live"),
        ("rtsp://s3cret@10.0.0.5:554/a@b", "rtsp://***@b"),
        ("http://h/v?user=a&pwd=b'c d&channel=2", "http://h/v?user=***&pwd=***&channel=2"),
        ("http://h/v?pwd=a%26b&channel=2", "http://h/v?pwd=***&channel=2"),
        ("http://h/v?pwd=a:b@c&channel=2", "http://h/v?pwd=***&channel=2"),
        ("rtsp://h/user=admin_password=p w_channel=1/x", "rtsp://h/user=***"),
        ("rtsp%3A%2F%2Fadmin%3Ageheim%4010.0.0.5", "rtsp%3A%2F%2Fadmin%3A***%4010.0.0.5"),
        ("admin:a'b c@10.0.0.5/1", "admin:***@10.0.0.5/1"),
        ("/srv/videos/gate 2:30@night.mp4", "/srv/videos/gate 2:30@night.mp4"),
        ("/dev/video0", "/dev/video0"),
    ],
)
def test_a_whole_address_is_shown_without_its_login(address: str, shown: str) -> None:
    """Whatever the password holds: no character of it can end the address early."""
    assert redact_address(address) == shown
    assert redact_address(shown) == shown
