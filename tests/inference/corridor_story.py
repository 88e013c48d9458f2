"""The corridor before the exit, as the blocked-exit rule sees it."""

from collections.abc import Callable, Sequence

import numpy as np
from drawn_corridor import PASSAGE, Floats, Thing, picture
from judged_scenes import PERSON, Seen, Story, observation, times, zone

from core.frame import Image
from core.view import CLEAR_VIEW, View
from core.zone import ZoneKind
from inference.rules.blocked_exit import BlockedExitRule
from inference.rules.settings import ExitSettings

DWELL_S = 10.0
MAN = Thing(x=135, y=70, width=45, height=135, level=70.0, texture=25.0)


class ExitStory(Story):
    """Of the blocked-exit rule."""

    rule: BlockedExitRule


def story(dwell_s: float = DWELL_S, approved: Sequence[Image] = ()) -> ExitStory:
    where = zone(ZoneKind.EXIT, PASSAGE, dwell_s)
    rule = BlockedExitRule("gate", where, ExitSettings(), person_id=PERSON)
    rule.approve(approved)
    return ExitStory(rule)


def tell(
    story: ExitStory,
    start: float,
    end: float,
    things: Sequence[Thing] = (),
    *,
    people: Sequence[Thing] = (),
    confidence: float = 0.8,
    gain: Callable[[float], float | Floats] = lambda _: 1.0,
    gamma: Callable[[float], float] = lambda _: 1.0,
    noise: float = 3.0,
    fps: float = 2.0,
    view: View = CLEAR_VIEW,
    turned: tuple[int, int] = (0, 0),
) -> ExitStory:
    """Pictures of the corridor. people are drawn, and the detector finds them. turned: pixels to
    the right and down by which all things lie elsewhere."""
    found: list[Seen] = [(PERSON, man.box, confidence) for man in people]
    for t in times(start, end, fps):
        image = picture(t, [*things, *people], gain=gain(t), gamma=gamma(t), noise=noise)
        image = np.roll(image, turned[::-1], axis=(0, 1))
        story.see(observation(t, {}, found, image, view=view))
    return story
