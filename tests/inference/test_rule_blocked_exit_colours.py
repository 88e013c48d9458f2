"""What colour adds: faint shadows are told from things, and the other way round."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from corridor_story import story
from drawn_corridor import CARTON, HEIGHT, WIDTH, Floats, Thing, picture
from judged_scenes import Story, observation, times

GREEN, WARM, BROWN = (0.75, 1.0, 0.75), (0.85, 1.0, 1.1), (0.55, 0.8, 1.1)
"""Blue, green and red against grey."""


def hard_shadow(left: float, depth: float) -> Floats:
    """Bars of a window frame: bands with hard edges, from the column `left` on."""
    gain = np.ones((HEIGHT, WIDTH), np.float32)
    for bar in range(3):
        start = int(left) + 60 * bar
        gain[:, max(start, 0) : max(start + 34, 0)] = 1.0 - depth
    return gain


def see(
    told: Story,
    start: float,
    end: float,
    things: Sequence[Thing] = (),
    *,
    gain: Callable[[float], float | Floats] = lambda _: 1.0,
    tint: tuple[float, float, float] = WARM,
) -> Story:
    """A floor in a warm light, one third of it painted green. tint: of the things."""
    colours = np.ones((HEIGHT, WIDTH, 3), np.float32) * np.float32(WARM)
    colours[:, : WIDTH // 3] = GREEN
    for thing in things:
        colours[thing.y : thing.y + thing.height, thing.x : thing.x + thing.width] = tint
    for t in times(start, end, 2.0):
        image = picture(t, things, gain=gain(t)).astype(np.float32) * colours
        told.see(observation(t, {}, (), np.clip(image, 0, 255).astype(np.uint8)))
    return told


@pytest.mark.parametrize("depth", [0.1, 0.15])
def test_a_faint_shadow_with_hard_edges_is_no_obstacle(depth: float) -> None:
    """It stands for two minutes, then moves on by less than its width."""
    told = see(story(), 0, 20, gain=lambda _: hard_shadow(20, depth))
    see(told, 20, 140, gain=lambda _: hard_shadow(52, depth))
    see(told, 140, 260, gain=lambda t: hard_shadow(52 + 30 * (t - 140) / 120, depth))
    assert told.said == []


@pytest.mark.parametrize(
    "carton",
    [Thing(110, 130, 90, 70, level=60.0), Thing(110, 130, 90, 70, level=190.0)],
    ids=["darker", "lighter"],
)
def test_a_thing_in_the_colour_of_the_floor_is_seen(carton: Thing) -> None:
    """Its brightness is enough."""
    told = see(see(story(), 0, 20), 20, 60, [carton])
    assert told.only.started_at == pytest.approx(20, abs=1)


def test_a_thing_as_bright_as_the_floor_is_seen() -> None:
    """Its colour is enough."""
    carton = Thing(110, 130, 90, 70, level=115.0, texture=30.0)
    told = see(see(story(), 0, 20), 20, 60, [carton], tint=BROWN)
    assert told.only.started_at == pytest.approx(20, abs=1)


def test_without_colours_texture_alone_is_enough() -> None:
    """An infrared picture has none."""
    told = story()
    for t in times(0, 60, 2.0):
        things = [Thing(110, 130, 90, 70, level=115.0, texture=40.0)] if t >= 20 else []
        told.see(observation(t, {}, (), picture(t, things)))
    assert told.only.started_at == pytest.approx(20, abs=1)


def test_a_carton_under_a_faint_shadow_is_seen() -> None:
    """What comes with a shadow is not taken for one."""
    told = see(see(story(), 0, 20), 20, 60, [CARTON], gain=lambda _: hard_shadow(52, 0.15))
    assert told.only.started_at == pytest.approx(20, abs=1)
