"""Something stands in the way of an exit, whatever it is."""

import numpy as np
import pytest
from corridor_story import DWELL_S, MAN, story, tell
from drawn_corridor import (
    CARTON,
    HEIGHT,
    PLAIN_FLOOR,
    WIDTH,
    Thing,
    picture,
    shadow,
)
from judged_scenes import PERSON, Seen, Story, observation, times, zone

from core.violation import ViolationKind
from core.zone import ZoneKind
from inference.rules.blocked_exit import BlockedExitRule
from inference.rules.settings import ExitSettings


def test_a_carton_is_one_violation_from_the_moment_it_was_put_there() -> None:
    """It is said after the dwell time, and says when the carton came; one id to its end."""
    told = tell(story(), 0, 30)
    tell(told, 30, 60, [CARTON])
    found = told.only
    assert found.kind is ViolationKind.BLOCKED_EXIT
    assert (found.camera_id, found.zone_id, found.track_ids) == ("gate", "z", ())
    assert found.started_at == pytest.approx(30, abs=1)
    assert told.said[0].last_seen_at == pytest.approx(30 + DWELL_S, abs=1.5)
    assert found.last_seen_at == 59.5
    assert not found.ended
    assert 0.25 < found.confidence < 0.7


def test_taking_it_away_ends_it() -> None:
    """A few seconds after the way is free it is over, since the last blocked picture."""
    told = tell(tell(story(), 0, 30), 30, 60, [CARTON])
    tell(told, 60, 62)
    assert not told.only.ended
    tell(told, 62, 120)
    assert told.only.ended
    assert told.only.last_seen_at == pytest.approx(60, abs=1)


def test_putting_it_back_is_a_new_violation() -> None:
    """The second time has its own beginning and its own id."""
    told = tell(tell(story(), 0, 30), 30, 60, [CARTON])
    tell(tell(told, 60, 90), 90, 120, [CARTON])
    first, second = told.violations
    assert first.ended
    assert not second.ended
    assert second.started_at == pytest.approx(90, abs=1)


@pytest.mark.parametrize(
    "thing",
    [
        Thing(110, 130, 90, 70, level=30, texture=0),
        Thing(110, 130, 90, 70, level=215, texture=0),
        Thing(110, 130, 90, 70, level=115, texture=40),
        Thing(60, 185, 70, 35, level=40, texture=20),
        Thing(140, 40, 60, 90, level=180, texture=10),
    ],
    ids=["dark", "bright", "as bright as the floor", "flat", "far and tall"],
)
def test_whatever_it_is(thing: Thing) -> None:
    """Nothing has to be known about the object: colour, texture and size differ."""
    told = tell(tell(story(), 0, 20), 20, 50, [thing])
    assert told.only.started_at == pytest.approx(20, abs=1)


@pytest.mark.parametrize("level", [60, 190])
def test_a_plain_thing_on_a_plain_floor(level: float) -> None:
    """Where nothing has any texture, brightness alone tells; a change of all the light does not."""
    told, thing = story(), Thing(110, 130, 90, 70, level=level, texture=0)
    for t in times(0, 80, 2.0):
        gain = 1.3 if 20 <= t < 50 else 1.0
        image = picture(t, [thing] if t >= 50 else [], gain=gain, floor=PLAIN_FLOOR)
        told.see(observation(t, {}, (), image))
    assert told.only.started_at == pytest.approx(50, abs=1)


def test_what_stays_for_less_than_the_dwell_time_may_pass() -> None:
    """A trolley that stops for 8 s, goes, and comes back for 8 s blocks nothing."""
    told = tell(story(), 0, 20)
    for start in (20, 36, 52):
        tell(told, start, start + 8, [CARTON])
        tell(told, start + 8, start + 16)
    assert told.said == []


def test_what_moves_through_may_pass() -> None:
    """A cart that the detector does not know crosses the passage in 20 s."""
    told = tell(story(), 0, 20)
    for t in times(20, 40, 4.0):
        cart = Thing(int(-80 + 24 * (t - 20)), 140, 70, 50)
        told.see(observation(t, {}, (), picture(t, [cart])))
    assert tell(told, 40, 60).said == []


@pytest.mark.parametrize("gain", [0.6, 1.4])
def test_a_light_that_changes_at_once_is_no_obstacle(gain: float) -> None:
    """Forty per cent brighter or darker, for minutes."""
    told = tell(story(), 0, 30)
    assert tell(told, 30, 150, gain=lambda _: gain).said == []
    assert tell(told, 150, 200).said == []


@pytest.mark.parametrize("to", [0.6, 1.4])
def test_a_light_that_changes_slowly_is_no_obstacle(to: float) -> None:
    """Evening and morning: forty per cent over five minutes."""
    told = tell(story(), 0, 30)
    tell(told, 30, 330, gain=lambda t: 1 + (to - 1) * (t - 30) / 300, fps=1.0)
    assert tell(told, 330, 390, gain=lambda _: to).said == []


@pytest.mark.parametrize("gamma", [0.7, 1.5])
def test_a_camera_that_changes_its_gamma_is_no_obstacle(gamma: float) -> None:
    """Automatic exposure bends the grey levels; the floor is still the floor."""
    told = tell(story(), 0, 30)
    assert tell(told, 30, 150, gamma=lambda _: gamma).said == []


def test_flickering_light_is_no_obstacle() -> None:
    """A tube that changes the light by 15 % from picture to picture."""
    told = tell(story(), 0, 20)
    tell(told, 20, 80, gain=lambda t: 0.85 if round(t * 2) % 2 else 1.15)
    assert told.said == []


@pytest.mark.parametrize("gain", [0.6, 1.4])
def test_a_carton_is_seen_in_another_light(gain: float) -> None:
    """Where the light has changed before, a carton still blocks."""
    told = tell(story(), 0, 30)
    tell(told, 30, 60, gain=lambda _: gain)
    tell(told, 60, 90, [CARTON], gain=lambda _: gain)
    assert told.only.started_at == pytest.approx(60, abs=1)


@pytest.mark.parametrize("gain", [0.6, 1.4])
def test_a_light_that_changes_does_not_clear_a_carton(gain: float) -> None:
    """The violation goes on as the same one."""
    told = tell(tell(story(), 0, 30), 30, 60, [CARTON])
    tell(told, 60, 120, [CARTON], gain=lambda _: gain)
    assert not told.only.ended
    assert told.only.last_seen_at == 119.5


@pytest.mark.parametrize("confidence", [0.8, 0.3])
def test_a_person_who_stands_there_is_no_obstacle(confidence: float) -> None:
    """Somebody waits in the passage for a minute, also where the detector is hardly sure."""
    told = tell(story(), 0, 20)
    tell(told, 20, 80, people=[MAN], confidence=confidence)
    assert tell(told, 80, 110).said == []


def test_a_tracked_person_is_no_obstacle_however_faint() -> None:
    """Who is known from before counts as a person also with a box that is hardly sure."""
    told = tell(story(), 0, 20)
    for t in times(20, 80, 2.0):
        told.see(observation(t, {1: MAN.box}, (), picture(t, [MAN]), confidence=0.12))
    assert tell(told, 80, 110).said == []


def test_an_imagined_person_hides_no_carton() -> None:
    """A faint box that no track stands behind leaves the carton where it is."""
    told = tell(story(), 0, 20)
    ghost: list[Seen] = [(PERSON, CARTON.box, 0.12)]
    for t in times(20, 50, 2.0):
        told.see(observation(t, {}, ghost, picture(t, [CARTON])))
    assert told.only.started_at == pytest.approx(20, abs=1)


def test_a_person_who_was_there_from_the_start_leaves_nothing_behind() -> None:
    """The floor under somebody who stood there at the first picture is learned later, not as an
    obstacle when it comes to light."""
    told = tell(story(), 0, 20, people=[MAN])
    assert tell(told, 20, 60).said == []


def test_a_carton_behind_a_person_stays_known() -> None:
    """Somebody stands before the carton for half a minute: the same violation goes on."""
    told = tell(tell(story(), 0, 20), 20, 45, [CARTON])
    tell(told, 45, 75, [CARTON], people=[MAN])
    tell(told, 75, 90, [CARTON])
    assert not told.only.ended


def test_what_a_person_puts_down_counts_when_it_can_be_seen() -> None:
    """A carton set down behind somebody's back is found after they have left."""
    wide = Thing(x=100, y=60, width=110, height=150, level=70.0, texture=25.0)
    told = tell(story(), 0, 20)
    tell(told, 20, 40, [CARTON], people=[wide])
    assert told.said == []
    tell(told, 40, 70, [CARTON])
    assert told.only.started_at == pytest.approx(40, abs=1)


def test_an_object_beside_the_passage_is_no_obstacle() -> None:
    """Against the wall, outside of the polygon, anything may stand."""
    beside = [Thing(2, 120, 40, 60), Thing(270, 110, 40, 50)]
    told = tell(tell(story(), 0, 20), 20, 80, beside)
    assert told.said == []


def test_a_small_object_is_no_obstacle() -> None:
    """A cup on the floor takes a twentieth of the width."""
    told = tell(tell(story(), 0, 20), 20, 80, [Thing(150, 190, 10, 12)])
    assert told.said == []


def test_small_objects_do_not_add_up() -> None:
    """One object must take the width; cups far from each other do not."""
    cups = [Thing(x, y, 10, 10) for x, y in ((60, 205), (110, 150), (160, 205), (210, 150))]
    assert tell(tell(story(), 0, 20), 20, 80, cups).said == []


def test_a_carton_is_never_learned() -> None:
    """After ten minutes, and after an hour at one picture in five seconds, it still blocks; and
    when it is taken away the exit is clear."""
    told = tell(story(), 0, 30)
    tell(told, 30, 630, [CARTON], fps=1.0)
    assert not told.only.ended
    assert told.only.last_seen_at == 629.0
    tell(told, 630, 4230, [CARTON], fps=0.2)
    assert not told.only.ended
    assert told.only.last_seen_at == 4225.0
    tell(told, 4230, 4260)
    assert told.only.ended
    assert tell(told, 4260, 4320).only.ended


def test_a_carton_is_not_learned_while_the_light_changes() -> None:
    """Five minutes of dusk with the carton in place: still the same violation."""
    told = tell(tell(story(), 0, 30), 30, 50, [CARTON])
    tell(told, 50, 350, [CARTON], gain=lambda t: 1 - 0.4 * (t - 50) / 300, fps=1.0)
    assert not told.only.ended


def test_a_mild_shadow_that_moves_is_no_obstacle() -> None:
    """The shadow of a window wanders over the floor in four minutes."""
    told = tell(story(), 0, 20)
    tell(told, 20, 260, gain=lambda t: shadow(-60 + 440 * (t - 20) / 240), fps=1.0)
    assert told.said == []


def test_a_mild_shadow_that_stays_is_no_obstacle() -> None:
    """Something outside the passage darkens a part of it by a seventh."""
    told = tell(tell(story(), 0, 20), 20, 120, gain=lambda _: shadow(160))
    assert told.said == []


@pytest.mark.parametrize("noise", [0.0, 8.0])
def test_the_noise_of_the_sensor_is_no_obstacle(noise: float) -> None:
    """A clean camera and a noisy one both see the carton and nothing else."""
    told = tell(story(), 0, 60, noise=noise)
    assert told.said == []
    tell(told, 60, 90, [CARTON], noise=noise)
    assert told.only.started_at == pytest.approx(60, abs=2)


@pytest.mark.parametrize("fps", [0.5, 1.0, 5.0])
def test_it_works_at_any_rate_of_pictures(fps: float) -> None:
    """From one picture in two seconds to five a second."""
    told = tell(tell(story(), 0, 30, fps=fps), 30, 60, [CARTON], fps=fps)
    tell(told, 60, 80, fps=fps)
    assert told.only.started_at == pytest.approx(30, abs=2)
    assert told.only.ended


def test_the_schedule_ends_it() -> None:
    """When the exit is no longer watched the violation ends; a carton that still stands there when
    watching begins again is a new one, after the dwell time, from then on."""
    told = tell(tell(story(), 0, 30), 30, 60, [CARTON])
    ended = told.see(observation(60, {}, (), picture(60, [CARTON])), watched=False)
    assert [v.ended for v in ended] == [True]
    for t in times(60.5, 90, 2.0):
        assert told.see(observation(t, {}, (), picture(t, [CARTON])), watched=False) == []
    tell(told, 90, 120, [CARTON])
    first, second = told.violations
    assert first.last_seen_at == 59.5
    assert second.started_at == pytest.approx(90, abs=1)
    assert not second.ended


def test_closing_ends_what_is_open() -> None:
    """At the end of the source the violation ends once, at its last sight."""
    told = tell(tell(story(), 0, 30), 30, 60, [CARTON])
    (ended,) = told.close()
    assert (ended.ended, ended.last_seen_at) == (True, 59.5)
    assert told.close() == []


def test_a_barrier_from_wall_to_wall_is_seen() -> None:
    """A low barrier over the whole width blocks all of it."""
    told = tell(tell(story(), 0, 30), 30, 60, [Thing(5, 165, 310, 40)])
    assert told.only.started_at == pytest.approx(30, abs=1)
    assert told.only.confidence > 0.9


def test_a_pile_that_fills_the_passage_is_seen() -> None:
    """The worst case, a passage that is blocked from wall to wall, is not taken for a change of
    light."""
    pile = Thing(5, 60, 310, 175, level=80, texture=30)
    told = tell(tell(story(), 0, 30), 30, 90, [pile])
    assert told.only.started_at == pytest.approx(30, abs=2)
    assert told.only.confidence > 0.9


def test_the_same_pictures_give_the_same_answer() -> None:
    """Ids, times and confidences are equal, bit for bit."""
    first, second = (tell(tell(story(), 0, 20), 20, 40, [CARTON]).said for _ in range(2))
    assert first == second
    assert len(first) > 10


def test_a_timestamp_that_comes_twice_hurts_nothing() -> None:
    """A picture without any time since the last one neither raises nor spoils what is known, also
    where somebody has just uncovered a piece of floor."""
    told = story()
    for t, people in ((0.0, [MAN]), (0.0, [])):
        found: list[Seen] = [(PERSON, man.box, 0.8) for man in people]
        with np.errstate(all="raise"):
            told.see(observation(t, {}, found, picture(t, people)))
    tell(told, 0.5, 20)
    in_his_place = Thing(MAN.x, 130, 45, 70)
    assert told.said == []
    tell(told, 20, 50, [in_his_place])
    assert told.only.started_at == pytest.approx(20, abs=1)


def test_the_passage_may_reach_the_edge_of_the_picture() -> None:
    """A polygon over the whole picture is judged like any other."""
    whole = zone(ZoneKind.EXIT, [(0, 0), (1, 0), (1, 1), (0, 1)], DWELL_S)
    told = Story(BlockedExitRule("gate", whole, ExitSettings(), person_id=PERSON))
    tell(tell(told, 0, 20), 20, 50, [Thing(0, 120, WIDTH // 3, HEIGHT - 120)])
    assert told.only.started_at == pytest.approx(20, abs=1)
