"""How much of a passage's width is taken: as a share, and in metres where the floor is known."""

from math import isnan

from core.floor import Floor
from core.violation import BlockedWidth
from inference.rules.passage import Foot, Mask, Passage, sum_of, union


def width_taken(passage: Passage, blocked: Mask, floor: Floor | None) -> BlockedWidth:
    """What objects take together, see Passage.share_of_width. blocked: (rows, columns) bool.

    The metres are those of one cross section: the row of the passage at the foot of the object that
    takes the most. Objects that stand nearer or farther away count there with the share that they
    take where they stand, because it is the share that is carried along a passage between two
    walls: a row of the picture is fewer metres wide in front than behind. So the taken metres are
    never more than the passage has.

    passage: where the polygon was drawn, also while the camera is moved a little. Its blocks show
    the same floor then, and the floor was laid in the picture in which the polygon was.
    """
    feet = passage.feet(blocked)
    parts = union(feet)
    share = sum_of(parts)
    if floor is None or not feet:
        return BlockedWidth(share, None, None)
    (left, y), (right, _) = passage.across(max(feet, key=_taken).row)
    whole = floor.metres((left, y), (right, y))
    ends = [(left + (right - left) * low, left + (right - left) * high) for low, high in parts]
    metres = sum(floor.metres((a, y), (b, y)) for a, b in ends)
    if isnan(whole + metres):
        return BlockedWidth(share, None, None)
    return BlockedWidth(share, metres, whole)


def _taken(foot: Foot) -> float:
    return foot.high - foot.low
