"""How well incidents are found: `python -m benchmarks.events` (`make bench-events`).

Every clip goes once through decoding and the network; the same boxes then go through our rules and
through naive ones. Our rules see them again (the answer must be identical) and with 30 % of the
pictures dropped at random (the incidents must be the same). Then footage without incidents runs in
a loop for hours, with fresh sensor noise on every picture. Footage beside the project is used where
it is there, and never copied: the page with its pictures stays in `build/`.
"""

import argparse
import time
from collections.abc import Iterator
from pathlib import Path

import cv2

from benchmarks.events.film import Film, looped, see, step_of, thinned
from benchmarks.events.footage import Clip, clips
from benchmarks.events.judging import alarms, judge, naively
from benchmarks.events.page import Page
from benchmarks.events.score import TAKEN_BACK, Mistake, Tallies, score, table
from core.detections import Detections
from core.frame import Frame
from core.manifest import ModelManifest
from core.violation import ViolationKind
from inference.closer_look import CloserLook
from inference.judge import DETECTION_FLOOR
from inference.session import Session
from service.settings import SHIPPED_MODEL

SEEDS = (1, 2, 3)


class Bench:
    """The figures of all clips that were scored."""

    def __init__(self, manifest: ModelManifest) -> None:
        self.page = Page()
        self.mistakes: list[Mistake] = []
        self._manifest = manifest
        self._ours, self._naive, self._dropped = Tallies(), Tallies(), Tallies()
        self._hours = 0.0
        self._differs: list[str] = []
        self._other: list[str] = []

    def add(self, clip: Clip, film: Film) -> None:
        """Scores a clip."""
        start, step = film[0][0].timestamp, step_of(film)
        seconds = film[-1][0].timestamp - start
        self._hours += seconds / 3600
        said = judge(clip, film, self._manifest)
        if said != judge(clip, film, self._manifest):
            self._differs.append(clip.name)
        ours = score(clip, alarms(said, start), seconds, step, self._ours)
        naive = naively(clip, film, self._manifest)
        self.page.add("ours", ours, film)
        self.page.add("naive", score(clip, naive, seconds, step, self._naive), film)
        self.mistakes += ours
        for seed in SEEDS:
            part = alarms(judge(clip, thinned(film, seed), self._manifest), start)
            wrong = score(clip, part, seconds, step, self._dropped)
            if _incidents(wrong) != _incidents(ours):
                self._other.append(f"{clip.name} ({seed})")

    def lines(self) -> list[str]:
        """The tables and what else is to be said."""
        hours = self._hours
        return [
            table("ours", self._ours, hours),
            table("naive", self._naive, hours),
            table("ours, 30 % of the pictures dropped", self._dropped, hours * len(SEEDS)),
            f"replays that differ: {', '.join(self._differs) or 'none'}",
            f"other incidents with pictures dropped: {', '.join(self._other) or 'none'}",
            "mistakes of ours:",
            *(f"  {mistake}" for mistake in self.mistakes or ["none"]),
            "",
        ]

    @property
    def failed(self) -> bool:
        """Whether a replay differed."""
        return bool(self._differs)


def _incidents(mistakes: list[Mistake]) -> list[tuple[str, ViolationKind]]:
    """What was missed or false; when it was taken back is no other incident."""
    return [(m.word, m.kind) for m in mistakes if m.word != TAKEN_BACK]


class Progress:
    """Says how far a long run is, at most every ten seconds."""

    def __init__(self, what: str, whole: float) -> None:
        self._what, self._whole = what, whole
        self._began = self._said = time.monotonic()

    def at(self, done: float, doing: str) -> None:
        """done: of the whole."""
        now = time.monotonic()
        if done > 0 and (now - self._said >= 10 or done >= self._whole):
            self._said = now
            left = (now - self._began) * (self._whole / done - 1)
            print(
                f"{self._what}: {done:.3g} of {self._whole:.3g}, about {left:.0f} s left: {doing}",
                flush=True,
            )


def quiet_hours(
    quiet: list[Clip], hours: float, detector: CloserLook, kept: Path | None
) -> Iterator[str]:
    """Loops clips without incidents for so long together; what was said of them."""
    progress = Progress("quiet hours", hours)
    share, done, ours, naive = hours / max(len(quiet), 1), 0.0, 0, 0

    def watched(clip: Clip, film: Film) -> Iterator[tuple[Frame, Detections]]:
        for frame, found in looped(film, share):
            progress.at(done + frame.timestamp / 3600, clip.name)
            yield frame, found

    for clip in quiet:
        film = see(clip, detector, kept)
        said = judge(clip, watched(clip, film), detector.manifest)
        others = naively(clip, looped(film, share), detector.manifest)
        done, ours, naive = done + share, ours + len(said), naive + len(others)
        yield f"looped for {share:.2f} h: {clip.name}: ours {len(said)}, naive {len(others)} alarms"
    yield f"together {done:.2f} h: ours {ours}, naive {naive} alarms"


def main() -> None:
    """Command line; ends with status 1 when a replay differs."""
    ask = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ask.add_argument("--model", type=Path, default=SHIPPED_MODEL)
    ask.add_argument("--scenes", type=Path, action="append", default=[], help="further folders")
    ask.add_argument("--only", default="", help="clips with this in their name")
    ask.add_argument("--quiet-hours", type=float, default=2.0)
    ask.add_argument("--page", type=Path, default=Path("build/events.html"))
    ask.add_argument("--kept", type=Path, help="folder that keeps the boxes for the next run")
    options = ask.parse_args()
    cv2.setNumThreads(1)
    detector = CloserLook(Session(options.model, threads=1), floor=DETECTION_FLOOR)
    chosen = [clip for clip in clips(options.scenes) if options.only in clip.name]
    bench, progress = Bench(detector.manifest), Progress("clips", len(chosen))
    for i, clip in enumerate(chosen):
        progress.at(i, clip.name)
        bench.add(clip, see(clip, detector, options.kept))
    print("\n" + "\n".join(bench.lines()), flush=True)
    quiet = [clip for clip in chosen if clip.quiet] if options.quiet_hours else []
    looping = []
    for line in quiet_hours(quiet, options.quiet_hours, detector, options.kept) if quiet else ():
        looping.append(line)
        print(line, flush=True)
    bench.page.write(options.page, "\n".join([*bench.lines(), *looping]))
    print(f"\nstrips of pictures for each mistake: {options.page}")
    raise SystemExit(1 if bench.failed else 0)


if __name__ == "__main__":
    main()
