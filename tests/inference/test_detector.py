"""Pictures in, boxes out."""

import json
from collections import Counter
from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from judged_scenes import BARE, HELMET, MANIFEST, PERSON, SHIPPED
from made_network import Candidate, MadeNetwork
from numpy.typing import NDArray

from core.geometry import iou
from inference.detector import BATCH_SIZES, MAXIMUM_BOXES, Detector
from inference.session import Session

DEMO = SHIPPED.parents[2] / "service" / "demo"
Image = NDArray[np.uint8]


def grey(level: int, width: int = 416, height: int = 416) -> Image:
    return np.full((height, width, 3), level, np.uint8)


def its_level(picture: NDArray[np.float32]) -> list[Candidate]:
    """One person, as sure as the middle of the picture is bright."""
    middle = picture[:, picture.shape[1] // 2, picture.shape[2] // 2]
    return [((0, 0, 10, 10), (float(middle.mean()), 0.0, 0.0))]


def found_in_square(*candidates: Candidate, floor: float | None = None) -> Detector:
    """A detector whose network always answers the same; a 416 x 416 picture is not scaled."""
    return Detector(MadeNetwork(lambda _: candidates), floor)


@given(st.lists(st.sampled_from([(640, 360), (360, 640), (416, 416), (1280, 720)]), max_size=25))
def test_mixed_pictures_keep_their_order(sizes: list[tuple[int, int]]) -> None:
    """Pictures of one shape run together, and still each answer belongs to its picture."""
    pictures = [grey(10 * (i + 1), *size) for i, size in enumerate(sizes)]
    found = Detector(MadeNetwork(its_level), floor=0.0).detect(pictures)
    levels = [round(float(each.confidence[0]) * 255) for each in found]
    assert levels == [10 * (i + 1) for i in range(len(sizes))]


@given(st.lists(st.sampled_from([(640, 360), (1920, 1080), (360, 640), (416, 416)]), max_size=25))
def test_only_the_fixed_batch_sizes_are_run(sizes: list[tuple[int, int]]) -> None:
    """Every picture is run exactly once, in batches of 1, 2, 4 or 8 of one shape."""
    network = MadeNetwork(its_level)
    Detector(network, floor=0.0).detect([grey(5, *size) for size in sizes])
    assert {shape[0] for shape in network.shapes} <= set(BATCH_SIZES)
    rows = Counter(dict.fromkeys(network.shapes, 0))
    for count, *shape in network.shapes:
        rows[tuple(shape)] += count
    expected = Counter(
        {(640, 360): (3, 256, 416), (1920, 1080): (3, 256, 416), (360, 640): (3, 416, 256)}.get(
            size, (3, 416, 416)
        )
        for size in sizes
    )
    assert +rows == expected


def test_full_batches_are_used() -> None:
    """Thirteen cameras cost three runs, not thirteen."""
    network = MadeNetwork(its_level)
    Detector(network, floor=0.0).detect([grey(5)] * 13)
    assert [shape[0] for shape in network.shapes] == [8, 4, 1]


def test_warming_up_runs_every_batch_size() -> None:
    """After it no later picture of that shape meets a batch size for the first time."""
    network = MadeNetwork(its_level)
    Detector(network).warm_up(1280, 720)
    assert sorted(network.shapes) == [(count, 3, 256, 416) for count in BATCH_SIZES]


def test_no_pictures_run_nothing() -> None:
    """A quiet moment costs nothing."""
    network = MadeNetwork(its_level)
    assert Detector(network).detect([]) == []
    assert network.inputs == []


def test_overlapping_boxes_of_one_class_become_one() -> None:
    """The surest of them stays."""
    (found,) = found_in_square(
        ((100, 100, 200, 200), (0.6, 0, 0)),
        ((105, 100, 205, 200), (0.9, 0, 0)),
        ((300, 100, 400, 200), (0.5, 0, 0)),
    ).detect([grey(0)])
    assert found.confidence.tolist() == pytest.approx([0.9, 0.5])
    assert found.xyxy[0].tolist() == pytest.approx([105, 100, 205, 200])


def test_boxes_of_different_classes_never_hide_each_other() -> None:
    """A head lies inside a helmet's box, and both are kept for the rules to weigh."""
    same = (100.0, 100.0, 140.0, 140.0)
    (found,) = found_in_square(
        (same, (0, 0.6, 0)), (same, (0, 0, 0.9)), (same, (0.7, 0, 0))
    ).detect([grey(0)])
    assert sorted(found.class_id.tolist()) == [PERSON, BARE, HELMET]


def test_people_close_together_stay_two() -> None:
    """Half-covered boxes are two people."""
    (found,) = found_in_square(
        ((100, 100, 200, 300), (0.8, 0, 0)), ((140, 100, 240, 300), (0.7, 0, 0))
    ).detect([grey(0)])
    assert len(found) == 2


def test_the_best_box_comes_first() -> None:
    """Rows are ordered by confidence, over all classes."""
    (found,) = found_in_square(
        ((0, 0, 10, 10), (0.5, 0, 0)),
        ((100, 0, 110, 10), (0, 0.9, 0)),
        ((200, 0, 210, 10), (0, 0, 0.7)),
    ).detect([grey(0)])
    assert found.confidence.tolist() == pytest.approx([0.9, 0.7, 0.5])
    assert found.class_id.tolist() == [BARE, HELMET, PERSON]


def test_a_candidate_counts_for_its_best_class_only() -> None:
    """Its other scores make no second box."""
    (found,) = found_in_square(((0, 0, 10, 10), (0.4, 0.6, 0.5))).detect([grey(0)])
    assert found.class_id.tolist() == [BARE]
    assert found.confidence.tolist() == pytest.approx([0.6])


def test_the_working_thresholds_are_those_of_the_manifest() -> None:
    """Without a floor each class has its own threshold, and a box at the threshold counts."""
    manifest = replace(MANIFEST, thresholds={"person": 0.5, "head": 0.25, "helmet": 0.75})
    candidates: list[Candidate] = [
        ((0, 0, 10, 10), (0.5, 0, 0)),
        ((50, 0, 60, 10), (0.4375, 0, 0)),
        ((100, 0, 110, 10), (0, 0.25, 0)),
        ((150, 0, 160, 10), (0, 0.1875, 0)),
        ((200, 0, 210, 10), (0, 0, 0.75)),
        ((250, 0, 260, 10), (0, 0, 0.6875)),
    ]
    detector = Detector(MadeNetwork(lambda _: candidates, manifest))
    (found,) = detector.detect([grey(0)])
    assert sorted(found.xyxy[:, 0].tolist()) == [0, 100, 200]


def test_a_floor_replaces_the_thresholds() -> None:
    """The tracker asks for weaker boxes than anybody would show; nothing lies below the floor."""
    candidates: list[Candidate] = [
        ((50 * i, 0, 50 * i + 10, 10), (confidence, 0, 0))
        for i, confidence in enumerate((0.0625, 0.125, 0.25, 0.5))
    ]
    (found,) = found_in_square(*candidates, floor=0.125).detect([grey(0)])
    assert found.confidence.tolist() == pytest.approx([0.5, 0.25, 0.125])


def test_nothing_above_the_floor_is_an_empty_answer() -> None:
    """Every picture gets its answer, also an empty one."""
    found = found_in_square(((0, 0, 10, 10), (0.01, 0, 0))).detect([grey(0), grey(0)])
    assert [len(each) for each in found] == [0, 0]


def test_boxes_are_in_pixels_of_the_picture_and_not_clipped() -> None:
    """A person who leaves the picture keeps the feet outside of it."""
    # 832 x 448 is halved and needs no padding.
    (found,) = found_in_square(((-10, 50, 20, 230), (0.9, 0, 0))).detect([grey(0, 832, 448)])
    assert found.xyxy[0].tolist() == pytest.approx([-20, 100, 40, 460])


def test_a_crowd_is_cut_to_the_surest() -> None:
    """A picture never gives more boxes than the limit."""
    candidates: list[Candidate] = [
        ((12 * (i % 30), 12 * (i // 30), 12 * (i % 30) + 10, 12 * (i // 30) + 10), (c, 0, 0))
        for i, c in enumerate(np.linspace(0.4, 0.9, MAXIMUM_BOXES + 100))
    ]
    (found,) = found_in_square(*candidates).detect([grey(0)])
    assert len(found) == MAXIMUM_BOXES
    assert found.confidence.min() >= 0.4 + 0.5 * 99 / (MAXIMUM_BOXES + 99) - 1e-6


def test_an_answer_survives_the_next_run() -> None:
    """Buffers are used again, answers are not."""
    detector = Detector(MadeNetwork(its_level), floor=0.0)
    (first,) = detector.detect([grey(200)])
    detector.detect([grey(20)])
    assert float(first.confidence[0]) == pytest.approx(200 / 255)


@pytest.fixture(scope="module")
def session() -> Session:
    return Session(SHIPPED, threads=2)


def demo_pictures() -> list[tuple[Image, list[dict[str, object]]]]:
    """Pictures of the rendered site with the people who stand fully in them."""
    found = []
    for path in sorted(DEMO.glob("*.json")):
        truth = json.loads(path.read_text(encoding="utf-8"))
        video = cv2.VideoCapture(str(path.with_suffix(".mp4")))
        for index, people in enumerate(truth["boxes"]):
            taken, image = video.read()
            if taken and index % 20 == 0 and people and min(p["visible"] for p in people) > 0.95:
                found.append((image, people))
        video.release()
    return found


def test_the_shipped_model_finds_the_people_of_the_rendered_site(session: Session) -> None:
    """Nine of ten fully visible people are found, in the place where the scene put them."""
    pictures = demo_pictures()
    assert len(pictures) >= 10, "the rendered site is missing"
    found = Detector(session).detect([image for image, _ in pictures])
    hits = [
        float(iou(np.array([p["xyxy"]]), seen.of_class(PERSON).xyxy).max(initial=0.0)) > 0.6
        for (_, people), seen in zip(pictures, found, strict=True)
        for p in people
    ]
    assert np.mean(hits) >= 0.9


def test_a_batch_finds_what_single_pictures_find(session: Session) -> None:
    """Which cameras happen to share a run changes nothing that matters."""
    pictures = [image for image, _ in demo_pictures()[:5]]
    detector = Detector(session)
    together = detector.detect([*pictures, np.ascontiguousarray(pictures[0][:, :400])])
    for picture, batched in zip(pictures, together, strict=False):
        (single,) = detector.detect([picture])
        assert len(single) == len(batched)
        assert np.allclose(single.xyxy, batched.xyxy, atol=0.5)
        assert np.allclose(single.confidence, batched.confidence, atol=0.01)


def test_the_shipped_model_finds_nothing_in_noise(session: Session) -> None:
    """Grey, black and noise hold nobody."""
    noise = np.random.default_rng(3).integers(0, 256, (540, 960, 3), np.uint8)
    for picture in (grey(0, 960, 540), grey(114, 960, 540), grey(255, 960, 540), noise):
        assert len(Detector(session).detect([picture])[0]) == 0
