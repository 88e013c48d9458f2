"""How a camera is doing, as the wall shows it."""

from dataclasses import dataclass
from enum import StrEnum

from core.view import ViewState


class CameraState(StrEnum):
    """connecting: no picture yet. live: pictures come. stalled: connected or lost, no packets.
    frozen: packets come, the picture stands. refused: login refused. off: switched off."""

    CONNECTING = "connecting"
    LIVE = "live"
    STALLED = "stalled"
    FROZEN = "frozen"
    REFUSED = "refused"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class CameraStatus:
    """State with its reason.

    code: error code for translation, empty while live.
    reason: English sentence, credentials removed.
    since: UTC seconds of the last change of state.
    last_picture_at: UTC seconds, 0 before the first.
    codec: FFmpeg name such as `h264`.
    mime: for Media Source Extensions, empty where browsers cannot play the codec.
    width, height: pixels of the stream. fps: as the stream declares, 0 while unknown.
    view: whether its pictures still show what they did; exits are judged only where they do.
    """

    camera_id: str
    state: CameraState
    code: str
    reason: str
    since: float
    last_picture_at: float
    codec: str
    mime: str
    width: int
    height: int
    fps: float
    view: ViewState = ViewState.CLEAR
