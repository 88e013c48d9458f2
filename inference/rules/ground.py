"""The floor of a passage over time: since when is which part of it occupied?"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.coverage import Answer
from core.errors import ZoneError
from core.frame import Frame, Image, same_shape
from core.view import View, ViewState
from inference.rules.passage import Mask, Passage
from inference.rules.reference import References, Warp, turned

LONGEST_STEP_S = 2.0
"""Between two pictures; a longer gap was not watched."""
LOOK_EVERY_S = 1.0
"""How often a free passage is looked at; what blocks it stands there for many seconds."""
WATCH_EVERY_S = 0.5
"""How often one in which something has changed is."""
AROUND_EVERY_S = 10.0
"""How often the rest of the picture is looked at while the passage is as it was."""
WHOLE_PICTURE = 0.6
"""Where so much of the passage and of the rest looks different, the light changed."""
NEW_LIGHT_S = 15.0
"""A light that stays this long is learned, where the way was free before it came."""
SUDDEN_S = 10.0
"""A light that came within this time after a good look came alone: nothing was put down."""
PERSON_MARGIN = 0.1
"""Added around people, as share of their box: shadows and arms."""
DARKEST = 16.0
"""Mean grey level of the passage below which its texture drowns in noise."""
SAME_SHIFT = 0.002
"""Share of the picture; two shifts of the view that differ by less are one."""
EXPLAINS = 0.5
"""Share of the changes that must go when the passage is looked for beside its place. A part of any
thing or shadow fits better elsewhere; most of it does only where the camera moved."""
PROPOSE_S = 60.0
"""A passage that was free for this long shows what a person may approve."""

Shift = tuple[float, float]
"""Right and down, shares of the picture."""

_HERE: Shift = (0.0, 0.0)
_UNSEEN: dict[ViewState, Answer] = {
    ViewState.DARK: Answer.TOO_DARK,
    ViewState.MOVED: Answer.MOVED,
    ViewState.OBSCURED: Answer.TAMPERED,
}


class Ground:
    """A passage, what lies around it, and since when its blocks look different.

    approved: pictures of the free passage. Raises ZoneError where one has another shape than the
    camera's pictures.
    answer: of the last picture. hidden: share of the passage that people hid in it, 0..1.
    proposed: whether the last picture shows the free passage in a light that nobody has approved.
    """

    def __init__(
        self, polygon: NDArray[np.float64], frame: Frame, approved: Sequence[Image]
    ) -> None:
        self._size = frame.width, frame.height
        self._check_shapes(approved)
        self.passage = Passage.of(polygon, frame.width, frame.height)
        self.answer, self.hidden, self.proposed = Answer.JUDGED, 0.0, False
        self._to_propose = not approved
        self._margin = Passage.around(polygon, frame.width, frame.height)
        self._references = References(self.passage, approved)
        self._around = References(self._margin)
        shape = self.passage.inside.shape
        self._changed_since = np.full(shape, np.inf)
        self._changed = False
        self._free_once = np.zeros(shape, bool)
        self._free = np.zeros(shape, bool)
        self._timestamp = self._good_at = self._strange_since = frame.timestamp
        self._free_since = frame.timestamp
        self._shift = _HERE
        self._place: tuple[Shift, Warp | None] = self._shift, None
        self._around_at = -np.inf

    def is_due(self, now: float) -> bool:
        """Whether it is time to look again."""
        quiet = self._good_at == self._timestamp and not self._changed
        every = LOOK_EVERY_S if quiet else WATCH_EVERY_S
        return not 0 < now - self._timestamp < 0.9 * every

    def look(self, frame: Frame, people: NDArray[np.float32], view: View) -> None:
        """Takes in the next picture. people: (N, 4) boxes, pixels."""
        now = frame.timestamp
        passed = float(np.clip(now - self._timestamp, 0.0, LONGEST_STEP_S))
        self._timestamp, self.proposed = now, False
        self.hidden = 0.0
        self.answer = _UNSEEN.get(view.state, Answer.JUDGED if view.sure else Answer.MOVED)
        if self.answer is not Answer.JUDGED:
            return
        margin = (people[:, 2:] - people[:, :2]) * np.float32(PERSON_MARGIN)
        grown = np.concatenate([people[:, :2] - margin, people[:, 2:] + margin], axis=1)
        hidden = self._compare(frame, grown, view.shift, passed)
        self.hidden = float(hidden[self.passage.inside].mean())
        if self._references.brightness < DARKEST:
            self.answer = Answer.TOO_DARK
        elif self._all_is_different(frame, grown, view.shift):
            self.answer = Answer.LIGHT
            self._wait_for_light(now, hidden)
        else:
            self._strange_since = self._good_at = now
            self._free = self._references.judged & ~self._references.changed
            self._date(now - passed / 2)
            self._propose(now, hidden)
            self._references.follow(passed)

    def blocked(self, dwell_s: float) -> Mask:
        """(rows, columns) bool: blocks that look different for the dwell time, and did when they
        were last seen: what was not judged for a while may be gone."""
        lasting = self._timestamp - self._changed_since >= dwell_s
        return np.asarray(lasting & ~self._free_once, np.bool_)

    def began(self, blocked: Mask, width: float) -> float:
        """UTC seconds since when what takes these blocks takes so much of the width: a share of it
        that they have."""
        times = np.unique(self._changed_since[blocked])
        return float(
            next(
                at
                for at in times
                if self.passage.share_of_width(blocked & (self._changed_since <= at)) >= width
            )
        )

    def left_behind(self, blocked: Mask) -> bool:
        """Whether it is the place of a thing that stood there from the start and was taken away:
        then the place is learned."""
        if not self._references.was_there_before(blocked):
            return False
        self._references.accept(blocked)
        self._changed_since[blocked] = np.inf
        return True

    def approve(self, pictures: Sequence[Image]) -> None:
        """These pictures of the free passage count from now on. Raises ZoneError: see Ground."""
        self._check_shapes(pictures)
        self._references.approve(pictures)
        self._to_propose = not pictures

    def begin_anew(self) -> None:
        """What stands there is new from now on; what is known of the free way is kept."""
        self._changed_since[:] = np.inf

    def _compare(
        self, frame: Frame, people: NDArray[np.float32], shift: Shift, passed: float
    ) -> Mask:
        """Compares the passage with what is known of it; the blocks that people hide.

        After the camera was moved, and before a change is believed, it is looked for whether the
        passage only lies a little beside its place: the shift of the view is that of the whole
        picture, and up to two seconds old.
        """
        known = shift != _HERE and np.hypot(*np.subtract(shift, self._shift)) < SAME_SHIFT
        if not known:
            self._shift, self._place = shift, (shift, None)
        hidden = self._compare_at(self._place, frame, people, passed)
        changed = self._references.changed
        new = not known or not np.isfinite(self._changed_since[changed]).all()
        if shift == _HERE or not changed.any() or not new:
            return hidden
        here = _sum(self._place[0], self._references.displaced())
        place = here, self._references.turn(self.passage.moved(here).cut(frame.image))
        found = self._compare_at(place, frame, people, 0.0)
        if self._references.changed.sum() <= (1 - EXPLAINS) * changed.sum():
            self._place = place
            return found
        return self._compare_at(self._place, frame, people, 0.0)

    def _compare_at(
        self,
        place: tuple[Shift, Warp | None],
        frame: Frame,
        people: NDArray[np.float32],
        passed: float,
    ) -> Mask:
        passage = self.passage.moved(place[0])
        hidden = passage.covered_by(people, frame.width, frame.height)
        self._references.compare(turned(passage.cut(frame.image), place[1]), hidden, passed)
        return hidden

    def _all_is_different(self, frame: Frame, people: NDArray[np.float32], shift: Shift) -> bool:
        """Whether the passage and the rest of the picture changed: that does the light."""
        suspicious = self._references.share_changed > WHOLE_PICTURE
        passed = frame.timestamp - self._around_at
        if not suspicious and 0 <= passed < AROUND_EVERY_S:
            return False
        self._around_at = frame.timestamp
        margin = self._margin.moved(shift)
        hidden = margin.covered_by(people, frame.width, frame.height)
        self._around.compare(margin.cut(frame.image), hidden, min(passed, AROUND_EVERY_S))
        if suspicious and self._around.share_changed > WHOLE_PICTURE:
            return True
        self._around.follow(min(passed, AROUND_EVERY_S))
        return False

    def _wait_for_light(self, now: float, hidden: Mask) -> None:
        """A new light is learned where nothing but the light can have changed."""
        sudden = self._strange_since - self._good_at <= SUDDEN_S
        if now - self._strange_since >= NEW_LIGHT_S and sudden and not hidden.any():
            self._references.add_light(self._free)
            self._around.add_light(self._margin.inside)
            self._to_propose = True
            self._free_since = now

    def _propose(self, now: float, hidden: Mask) -> None:
        """Once for each light, after the passage was free and empty for a while."""
        if hidden.any() or self._changed or now < self._free_since:
            self._free_since = now
        if self._to_propose and now - self._free_since >= PROPOSE_S:
            self.proposed, self._to_propose = True, False

    def _check_shapes(self, pictures: Sequence[Image]) -> None:
        for image in pictures:
            height, width = image.shape[:2]
            if not same_shape((width, height), self._size):
                raise ZoneError(
                    f"a reference picture has {width}x{height} pixels, the camera {self._size[0]}x"
                    f"{self._size[1]}: retire it, and approve one that the camera takes now"
                )

    def _date(self, between: float) -> None:
        """between: the middle of the time since the last look, in which the newest changes came."""
        judged, changed = self._references.judged, self._references.changed
        self._changed_since[changed & ~np.isfinite(self._changed_since)] = between
        # One picture may be wrong: only the second free one in a row clears a block.
        free = judged & ~changed
        gone = free & self._free_once
        self._changed_since[gone] = np.inf
        self._free_once = free | (self._free_once & ~judged)
        self._changed = bool(np.isfinite(self._changed_since).any())


def _sum(one: Shift, other: Shift) -> Shift:
    return one[0] + other[0], one[1] + other[1]
