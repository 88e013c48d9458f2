import pytest

from core.errors import SourceUnavailable
from core.redaction import redact
from streams.source import Source, SourceKind

SECRETS = ("geheim", "p@ss/w?rd", "s3cret")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("rtsp://admin:geheim@10.0.0.5:554/1", "rtsp://admin:***@10.0.0.5:554/1"),
        ("rtsp://admin:p@ss/w?rd@10.0.0.5/1", "rtsp://admin:***@10.0.0.5/1"),
        ("rtsp://admin:p%40ss@10.0.0.5/1", "rtsp://admin:***@10.0.0.5/1"),
        ("rtsp://s3cret@10.0.0.5/1", "rtsp://***@10.0.0.5/1"),
        ("http://10.0.0.5/mjpg?user=a&pwd=geheim&x=1", "http://10.0.0.5/mjpg?user=***&pwd=***&x=1"),
        ("http://10.0.0.5/?access_token=s3cret", "http://10.0.0.5/?access_token=***"),
        ("rtsp%3A%2F%2Fadmin%3Ageheim%4010.0.0.5", "rtsp%3A%2F%2Fadmin%3A***%4010.0.0.5"),
        ("next=%3Fpassword%3Dgeheim%26x", "next=%3Fpassword%3D***%26x"),
        ("Authorization: Basic YWRtaW46Z2VoZWlt", "Authorization: ***"),
    ],
)
def test_credentials_are_removed(text: str, expected: str) -> None:
    """Addresses keep host and path; passwords and tokens go, in whichever form they are written."""
    assert redact(text) == expected


def test_every_address_of_a_text_is_redacted() -> None:
    """A log line may name several cameras and hold other text around them."""
    text = "a 'rtsp://u:geheim@h1/x' and rtsp://v:s3cret@h2/y failed at 12:30, mail me@x"
    assert redact(text) == "a 'rtsp://u:***@h1/x' and rtsp://v:***@h2/y failed at 12:30, mail me@x"


def test_plain_text_is_left_alone() -> None:
    """Nothing is removed where there is nothing to hide."""
    text = "rtsp://10.0.0.5/stream?channel=1 refused the connection"
    assert redact(text) == text


def test_repr_holds_no_credentials() -> None:
    """A source may land in a log or a traceback."""
    source = Source.parse("rtsp://admin:geheim@10.0.0.5/1")
    assert "geheim" not in repr(source)
    assert source.redacted == "rtsp://admin:***@10.0.0.5/1"


@pytest.mark.parametrize(
    "text",
    [
        "ftp://admin:ge'heim@10.0.0.5/1",
        "rtsp://admin:x geheim@/1",
        "admin:geheim@10.0.0.5/1",
        "rtsp:/admin:geheim@10.0.0.5/1",
    ],
)
def test_a_mistyped_address_is_told_without_its_password(text: str) -> None:
    """The message says what is wrong with it, and shows no login, whatever it holds."""
    with pytest.raises(SourceUnavailable) as caught:
        Source.parse(text)
    assert "***@" in str(caught.value)
    assert "heim" not in str(caught.value)


def test_any_password_is_hidden_where_the_source_is_shown() -> None:
    """The whole source is one address: quotes and spaces do not end it."""
    source = Source.parse("rtsp://admin:a'b \"<c>@10.0.0.5/1")
    assert source.redacted == "rtsp://admin:***@10.0.0.5/1"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("rtsp://h/x", SourceKind.RTSP),
        ("RTSPS://h/x", SourceKind.RTSP),
        ("http://h/x.m3u8", SourceKind.HTTP),
        ("https://h/x", SourceKind.HTTP),
        (f" {__file__} ", SourceKind.FILE),
        (f"file://{__file__}", SourceKind.FILE),
    ],
)
def test_kinds_are_recognised(text: str, kind: SourceKind) -> None:
    """The scheme, or a path without one, says how a source is opened."""
    assert Source.parse(text).kind is kind


@pytest.mark.parametrize(
    "text", ["", "ftp://u:geheim@h/x", "/no/such/file.mp4", "/dev/video99", "/tmp", "rtsp:///x"]
)
def test_unusable_sources_say_what_to_do(text: str) -> None:
    """The message names the next step and no password."""
    with pytest.raises(SourceUnavailable, match=r": |use ") as caught:
        Source.parse(text)
    assert "geheim" not in str(caught.value)
