"""What a camera's picture is worth, and where it looks."""

from dataclasses import dataclass
from enum import StrEnum


class ViewState(StrEnum):
    """clear: the known view. dark: no light. moved: another view. obscured: the view is gone,
    since the lens is covered, sprayed or out of focus."""

    CLEAR = "clear"
    DARK = "dark"
    MOVED = "moved"
    OBSCURED = "obscured"


class Light(StrEnum):
    """bright, dim: a picture in colours. infrared: one without."""

    BRIGHT = "bright"
    DIM = "dim"
    INFRARED = "infrared"


@dataclass(frozen=True, slots=True)
class View:
    """How one picture compares with what the camera is known to show.

    shift: right and down, by which things lie elsewhere than they did, shares of width and height.
    sure: false while the last looks say something else, and it is not yet known whether it lasts.
    """

    state: ViewState
    shift: tuple[float, float]
    sure: bool = True


CLEAR_VIEW = View(ViewState.CLEAR, (0.0, 0.0))
