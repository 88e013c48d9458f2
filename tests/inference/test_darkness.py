"""A black picture: did the light go out, or was the lens covered?"""

import pytest
from demo_footage import (
    CAMERAS,
    Change,
    Floats,
    covered,
    defocused,
    dusk,
    lights_out,
    nearly_covered,
    one_floodlight,
    one_lamp,
    painted,
    palm,
    shown,
    sprayed,
    with_clock,
)
from test_scene import NOBODY

from core.frame import Frame
from core.view import ViewState
from inference.scene import Scene

KNOWN_S = 24
LOOKS_S = 2
"""A scene looks no oftener."""


def states(
    camera: str,
    change: Change,
    *,
    seconds: int = 20,
    noise: float = 1.5,
    before: Change | None = None,
) -> list[ViewState]:
    """What is said, look by look, after the view was watched for a while."""
    scene, said = Scene(), []
    for t in range(0, KNOWN_S + seconds, LOOKS_S):
        image = (
            shown(camera, t, before)
            if t < KNOWN_S
            else shown(camera, t, lambda image, now: change(image, now - KNOWN_S), noise)
        )
        said.append(scene.look(Frame("gate", 0, float(t), image), NOBODY).state)
    known = KNOWN_S // LOOKS_S
    assert set(said[:known]) == {ViewState.CLEAR}
    return said[known:]


@pytest.mark.parametrize("camera", CAMERAS)
@pytest.mark.parametrize("change", [covered, palm, nearly_covered, painted, sprayed, defocused])
def test_a_lens_that_shows_nothing_is_obscured(camera: str, change: Change) -> None:
    """A hand, tape, tape with a gap, paint, spray, a turned lens: within ten seconds, to stay."""
    said = states(camera, change)
    assert ViewState.DARK not in said
    assert said[5:] == [ViewState.OBSCURED] * 5


@pytest.mark.parametrize("camera", CAMERAS)
@pytest.mark.parametrize("noise", [1.5, 6.0], ids=["quiet", "high gain"])
@pytest.mark.parametrize("gain", [0.08, 0.04, 0.02])
def test_lights_out_is_no_tampering(camera: str, gain: float, noise: float) -> None:
    """From one moment to the next almost everything is black; a glimmer of the old textures is
    left under the noise."""
    assert ViewState.OBSCURED not in states(camera, lights_out(gain), noise=noise)


@pytest.mark.parametrize("camera", CAMERAS)
@pytest.mark.parametrize("lamp", [one_lamp, one_floodlight])
def test_one_lamp_that_is_left_says_that_nothing_is_covered(camera: str, lamp: Change) -> None:
    """Everything else is black."""
    assert ViewState.OBSCURED not in states(camera, lamp)


@pytest.mark.parametrize("noise", [1.5, 6.0])
def test_noise_is_no_texture(noise: float) -> None:
    """A covered lens at high gain shows noise only."""
    assert states("gate", covered, noise=noise)[-1] is ViewState.OBSCURED


def test_dusk_is_no_tampering() -> None:
    """The light goes slowly, until nothing is left of it."""
    assert ViewState.OBSCURED not in states("gate", dusk, seconds=150)


def test_what_the_camera_writes_into_its_picture_is_no_view() -> None:
    """Clock and name go on over a covered lens."""
    clock = with_clock(None)
    assert states("press", with_clock(covered), before=clock)[-1] is ViewState.OBSCURED
    assert states("press", with_clock(lights_out(0.03)), before=clock)[-1] is ViewState.DARK


def test_a_camera_that_never_saw_light_cannot_tell() -> None:
    """It was started in the dark, or with a cover on its lens."""
    scene = Scene()
    dark = [Frame("gate", 0, float(t), shown("gate", t, covered)) for t in range(0, 30, LOOKS_S)]
    assert ViewState.OBSCURED not in [scene.look(frame, NOBODY).state for frame in dark]


def test_a_lamp_that_goes_out_in_the_dark_is_no_tampering() -> None:
    """Once it was dark nobody can tell a cover from the last lamp."""

    def later(image: Floats, t: float) -> Floats:
        return lights_out(0.04)(image, t) if t < 20 else covered(image, t)

    assert ViewState.OBSCURED not in states("gate", later, seconds=50)


@pytest.mark.parametrize("gone", [covered, lights_out(0.02)], ids=["cover", "night"])
def test_the_light_comes_back(gone: Change) -> None:
    """After a cover, and after a night, the view is clear again."""

    def change(image: Floats, t: float) -> Floats:
        return gone(image, t) if t < 20 else image

    assert states("exit", change, seconds=40)[-1] is ViewState.CLEAR
