"""Exits in other lights, with reference pictures, and with cameras that were moved."""

from collections.abc import Sequence

import cv2
import numpy as np
import pytest
from corridor_story import MAN, story, tell
from drawn_corridor import (
    CARTON,
    FLOOR,
    HEIGHT,
    WIDTH,
    Floats,
    Thing,
    picture,
    shadow,
)
from judged_scenes import Story, observation, times

from core.coverage import Answer
from core.errors import ZoneError
from core.view import CLEAR_VIEW, View, ViewState


@pytest.mark.parametrize("depth", [0.3, 0.55])
def test_a_hard_shadow_on_a_floor_with_texture_is_no_obstacle(depth: float) -> None:
    """The sun through a window wanders over the floor in ten minutes, half as bright beside it."""
    told = tell(story(), 0, 20)
    tell(told, 20, 620, gain=lambda t: shadow(-40 + 400 * (t - 20) / 600, 40, depth), fps=0.5)
    assert told.said == []


@pytest.mark.parametrize("gain", [0.2, 0.4])
def test_lights_off_and_on_are_no_obstacle(gain: float) -> None:
    """The emergency light is a fifth of the day's; a carton is still seen in it."""
    told = tell(story(), 0, 30)
    for start in range(30, 190, 40):
        tell(told, start, start + 20, gain=lambda _: gain)
        tell(told, start + 20, start + 40)
    assert told.said == []
    tell(told, 190, 220, gain=lambda _: gain)
    tell(told, 220, 250, [CARTON], gain=lambda _: gain)
    assert told.only.started_at == pytest.approx(220, abs=1)


INFRARED = np.random.default_rng(9).normal(110, 45, (HEIGHT, WIDTH)).astype(np.float32)
NIGHT_FLOOR = cv2.GaussianBlur(INFRARED, (0, 0), 1.5) * 1.0


def infrared(told: Story, start: float, end: float, things: Sequence[Thing] = ()) -> Story:
    """Another light, in which the floor has another texture."""
    for t in times(start, end, 2.0):
        told.see(observation(t, {}, (), picture(t, things, floor=NIGHT_FLOOR)))
    return told


def test_infrared_is_learned_when_it_comes() -> None:
    """It cannot be judged at once, says so, and is known after a quarter of a minute; then a carton
    is seen in it, and the day is still known when it comes back."""
    told = infrared(tell(story(), 0, 30), 30, 40)
    assert told.rule.answers == {Answer.LIGHT: 1.0}
    infrared(told, 40, 60)
    assert told.rule.answers[Answer.JUDGED] == 1.0
    infrared(told, 60, 90, [CARTON])
    assert told.only.started_at == pytest.approx(60, abs=1)
    infrared(told, 90, 110)
    assert told.only.ended
    assert len(tell(told, 110, 140).violations) == 1
    assert told.rule.answers[Answer.JUDGED] == 1.0


def test_a_carton_is_not_learned_with_the_infrared() -> None:
    """What stood there when the light changed is not taken for the free way: the violation goes on
    through the night."""
    told = tell(tell(story(), 0, 30), 30, 60, [CARTON])
    infrared(told, 60, 300, [CARTON])
    tell(told, 300, 320, [CARTON])
    assert not told.only.ended
    assert told.only.last_seen_at == 319.5


def test_a_carton_that_stood_there_first_and_goes_is_no_obstacle() -> None:
    """The ghost of a thing that was taken away from what was believed to be free: the way behind
    it is learned, and the next carton is seen."""
    told = tell(story(), 0, 30, [CARTON])
    tell(told, 30, 90)
    assert told.said == []
    tell(told, 90, 120, [CARTON])
    assert told.only.started_at == pytest.approx(90, abs=1)


def test_with_an_approved_picture_a_carton_is_seen_from_the_start() -> None:
    """Somebody has approved how the free way looks, by day and at dusk; a carton that stands there
    when the camera starts blocks it, and its going ends that."""
    approved = [picture(0.0), picture(0.0, gain=0.4)]
    told = tell(story(approved=approved), 0, 30, [CARTON])
    assert told.only.started_at == pytest.approx(0, abs=1)
    tell(told, 30, 60)
    assert told.only.ended
    tell(told, 60, 100, gain=lambda _: 0.4)
    assert len(told.violations) == 1


def test_an_approval_counts_at_once() -> None:
    """A carton that stood there from the start was taken for free; since the approval it blocks
    the way, and after it was taken away the way is free."""
    told = tell(story(), 0, 30, [CARTON])
    assert told.said == []
    told.rule.approve([picture(0.0)])
    tell(told, 30, 60, [CARTON])
    assert told.only.started_at == pytest.approx(30, abs=1)
    tell(told, 60, 90)
    assert told.only.ended


def test_a_retired_picture_counts_no_more() -> None:
    """What was seen free since stays known: a carton that comes afterwards is seen."""
    told = tell(story(approved=[picture(0.0)]), 0, 30)
    told.rule.approve([])
    tell(told, 30, 60)
    assert told.said == []
    tell(told, 60, 90, [CARTON])
    assert told.only.started_at == pytest.approx(60, abs=1)


def test_an_approved_picture_of_another_shape_is_refused() -> None:
    """The message names both sizes and what to do."""
    wide = np.zeros((90, 320, 3), np.uint8)
    with pytest.raises(ZoneError, match=r"320x90 pixels, the camera 320x240: retire"):
        tell(story(approved=[wide]), 0, 1)
    told = tell(story(), 0, 10)
    with pytest.raises(ZoneError, match="retire"):
        told.rule.approve([wide])
    with pytest.raises(ZoneError, match="retire"):
        tell(told, 10, 11)
    half = cv2.resize(picture(0.0), (WIDTH // 2, HEIGHT // 2), interpolation=cv2.INTER_AREA)
    assert tell(story(approved=[np.asarray(half, np.uint8)]), 0, 30).said == []


def test_a_camera_that_was_nudged_is_followed() -> None:
    """Five pixels to the side and three down: no obstacle, and a carton is still seen."""
    told = tell(story(), 0, 30)
    view = View(ViewState.CLEAR, (5 / WIDTH, 3 / HEIGHT))
    tell(told, 30, 90, view=view, turned=(5, 3))
    assert told.said == []
    tell(told, 90, 120, [CARTON], view=view, turned=(5, 3))
    assert told.only.started_at == pytest.approx(90, abs=1)


def painted() -> Floats:
    """A plain floor with lines of paint, two pixels wide, in all directions."""
    floor, random = np.full((HEIGHT, WIDTH), 110, np.uint8), np.random.default_rng(3)
    for begin in random.integers(0, WIDTH, (160, 2)).tolist():
        end = (np.array(begin) + random.integers(-25, 25, 2)).tolist()
        cv2.line(floor, begin, end, 220, 2, cv2.LINE_AA)
    return floor.astype(np.float32)


PAINTED = painted()


@pytest.mark.parametrize(("right", "down", "degrees"), [(8.0, 1.0, 0.6), (3.0, -0.8, 0.0)])
def test_thin_paint_is_found_beside_its_place(right: float, down: float, degrees: float) -> None:
    """A camera was turned: the shift of the whole picture is a pixel wrong here, and the picture is
    a little askew. Lines two pixels wide are no obstacle; a carton is one, and its going ends it.
    """
    view = View(ViewState.CLEAR, ((right - 1.6) / WIDTH, 0.0))
    middle = WIDTH / 2, HEIGHT * 0.7
    matrix = cv2.getRotationMatrix2D(middle, degrees, 1.0) + np.array([[0, 0, right], [0, 0, down]])

    def look(told: Story, start: float, end: float, things: Sequence[Thing] = ()) -> Story:
        for t in times(start, end, 2.0):
            image = picture(t, things, floor=PAINTED)
            if t >= 30:
                image = np.asarray(cv2.warpAffine(image, matrix, (WIDTH, HEIGHT)), np.uint8)
            told.see(observation(t, {}, (), image, view=view if t >= 30 else CLEAR_VIEW))
        return told

    told = look(story(), 0, 90)
    assert told.said == []
    look(told, 90, 120, [CARTON])
    assert told.only.started_at == pytest.approx(90, abs=1)
    look(told, 120, 140)
    assert told.only.ended


@pytest.mark.parametrize("thing", [CARTON, Thing(125, 150, 60, 50, level=190)])
def test_a_thing_is_not_taken_for_a_camera_that_moved(thing: Thing) -> None:
    """With paint under it as well, it takes the width that it has."""
    told = story()
    for t in times(0, 60, 2.0):
        things = [thing] if t >= 20 else []
        told.see(observation(t, {}, (), picture(t, things, floor=PAINTED)))
    left, right = 0.1 + 0.2 * 0.45, 0.9 - 0.2 * 0.45
    assert told.only.confidence == pytest.approx(thing.width / WIDTH / (right - left), abs=0.1)


def test_while_the_view_is_not_sure_nothing_is_judged() -> None:
    """The camera may just have been turned away."""
    told = tell(story(), 0, 30)
    tell(told, 30, 60, view=View(ViewState.CLEAR, (0.0, 0.0), sure=False), turned=(90, 40))
    assert told.said == []
    assert told.rule.answers == {Answer.MOVED: 1.0}


def test_what_is_gone_when_the_view_comes_back_blocks_nothing() -> None:
    """A carton is carried through, and then the camera looks elsewhere for a minute: nobody knows
    that it stood there, and the first picture of the free way tells that it does not."""
    told = tell(story(), 0, 30)
    tell(told, 30, 31.5, [CARTON])
    tell(told, 31.5, 90, view=View(ViewState.MOVED, (0.0, 0.0)), turned=(90, 40))
    tell(told, 90, 120)
    assert told.said == []


@pytest.mark.parametrize(
    ("state", "answer"),
    [
        (ViewState.MOVED, Answer.MOVED),
        (ViewState.OBSCURED, Answer.TAMPERED),
        (ViewState.DARK, Answer.TOO_DARK),
    ],
)
def test_without_its_view_it_judges_nothing_and_says_so(state: ViewState, answer: Answer) -> None:
    """A camera that was turned away, covered, or that sees nothing: no alarm, and none ends."""
    view = View(state, (0.0, 0.0))
    told = tell(story(), 0, 30)
    tell(told, 30, 90, view=view, turned=(90, 40))
    assert told.said == []
    assert told.rule.answers == {answer: 1.0}
    tell(told, 90, 120, [CARTON])
    tell(told, 120, 200, view=view, turned=(90, 40))
    assert not told.only.ended
    tell(told, 200, 220)
    assert told.only.ended


def test_people_in_the_passage_are_counted_as_hidden() -> None:
    """The share of the passage behind people is not judged."""
    told = tell(story(), 0, 20, people=[MAN])
    assert 0.1 < told.rule.answers[Answer.HIDDEN] < 0.5
    assert sum(told.rule.answers.values()) == pytest.approx(1)


def test_cartons_that_come_in_parts_add_up() -> None:
    """Each takes an eighth of the width; the second one blocks the way."""
    parts = [Thing(80, 170, 30, 30), Thing(190, 165, 30, 30, level=170)]
    told = tell(tell(story(), 0, 20), 20, 60, parts[:1])
    assert told.said == []
    tell(told, 60, 90, parts)
    assert told.only.started_at == pytest.approx(60, abs=25)
    assert told.only.confidence == pytest.approx(0.25, abs=0.1)


def test_what_is_partly_beside_counts_with_its_part() -> None:
    """A pallet that stands half in the passage takes the part inside."""
    told = tell(tell(story(), 0, 20), 20, 50, [Thing(5, 150, 95, 60)])
    assert 0.15 < told.only.confidence < 0.45


def test_what_is_pushed_in_slowly_is_seen() -> None:
    """A cart that creeps in over two minutes, and stays."""
    told = tell(story(), 0, 20)
    for t in times(20, 140, 1.0):
        cart = Thing(int(-70 + 200 * (t - 20) / 120), 140, 80, 60)
        told.see(observation(t, {}, (), picture(t, [cart])))
    tell(told, 140, 200, [Thing(130, 140, 80, 60)])
    assert len(told.violations) == 1
    assert not told.only.ended


def test_a_door_that_opens_and_closes_is_no_obstacle() -> None:
    """Its leaf swings through the passage for six seconds, again and again."""
    told, leaf = tell(story(), 0, 20), Thing(150, 96, 60, 60, level=200, texture=3)
    for start in range(20, 120, 20):
        tell(told, start, start + 6, [leaf])
        tell(told, start + 6, start + 20)
    assert told.said == []
    tell(told, 120, 150, [leaf])
    assert len(told.violations) == 1, "but one that is left open blocks"


def test_what_is_too_dark_is_not_judged() -> None:
    """Where the floor's texture drowns in noise nobody can tell, and it says so."""
    told = tell(story(), 0, 30)
    tell(told, 30, 90, [CARTON], gain=lambda _: 0.1)
    assert told.said == []
    assert told.rule.answers == {Answer.TOO_DARK: 1.0}


def test_the_free_way_is_proposed_once_for_each_light() -> None:
    """After a minute of a free and empty way there is a picture to approve; another one for the
    infrared; none while something stands there."""
    told, proposed = story(), []

    def look(start: float, end: float, things: Sequence[Thing], floor: Floats) -> None:
        for t in times(start, end, 1.0):
            told.see(observation(t, {}, (), picture(t, things, floor=floor)))
            proposed.extend([t] if told.rule.proposed else [])

    look(0, 50, [], FLOOR)
    look(50, 90, [CARTON], FLOOR)
    look(90, 200, [], FLOOR)
    look(200, 400, [], NIGHT_FLOOR)
    assert len(proposed) == 2
    assert 150 <= proposed[0] <= 155
    assert 260 <= proposed[1] <= 290
