"""From judged factors to a grade."""

import math
from collections.abc import Mapping, Sequence
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import Incomplete
from hazards.risk.tables import GradeRow


class Method(StrEnum):
    """How a risk is judged: L·E·C after Kinney and Wiruth (1976), or likelihood × severity."""

    LEC = "lec"
    MATRIX = "matrix"


FACTORS: dict[Method, dict[str, tuple[float, ...]]] = {
    Method.LEC: {
        "likelihood": (0.1, 0.2, 0.5, 1, 3, 6, 10),
        "exposure": (0.5, 1, 2, 3, 6, 10),
        "consequence": (1, 3, 7, 15, 40, 100),
    },
    Method.MATRIX: {"likelihood": (1, 2, 3, 4, 5), "severity": (1, 2, 3, 4, 5)},
}
"""The values that each factor may have."""


def score(method: Method, factors: Mapping[str, float]) -> float:
    """The product of the factors. Raises Incomplete for a missing or unknown value."""
    wanted = FACTORS[method]
    if set(factors) != set(wanted):
        raise Incomplete(f"{method} needs {', '.join(wanted)}")
    for name, values in wanted.items():
        if factors[name] not in values:
            allowed = ", ".join(f"{value:g}" for value in values)
            raise Incomplete(f"{name} cannot be {factors[name]:g}: choose one of {allowed}")
    return math.prod(factors.values())


def grades(session: Session, *, lock: bool = False) -> list[GradeRow]:
    """The levels, from the lowest. lock: for an edit."""
    statement = select(GradeRow).order_by(GradeRow.rank)
    return list(session.scalars(statement.with_for_update() if lock else statement))


def grade_for(levels: Sequence[GradeRow], method: Method, points: float) -> str:
    """The code of the highest level whose band begins at or below the score."""
    reached = [
        level
        for level in levels
        if points >= (level.lec_from if method is Method.LEC else level.matrix_from)
    ]
    return (reached or levels[:1])[-1].code


def edit_grade(
    session: Session, code: str, *, name_zh: str, name_en: str, colour: str,
    lec_from: float, matrix_from: float,
) -> GradeRow:  # fmt: skip
    """Names, colour and bands of a level. Raises Incomplete where the bands would not rise."""
    levels = grades(session)
    row = next((level for level in levels if level.code == code), None)
    if row is None:
        raise Incomplete(f"there is no grade '{code}': use {', '.join(g.code for g in levels)}")
    row.name_zh, row.name_en, row.colour = name_zh, name_en, colour
    row.lec_from, row.matrix_from = lec_from, matrix_from
    for bands in ([g.lec_from for g in levels], [g.matrix_from for g in levels]):
        if bands != sorted(bands) or len(set(bands)) != len(bands):
            raise Incomplete("each band has to begin above the one below it")
    session.flush()
    return row
