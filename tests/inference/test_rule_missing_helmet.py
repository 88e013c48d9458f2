"""A person whose head is seen to be bare."""

import math
from collections.abc import Sequence

import pytest
from judged_scenes import (
    BARE,
    HELMET,
    MANIFEST,
    WIDTH,
    Box,
    Seen,
    Story,
    head_of,
    moved,
    observation,
    person_at,
    times,
    zone,
)

from core.coverage import Answer
from core.violation import ViolationKind
from core.zone import Zone, ZoneKind
from inference.rules.headwear import HeadReader
from inference.rules.missing_helmet import MissingHelmetRule
from inference.rules.settings import HelmetSettings

ANNA = person_at(300, 400)
BEN = person_at(600, 420)


def story(where: Zone | None = None) -> Story:
    settings = HelmetSettings()
    heads = HeadReader(MANIFEST, settings.smallest_px)
    return Story(MissingHelmetRule("gate", where or Zone.whole_picture(), heads, settings))


def bare(person: Box, confidence: float = 0.8) -> Seen:
    return (BARE, head_of(person), confidence)


def helmet(person: Box, confidence: float = 0.8) -> Seen:
    return (HELMET, head_of(person), confidence)


def tell(
    story: Story,
    start: float,
    end: float,
    people: dict[int, Box],
    others: Sequence[Seen] = (),
    fps: float = 5.0,
) -> Story:
    for t in times(start, end, fps):
        story.see(observation(t, people, others))
    return story


def test_a_bare_head_is_one_violation_from_its_first_picture() -> None:
    """It begins when the head was first seen bare, not when that became certain, and goes on
    under one id."""
    told = story()
    tell(told, 0, 5, {1: ANNA})
    tell(told, 5, 15, {1: ANNA}, [bare(ANNA)])
    found = told.only
    assert found.kind is ViolationKind.MISSING_HELMET
    assert found.rule.startswith("missing_helmet/")
    assert (found.camera_id, found.zone_id, found.track_ids) == ("gate", "picture", (1,))
    assert found.started_at == 5.0
    assert found.last_seen_at == pytest.approx(14.8)
    assert not found.ended
    assert 0.5 < found.confidence <= 1.0


def test_it_takes_more_than_a_few_pictures() -> None:
    """Four bare pictures accuse nobody; two seconds of them do."""
    told = story()
    tell(told, 0, 0.8, {1: ANNA}, [bare(ANNA, 0.98)])
    assert told.said == []
    tell(told, 0.8, 2, {1: ANNA}, [bare(ANNA, 0.98)])
    assert len(told.violations) == 1


def test_a_helmet_is_no_violation() -> None:
    """Ten minutes with a helmet are ten minutes of peace."""
    assert tell(story(), 0, 600, {1: ANNA}, [helmet(ANNA)]).said == []


def test_no_head_box_is_never_bare() -> None:
    """No helmet found proves nothing: a person without any head box is never accused."""
    assert tell(story(), 0, 600, {1: ANNA}).said == []


def test_a_helmet_in_the_hand_is_not_worn() -> None:
    """Bare head, helmet carried at the hip: the head decides."""
    hip = moved(head_of(ANNA), 35, 90)
    told = tell(story(), 0, 5, {1: ANNA}, [bare(ANNA), (HELMET, hip, 0.95)])
    assert told.only.started_at == 0.0


def test_a_helmet_in_the_hand_does_not_accuse_either() -> None:
    """A head that cannot be seen stays unknown, whatever is in the hand."""
    hip = moved(head_of(ANNA), 0, 90)
    assert tell(story(), 0, 30, {1: ANNA}, [(HELMET, hip, 0.95)]).said == []
    assert tell(story(), 0, 30, {1: ANNA}, [(BARE, hip, 0.95)]).said == []


def test_a_helmet_on_a_table_is_nobodys() -> None:
    """A helmet at head height beside a bare head does not cover it."""
    table = moved(head_of(ANNA), 75, 5)
    told = tell(story(), 0, 5, {1: ANNA}, [bare(ANNA), (HELMET, table, 0.95)])
    assert told.only.track_ids == (1,)


def test_a_ball_on_a_table_is_nobodys_head() -> None:
    """What looks like a bare head beside a person whose own head is hidden accuses nobody."""
    table = moved(head_of(ANNA), 75, 5)
    assert tell(story(), 0, 30, {1: ANNA}, [(BARE, table, 0.95)]).said == []


def test_a_helmet_alone_is_no_person() -> None:
    """Heads and helmets without people say nothing."""
    assert tell(story(), 0, 10, {}, [bare(ANNA), helmet(BEN)]).said == []


def test_a_neighbours_bare_head_is_the_neighbours() -> None:
    """Two people shoulder to shoulder, one bare, one whose head is hidden: one violation."""
    near = moved(ANNA, 50, 0)
    told = tell(story(), 0, 5, {1: ANNA, 2: near}, [bare(near)])
    assert told.only.track_ids == (2,)


def test_overlapping_people_keep_their_own_heads() -> None:
    """Of two people whose boxes overlap each is judged by the own head."""
    near = moved(ANNA, 40, -15)
    told = tell(story(), 0, 5, {1: ANNA, 2: near}, [helmet(ANNA), bare(near)])
    assert told.only.track_ids == (2,)
    told = tell(story(), 0, 5, {1: ANNA, 2: near}, [bare(ANNA), helmet(near)])
    assert told.only.track_ids == (1,)


def test_several_people_without_helmets_are_one_case_with_a_count() -> None:
    """Six who come in one after the other, two seconds apart, are one violation that names six."""
    told = story()
    group = {i: person_at(100 + 140 * i, 400) for i in range(6)}
    for t in times(0, 20):
        there = {i: box for i, box in group.items() if t >= 2 * i}
        told.see(observation(t, there, [bare(box) for box in there.values()]))
    assert told.only.track_ids == (0, 1, 2, 3, 4, 5)
    assert told.only.started_at == 0.0


def test_somebody_who_comes_much_later_is_a_case_of_their_own() -> None:
    """Not together: a bare head half a minute after the first one has its own evidence."""
    told = tell(story(), 0, 30, {1: ANNA}, [bare(ANNA)])
    tell(told, 30, 40, {1: ANNA, 2: BEN}, [bare(ANNA), bare(BEN)])
    assert sorted(v.track_ids for v in told.violations) == [(1,), (2,)]
    assert [v.started_at for v in told.violations] == [0.0, 30.0]


def test_a_stream_of_people_is_not_one_endless_case() -> None:
    """Somebody new every five seconds for ten minutes: a case takes people in for two minutes."""
    told = story()
    doors = [person_at(x, y) for x in (25, 935) for y in (220, 450)]
    for t in times(0, 600):
        last = int(t // 5)
        there = {i: doors[i % 4] for i in range(max(0, last - 1), last + 1)}
        told.see(observation(t, there, [bare(box) for box in there.values()]))
    assert 4 <= len(told.violations) <= 6
    assert all(len(v.track_ids) < 30 for v in told.violations)


def test_a_case_goes_on_until_the_last_one_has_put_it_on() -> None:
    """The first puts a helmet on, the second does not: it is still the same case."""
    told = tell(story(), 0, 5, {1: ANNA, 2: BEN}, [bare(ANNA), bare(BEN)])
    tell(told, 5, 40, {1: ANNA, 2: BEN}, [helmet(ANNA), bare(BEN)])
    assert not told.only.ended
    tell(told, 40, 60, {1: ANNA, 2: BEN}, [helmet(ANNA), helmet(BEN)])
    assert told.only.ended
    assert told.only.last_seen_at == pytest.approx(39.8)


def test_putting_the_helmet_on_ends_it() -> None:
    """It ends when the helmet was seen well enough, with the time of the last bare picture."""
    told = tell(story(), 0, 5, {1: ANNA}, [bare(ANNA)])
    tell(told, 5, 25, {1: ANNA}, [helmet(ANNA)])
    assert told.only.ended
    assert told.only.last_seen_at == pytest.approx(4.8)
    assert len(told.said) < 5 * 5 + 10, "nothing is said after the end"


def test_a_helmet_for_a_moment_ends_nothing() -> None:
    """Taken off again within the cool-down it is the same case; the alarm is not raised anew."""
    told = tell(story(), 0, 5, {1: ANNA}, [bare(ANNA)])
    tell(told, 5, 10, {1: ANNA}, [helmet(ANNA)])
    tell(told, 10, 20, {1: ANNA}, [bare(ANNA)])
    assert told.only.track_ids == (1,)
    assert told.only.last_seen_at == pytest.approx(19.8)


def test_taking_it_off_again_is_a_new_violation() -> None:
    """The second time has its own id and its own beginning."""
    told = tell(story(), 0, 5, {1: ANNA}, [bare(ANNA)])
    tell(told, 5, 25, {1: ANNA}, [helmet(ANNA)])
    tell(told, 25, 40, {1: ANNA}, [bare(ANNA)])
    first, second = told.violations
    assert (first.started_at, first.ended) == (0.0, True)
    assert (second.started_at, second.ended) == (25.0, False)


def test_one_wrong_picture_changes_no_mind() -> None:
    """A single bare reading every two seconds among helmets accuses nobody, and a single helmet
    among bare readings ends nothing."""
    told = story()
    for i, t in enumerate(times(0, 60)):
        told.see(observation(t, {1: ANNA}, [bare(ANNA) if i % 10 == 5 else helmet(ANNA)]))
    assert told.said == []
    for i, t in enumerate(times(60, 120)):
        told.see(observation(t, {1: ANNA}, [helmet(ANNA) if i % 10 == 5 else bare(ANNA)]))
    assert not told.only.ended


def test_a_head_that_is_read_both_ways_is_undecided() -> None:
    """Where the model gives head and helmet the same confidence, nobody is accused."""
    both = [bare(ANNA, 0.6), helmet(ANNA, 0.6)]
    assert tell(story(), 0, 60, {1: ANNA}, both).said == []


@pytest.mark.parametrize("gap", [1, 10, 29])
def test_lost_and_found_is_the_same_violation(gap: int) -> None:
    """A track that breaks inside the picture and starts again within 30 s near the place goes on
    as the same incident; so does what is known of the head."""
    told = tell(story(), 0, 5, {1: ANNA}, [bare(ANNA)])
    tell(told, 5, 5 + gap, {})
    assert not told.only.ended
    again = moved(ANNA, 60, 10)
    tell(told, 5 + gap, 8 + gap, {5: again}, [bare(again)])
    found = told.only
    assert found.track_ids == (1,)
    assert (found.started_at, found.ended) == (0.0, False)
    assert found.last_seen_at == pytest.approx(7.8 + gap)


def test_who_left_by_the_edge_does_not_come_back_as_the_same() -> None:
    """Somebody goes out on the left, somebody else comes in there five seconds later: two cases."""
    out, new = person_at(25, 400), person_at(28, 380)
    told = tell(story(), 0, 5, {1: out}, [bare(out)])
    tell(told, 5, 10, {})
    assert told.only.ended
    tell(told, 10, 15, {2: new}, [bare(new)])
    assert [v.track_ids for v in told.violations] == [(1,), (2,)]


def test_somebody_far_away_is_somebody_else() -> None:
    """A bare head at the other end of the picture is another person."""
    told = tell(story(), 0, 5, {1: ANNA}, [bare(ANNA)])
    far = person_at(850, 500)
    tell(told, 5, 15, {})
    tell(told, 15, 20, {5: far}, [bare(far)])
    first, second = told.violations
    assert (first.track_ids, second.track_ids) == ((1,), (5,))
    assert second.started_at == 15.0


def test_a_person_who_is_present_is_not_taken_for_the_lost_one() -> None:
    """A newcomer beside somebody who is still there is a second person in the case."""
    told = tell(story(), 0, 5, {1: ANNA}, [bare(ANNA)])
    near = moved(ANNA, 70, 0)
    tell(told, 5, 10, {1: ANNA, 2: near}, [bare(ANNA), bare(near)])
    assert told.only.track_ids == (1, 2)


def test_out_of_sight_ends_it() -> None:
    """Half a minute after the last sight it is over, since that sight."""
    told = tell(story(), 0, 5, {1: ANNA}, [bare(ANNA)])
    tell(told, 5, 34, {})
    assert not told.only.ended
    tell(told, 34, 36, {})
    assert told.only.ended
    assert told.only.last_seen_at == pytest.approx(4.8)


def test_turning_the_head_away_ends_nothing() -> None:
    """The person is still there, the head is not: the incident waits."""
    told = tell(story(), 0, 5, {1: ANNA}, [bare(ANNA)])
    tell(told, 5, 30, {1: ANNA})
    assert not told.only.ended
    assert len(tell(told, 30, 32, {1: ANNA}, [bare(ANNA)]).violations) == 1


@pytest.mark.parametrize(("pixels", "judged"), [(6, False), (8, False), (10, True), (14, True)])
def test_a_head_that_is_too_small_cannot_tell(pixels: float, judged: bool) -> None:
    """Below nine pixels of the network's input nobody is accused; above, the head counts."""
    height = pixels * WIDTH / MANIFEST.input_size
    person = person_at(400, 500, height=7 * height)
    told = tell(story(), 0, 10, {1: person}, [bare(person, 0.95)])
    assert bool(told.violations) is judged
    assert told.rule.answers == {Answer.JUDGED if judged else Answer.TOO_SMALL: 1.0}


def test_it_says_why_it_cannot_tell() -> None:
    """Hidden, cut off above, or in the dark: each is its own answer, and none accuses anybody."""
    told = tell(story(), 0, 1, {1: ANNA})
    assert told.rule.answers == {Answer.HIDDEN: 1.0}
    high = person_at(300, 170)
    tell(told, 10, 20, {1: high})
    assert told.rule.answers == {Answer.CUT_OFF: 1.0}
    for t in times(30, 40):
        told.see(observation(t, {1: ANNA}, [bare(ANNA)], grey=5.0))
    assert told.rule.answers == {Answer.TOO_DARK: 1.0}
    tell(told, 50, 51, {1: ANNA, 2: BEN}, [helmet(BEN)])
    assert told.rule.answers == {Answer.HIDDEN: 0.5, Answer.JUDGED: 0.5}
    assert told.said == []


def test_a_faint_helmet_does_not_clear_a_sure_bare_head() -> None:
    """Two seconds in which the model half believes in a helmet weigh less than the sure seconds
    before: the case goes on without an end between."""
    told = tell(story(), 0, 5, {1: ANNA}, [bare(ANNA)])
    tell(told, 5, 7, {1: ANNA}, [helmet(ANNA, 0.3)])
    tell(told, 7, 12, {1: ANNA}, [bare(ANNA)])
    assert len(told.violations) == 1


def test_a_helmet_held_up_beside_the_head_is_not_worn() -> None:
    """In the raised hand, as high as the head: the bare head in the middle decides."""
    held = moved(head_of(ANNA), 30, 0)
    box = (ANNA[0], ANNA[1], held[2], ANNA[3])
    told = tell(story(), 0, 10, {1: box}, [(HELMET, held, 0.9), bare(ANNA)])
    assert told.only.started_at == 0.0


def test_people_outside_the_zone_are_not_judged() -> None:
    """Who stands outside, feet decide, may go without a helmet."""
    right = zone(ZoneKind.HELMET, [(0.5, 0), (1, 0), (1, 1), (0.5, 1)])
    told = tell(story(right), 0, 5, {1: ANNA, 2: BEN}, [bare(ANNA), bare(BEN)])
    assert told.only.track_ids == (2,)
    assert told.only.zone_id == "z"


def test_the_schedule_ends_it() -> None:
    """When the zone is no longer watched the violation ends, and nothing is said meanwhile; when
    watching begins again everything is weighed anew."""
    told = tell(story(), 0, 5, {1: ANNA}, [bare(ANNA)])
    said = told.see(observation(5.0, {1: ANNA}, [bare(ANNA)]), watched=False)
    assert [v.ended for v in said] == [True]
    for t in times(5.2, 20):
        assert told.see(observation(t, {1: ANNA}, [bare(ANNA)]), watched=False) == []
    tell(told, 20, 25, {1: ANNA}, [bare(ANNA)])
    first, second = told.violations
    assert first.last_seen_at == pytest.approx(4.8)
    assert second.started_at == 20.0


def test_closing_ends_what_is_open() -> None:
    """At the end of the source every open violation ends once, at the time of its last sight."""
    told = tell(story(), 0, 5, {1: ANNA, 2: BEN}, [bare(ANNA), bare(BEN)])
    ended = told.close()
    assert [(v.ended, v.track_ids) for v in ended] == [(True, (1, 2))]
    assert told.only.last_seen_at == pytest.approx(4.8)
    assert told.close() == []


@pytest.mark.parametrize("fps", [1.0, 2.0, 10.0, 25.0])
def test_it_works_at_any_rate_of_pictures(fps: float) -> None:
    """From one to 25 pictures a second the beginning is the same."""
    told = tell(story(), 0, 4, {1: ANNA}, fps=fps)
    tell(told, 4, 16, {1: ANNA}, [bare(ANNA)], fps)
    assert told.only.started_at == 4.0


def test_the_surest_reading_is_kept() -> None:
    """The confidence of a violation never falls."""
    told = tell(story(), 0, 3, {1: ANNA}, [bare(ANNA, 0.9)])
    tell(told, 3, 6, {1: ANNA}, [bare(ANNA, 0.4)])
    confidences = [v.confidence for v in told.said]
    assert confidences == sorted(confidences)
    assert math.isclose(told.only.confidence, 0.9, rel_tol=1e-6)
