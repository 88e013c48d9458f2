"""What is known about people: one row of arrays for each of them."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from inference.memory import Memory

IDS = st.lists(st.integers(1, 12), unique=True, max_size=6)
STEPS = st.lists(st.tuples(st.sampled_from(["add", "keep"]), IDS), max_size=20)


@given(STEPS)
def test_it_remembers_what_a_dictionary_would(steps: list[tuple[str, list[int]]]) -> None:
    """Whoever comes and goes, in whatever order: each keeps the own values, newcomers are blank."""
    memory, expected = Memory(count=0, place=(np.nan, 1.0)), {}
    for step, ids in steps:
        if step == "add":
            rows = memory.rows(np.array(ids, np.int64))
            assert len(set(rows.tolist())) == len(ids)
            expected |= {i: expected.get(i, 0) + i for i in ids}
            memory["count"][rows] += np.array(ids, np.int64)
        else:
            memory.keep(memory.among(frozenset(ids)))
            expected = {i: value for i, value in expected.items() if i in ids}
        assert memory.ids == list(expected)
        assert memory["count"].tolist() == list(expected.values())
        assert np.isnan(memory["place"][:, 0]).all()
        assert (memory["place"][:, 1] == 1.0).all()
        known = memory.known([3, 40, 5])
        assert memory["count"][known].tolist() == [expected[i] for i in (3, 5) if i in expected]


def test_a_reset_makes_columns_blank() -> None:
    """Only those columns, only those rows."""
    memory = Memory(count=7, place=(0.0, 1.0))
    rows = memory.rows(np.array([4, 9]))
    memory["count"][rows], memory["place"][rows] = 3, (5.0, 5.0)
    memory.reset(np.array([False, True]), "count")
    assert memory["count"].tolist() == [3, 7]
    assert memory["place"].tolist() == [[5.0, 5.0]] * 2
    memory.clear()
    assert len(memory) == 0
