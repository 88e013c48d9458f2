"""Which head box belongs to which person, and what a confidence is worth."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from judged_scenes import Box, head_of, moved, person_at

from inference.heads import tie_heads

ANNA = person_at(300, 400)


def tied(people: list[Box], heads: list[Box]) -> list[int]:
    rows = [np.array(boxes, np.float32).reshape(-1, 4) for boxes in (people, heads)]
    return tie_heads(*rows).tolist()


def test_heads_go_to_their_own_people() -> None:
    """Shoulder to shoulder, in any order."""
    crowd = [moved(ANNA, 45 * i, 5 * (i % 2)) for i in range(8)]
    heads = [head_of(person) for person in crowd]
    order = [3, 0, 7, 5, 1, 6, 2, 4]
    assert tied(crowd, [heads[i] for i in order]) == [order.index(i) for i in range(8)]


def test_what_is_no_head_of_theirs_is_left() -> None:
    """At the hip, on a table beside, above, or larger than the person: nobody's."""
    head = head_of(ANNA)
    others = [moved(head, 35, 90), moved(head, 75, 5), moved(head, 0, -40), (0, 0, 900, 500)]
    for other in others:
        assert tied([ANNA], [other]) == [-1]
    assert tied([], [head]) == []
    assert tied([ANNA], []) == [-1]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(50, 900), st.integers(100, 500)), max_size=12), st.data())
def test_one_head_one_person(places: list[tuple[int, int]], data: st.DataObject) -> None:
    """No head is given twice, and every head that was given fits its person."""
    people = [person_at(x, y) for x, y in places]
    shifts = data.draw(
        st.lists(
            st.tuples(st.integers(-60, 60), st.integers(-40, 120)),
            min_size=len(people),
            max_size=len(people),
        )
    )
    heads = [moved(head_of(p), *shift) for p, shift in zip(people, shifts, strict=True)]
    rows = tied(people, heads)
    given_away = [row for row in rows if row >= 0]
    assert len(given_away) == len(set(given_away))
    for person, row in zip(people, rows, strict=True):
        if row >= 0:
            assert abs(heads[row][1] - person[1]) <= 0.5 * (heads[row][3] - heads[row][1]) + 1e-3
