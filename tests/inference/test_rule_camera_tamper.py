"""A camera that shows nothing any more, though pictures come."""

from judged_scenes import Story, observation, times

from core.view import CLEAR_VIEW, View, ViewState
from core.violation import ViolationKind
from core.zone import Zone
from inference.rules.camera_tamper import CameraTamperRule
from inference.rules.settings import TamperSettings

LOST = View(ViewState.OBSCURED, (0.0, 0.0))
DARK = View(ViewState.DARK, (0.0, 0.0))


def story() -> Story:
    return Story(CameraTamperRule("gate", Zone.whole_picture(), TamperSettings()))


def tell(story: Story, start: float, end: float, view: View) -> Story:
    for t in times(start, end):
        story.see(observation(t, {}, view=view))
    return story


def test_a_lost_view_is_one_violation() -> None:
    """It is said after ten seconds, dated back, and ends when the view is back."""
    told = tell(tell(story(), 0, 20, CLEAR_VIEW), 20, 29, LOST)
    assert told.said == []
    tell(told, 29, 60, LOST)
    found = told.only
    assert found.kind is ViolationKind.CAMERA_TAMPER
    assert (found.zone_id, found.started_at, found.ended) == ("picture", 20.0, False)
    tell(told, 60, 70, CLEAR_VIEW)
    assert told.only.ended
    assert 59 < told.only.last_seen_at < 60


def test_a_hand_before_the_lens_for_a_moment_is_none() -> None:
    """Somebody cleans the lens for eight seconds, twice."""
    told = story()
    for start in (0, 30):
        tell(told, start, start + 20, CLEAR_VIEW)
        tell(told, start + 20, start + 28, LOST)
    assert tell(told, 58, 70, CLEAR_VIEW).said == []


def test_darkness_is_none() -> None:
    """A dark room is not a covered camera; and it does not end one that was covered before."""
    assert tell(story(), 0, 600, DARK).said == []
    told = tell(story(), 0, 20, LOST)
    tell(told, 20, 60, DARK)
    assert not told.only.ended


def test_closing_ends_it() -> None:
    """Once, with the last sight."""
    told = tell(story(), 0, 20, LOST)
    assert [v.ended for v in told.close()] == [True]
    assert told.close() == []
