"""How often a person's head is read rightly on films of site cameras: `make bench-heads`.

The films stand beside the project on some machines. Each goes through the decoder, the network with
its second look, the tracker and the reader of heads of the service. For each person (track) stand

    one picture   what single pictures said: right, wrong, or why they could not tell
    held          what was believed of the person at that picture, by the evidence until then

A person's state is right where it is right in 95 % of the pictures that judge it.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

from benchmarks.events.film import Film, see
from benchmarks.events.footage import SHARED, clips
from core.coverage import Answer
from core.manifest import ModelManifest
from core.observation import Observation
from core.site import CameraConfig
from inference.closer_look import CloserLook
from inference.judge import DETECTION_FLOOR, Judge
from inference.rules.headwear import HeadReader
from inference.rules.rule import ANSWERS
from inference.rules.sequential import Evidence
from inference.rules.settings import HelmetSettings
from inference.session import Session
from service.settings import SHIPPED_MODEL

LEAST_RIGHT = 0.95


@dataclass(frozen=True, slots=True)
class Heads:
    """What people in a film wear, read by eye. bare: everybody, but for the exception.

    least_height: share of the picture's height; smaller people count neither way.
    others: x1 y1 x2 y2 (shares of the picture), first and last second of those who wear the
    opposite, by their feet.
    """

    bare: bool
    least_height: float = 0.0
    others: tuple[tuple[float, float, float, float, float, float], ...] = ()

    def of(self, x: float, y: float, second: float) -> bool:
        """Whether the head of who stands there is bare."""
        opposite = any(
            x1 <= x <= x2 and y1 <= y <= y2 and begin <= second <= end
            for x1, y1, x2, y2, begin, end in self.others
        )
        return self.bare != opposite


TRUTH = {
    "shared/site_gate_bare_head.mp4": Heads(bare=True, others=((0.7, 0.5, 1.0, 1.0, 2.0, 3.4),)),
    "shared/site_gate_compliant.mp4": Heads(bare=False, least_height=0.15),
    "shared/site_night_zone_entry.mp4": Heads(bare=True),
    "shared/site_walkway_compliant.mp4": Heads(bare=False),
}


@dataclass(slots=True)
class Person:
    """Pictures of one track. one: "right", "wrong" or the answer that no reading was possible.
    held: "right", "wrong" or "undecided".
    """

    bare: bool
    one: Counter[str] = field(default_factory=Counter)
    held: Counter[str] = field(default_factory=Counter)
    evidence: Evidence = field(default_factory=Evidence)
    believed: bool | None = None


def judge(film: Film, manifest: ModelManifest, heads: Heads) -> dict[int, Person]:
    """Every person of a film, by track id."""
    settings = HelmetSettings()
    reader = HeadReader(manifest, settings.smallest_px)
    rules = Judge(CameraConfig("camera", "camera", "camera", ()), manifest, ZoneInfo("UTC"))
    people: dict[int, Person] = {}
    start = film[0][0].timestamp
    for frame, found in film:
        seen = rules.update(frame, found).observation
        readings = reader.read(seen)
        for row, bare in _counted(seen, heads, frame.timestamp - start):
            person = people.setdefault(int(seen.people.track_id[row]), Person(bare))
            answer = ANSWERS[readings.answer[row]]
            if answer is not Answer.JUDGED:
                person.one[answer] += 1
                continue
            ratio, share = float(readings.log_ratio[row]), float(readings.share[row])
            person.one["right" if (ratio > 0) == bare else "wrong"] += 1
            person.evidence.weigh(ratio, frame.timestamp, share, settings.bounds)
            if person.evidence.log_ratio >= settings.bounds.upper:
                person.believed = True
            elif person.evidence.log_ratio <= settings.bounds.lower:
                person.believed = False
            known = person.believed is not None
            right = "right" if person.believed == bare else "wrong"
            person.held[right if known else "undecided"] += 1
    return people


def _counted(seen: Observation, heads: Heads, second: float) -> Iterator[tuple[int, bool]]:
    """Rows of the people that count, and whether they are bare."""
    size = np.array([seen.frame.width, seen.frame.height])
    for row, (x, y) in enumerate((seen.feet / size).tolist()):
        if seen.heights[row] >= heads.least_height * seen.frame.height:
            yield row, heads.of(x, y, second)


def share(pictures: Counter[str]) -> float:
    """Right ones among those that are right or wrong; nan where none is."""
    judged = pictures["right"] + pictures["wrong"]
    return pictures["right"] / judged if judged else float("nan")


def row(name: str, track: str, person: Person) -> str:
    """A line of the table of docs/benchmarks.md."""
    wears = "bare" if person.bare else "helmet"
    cells = [
        f"{share(p):5.2f} {p['right']:4d} {p.total() - p['right'] - p['wrong']:5d}"
        + f" of {p.total():<4d}"
        for p in (person.one, person.held)
    ]
    return f"{name:28s} {track:>5s} {wears:7s} {cells[0]}   {cells[1]}"


def main() -> int:
    """Prints the table; 1 where a bound is missed."""
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("model", type=Path, nargs="?", default=SHIPPED_MODEL, help="manifest")
    ask.add_argument("--kept", type=Path, help="folder of boxes of earlier runs")
    options = ask.parse_args()
    if not SHARED.exists():
        print(f"{SHARED} is not there: put the films of docs/benchmarks.md there", file=sys.stderr)
        return 2
    session = Session(options.model, threads=2)
    looking = CloserLook(session, floor=DETECTION_FLOOR)
    print(f"{session.manifest.name} {session.manifest.version}, pictures: right, cannot tell")
    everybody = []
    for clip in clips([]):
        if clip.name not in TRUTH:
            continue
        film = see(clip, looking, options.kept)
        people = judge(film, session.manifest, TRUTH[clip.name])
        for track, person in sorted(people.items()):
            print(row(Path(clip.name).stem, str(track), person))
        everybody += people.values()
    right = [share(person.held) >= LEAST_RIGHT for person in everybody if person.held.total()]
    one: Counter[str] = sum((person.one for person in everybody), Counter())
    print(f"single pictures: {share(one):.3f} right; people: {sum(right)} of {len(right)} right")
    return 0 if all(right) else 1


if __name__ == "__main__":
    sys.exit(main())
