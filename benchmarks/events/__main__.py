"""How well incidents are found: `python -m benchmarks.events` (`make bench-events`).

Every clip goes once through decoding and the network; the same boxes then go through our rules and
through naive ones. Our rules see them again (the answer must be identical) and with 30 % of the
pictures dropped at random (the incidents must be the same). Then footage without incidents runs in
a loop for hours. Footage beside the project is used where it is there, and never copied: the page
with its pictures stays in `build/`.
"""

import argparse
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import cv2
import numpy as np

from benchmarks.events.footage import Clip, clips
from benchmarks.events.naive import Alarm, NaiveRules
from benchmarks.events.page import Film, write_page
from benchmarks.events.score import Mistake, Tally, score
from core.manifest import ModelManifest
from core.violation import Violation, ViolationKind
from inference.closer_look import CloserLook
from inference.judge import DETECTION_FLOOR, Judge
from inference.session import Session
from service.settings import SHIPPED_MODEL
from streams.decode import DecodePolicy
from streams.replay import read_frames
from streams.source import Source

DROPPED, SEEDS = 0.3, (1, 2, 3)
HEAD = "events  found  false  twice  recall precision  delay s  false/h"
Tallies = dict[ViolationKind, Tally]


def main() -> None:
    """Command line; ends with status 1 when a replay differs."""
    ask = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ask.add_argument("--model", type=Path, default=SHIPPED_MODEL)
    ask.add_argument("--scenes", type=Path, action="append", default=[], help="further folders")
    ask.add_argument("--quiet-hours", type=float, default=2.0)
    ask.add_argument("--page", type=Path, default=Path("build/events.html"))
    options = ask.parse_args()
    cv2.setNumThreads(1)
    detector = CloserLook(Session(options.model, threads=1), floor=DETECTION_FLOOR)
    manifest = detector.manifest
    films: dict[str, Film] = {}
    ours, naive, dropped = Tallies(), Tallies(), Tallies()
    mistakes: dict[str, list[Mistake]] = {"ours": [], "naive": []}
    hours, quiet, differs = 0.0, [], []
    for clip in clips(options.scenes):
        film = films[clip.name] = see(clip, detector)
        hours += (film[-1][0].timestamp - film[0][0].timestamp) / 3600
        said = judge(clip, film, manifest)
        if said != judge(clip, film, manifest):
            differs.append(clip.name)
        mistakes["ours"] += score(clip, alarms(said, film), ours)
        mistakes["naive"] += score(clip, naively(clip, film, manifest), naive)
        for seed in SEEDS:
            part = thinned(film, seed)
            score(clip, alarms(judge(clip, part, manifest), film), dropped)
        if not clip.events:
            quiet.append((clip, film))
        print(f"{clip.name}: {len(film)} pictures", flush=True)
    lines = [table("ours", ours, hours), table("naive", naive, hours)]
    lines.append(table("ours, 30 % of the pictures dropped", dropped, hours * len(SEEDS)))
    for clip, film in quiet if options.quiet_hours else []:
        count = len(judge(clip, looped(film, options.quiet_hours / len(quiet)), manifest))
        lines.append(
            f"looped for {options.quiet_hours / len(quiet):.2f} h: {clip.name}: {count} alarms"
        )
    lines.append(f"replays that differ: {', '.join(differs) or 'none'}")
    print("\n" + "\n".join(lines))
    write_page(options.page, "\n".join(lines), mistakes, films)
    print(f"\nstrips of pictures for each mistake: {options.page}")
    raise SystemExit(1 if differs else 0)


def see(clip: Clip, detector: CloserLook) -> Film:
    """The judged pictures with their boxes, at five a second."""
    policy = DecodePolicy()
    policy.keep_awake(float("inf"))
    film = []
    for frame in read_frames(Source.parse(clip.camera.source), clip.camera.id, policy):
        (found,) = detector.detect([frame.image])
        film.append((frame, found))
    return film


def judge(clip: Clip, film: Film, manifest: ModelManifest) -> list[list[Violation]]:
    """Everything that was said of each violation, in order."""
    rules = Judge(clip.camera, manifest, ZoneInfo("UTC"))
    said: dict[str, list[Violation]] = {}
    for frame, found in film:
        for violation in rules.update(frame, found).violations:
            said.setdefault(violation.id, []).append(violation)
    for violation in rules.close():
        said.setdefault(violation.id, []).append(violation)
    return list(said.values())


def alarms(said: Iterable[Sequence[Violation]], film: Film) -> list[Alarm]:
    """Ours in the form in which they are compared."""
    first = film[0][0].timestamp
    return [
        Alarm(
            v[0].kind,
            v[0].started_at - first,
            v[0].last_seen_at - first,
            v[-1].last_seen_at - first,
        )
        for v in said
    ]


def naively(clip: Clip, film: Film, manifest: ModelManifest) -> list[Alarm]:
    """What naive rules say."""
    rules, first = NaiveRules(clip, manifest), film[0][0].timestamp
    for frame, found in film:
        rules.update(frame, found)
    return [Alarm(a.kind, a.begin - first, a.said - first, a.end - first) for a in rules.alarms]


def thinned(film: Film, seed: int) -> Film:
    """With pictures dropped at random."""
    random = np.random.default_rng(seed)
    return [seen for seen in film if random.random() >= DROPPED]


def looped(film: Film, hours: float) -> Film:
    """The film again and again, forwards and backwards so that nobody jumps."""
    step = float(np.median(np.diff([frame.timestamp for frame, _ in film])))
    there_and_back = [*film, *film[-2:0:-1]]
    count = int(hours * 3600 / step)
    return [
        (replace(frame, timestamp=i * step), found)
        for i in range(count)
        for frame, found in [there_and_back[i % len(there_and_back)]]
    ]


def table(who: str, tallies: Tallies, hours: float) -> str:
    """One block of the table."""
    rows = [f"{kind:18s} {tally.row(hours)}" for kind, tally in sorted(tallies.items())]
    return "\n".join([f"{who} ({hours:.2f} camera-hours)", f"{'':18s} {HEAD}", *rows, ""])


if __name__ == "__main__":
    main()
