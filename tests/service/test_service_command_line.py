import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
import typer.main
import yaml
from click import Command
from running_command import anyan, json_lines, sentence
from running_service import FPS, PASSWORD, exit_camera, make_exit_video, service_with

from service.cli import DEMO_SITE, app

SECRET = "geheim-cam-1"


@pytest.fixture(scope="module")
def videos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `freed.mp4` (blocked 4 to 9 s of 16), `blocked.mp4` (from 4 s on), a site."""
    folder = tmp_path_factory.mktemp("videos")
    make_exit_video(folder / "freed.mp4", seconds=16, box=(4, 9))
    make_exit_video(folder / "blocked.mp4", seconds=14, box=(4, 99))
    cameras = [exit_camera("hall", "freed.mp4"), exit_camera("yard", "blocked.mp4")]
    (folder / "site.yaml").write_text(yaml.safe_dump({"cameras": cameras}, allow_unicode=True))
    return folder


def _watch(videos: Path, folder: Path, name: str, camera: str, *more: str) -> list[dict]:
    result = anyan(
        "watch", videos / name, "--site", videos / "site.yaml", "--camera", camera,
        "--json", "--fast", *more, folder=folder,
    )  # fmt: skip
    return json_lines(result)


# watch


def test_watch_prints_a_finished_violation_as_a_json_line(videos: Path, tmp_path: Path):
    """Exactly the agreed keys, times in seconds from the first frame, nothing else on stdout."""
    (line,) = _watch(videos, tmp_path, "freed.mp4", "hall")
    assert list(line) == [
        "kind", "camera", "zone", "track_ids", "started_at", "ended_at", "confidence",
    ]  # fmt: skip
    assert (line["kind"], line["camera"]) == ("blocked_exit", "hall")
    assert (line["zone"], line["track_ids"]) == ("hall-exit", [])
    assert 3.5 <= line["started_at"] <= 5.5
    assert 8.0 <= line["ended_at"] <= 11.0
    assert 0.0 < line["confidence"] <= 1.0


def test_a_violation_open_at_the_end_of_the_source_ends_there(videos: Path, tmp_path: Path):
    """It ends with the last frame, and is printed once."""
    (line,) = _watch(videos, tmp_path, "blocked.mp4", "yard")
    assert 3.5 <= line["started_at"] <= 5.5
    assert line["ended_at"] == pytest.approx(14 - 1 / FPS, abs=0.5)


def test_a_fast_watch_is_deterministic(videos: Path, tmp_path: Path):
    """Two runs print the same, bit for bit, also on a video with people."""
    gate = DEMO_SITE.parent / "gate.mp4"
    for source in (videos / "freed.mp4", gate):
        command = ("watch", source, "--site", videos / "site.yaml", "--camera", "hall")
        once, again = (anyan(*command, "--json", "--fast", folder=tmp_path) for _ in range(2))
        assert json_lines(once)
        assert once.stdout == again.stdout


def test_watch_without_json_is_for_people(videos: Path, tmp_path: Path):
    """One readable line per violation."""
    result = anyan(
        "watch", videos / "freed.mp4", "--site", videos / "site.yaml", "--camera", "hall",
        "--fast", folder=tmp_path,
    )  # fmt: skip
    assert result.returncode == 0
    (line,) = result.stdout.splitlines()
    assert "blocked_exit" in line
    assert "hall-exit" in line


def test_watch_without_a_site_judges_helmets_only(videos: Path, tmp_path: Path):
    """No zone was drawn: the blocked passage is nobody's exit."""
    assert (
        json_lines(anyan("watch", videos / "freed.mp4", "--json", "--fast", folder=tmp_path)) == []
    )


def test_watch_at_the_pace_of_the_file_prints_the_same(videos: Path, tmp_path: Path):
    """--fast changes how long it takes, not what is found."""
    result = anyan(
        "watch", videos / "freed.mp4", "--site", videos / "site.yaml", "--camera", "hall",
        "--json", folder=tmp_path,
    )  # fmt: skip
    assert json_lines(result) == _watch(videos, tmp_path, "freed.mp4", "hall")


def test_a_camera_that_the_site_does_not_have_names_the_choices(videos: Path, tmp_path: Path):
    """Somebody who mistyped sees what there is."""
    for given in (["--camera", "hal"], []):
        result = anyan(
            "watch", videos / "freed.mp4", "--site", videos / "site.yaml", *given, folder=tmp_path
        )
        text = sentence(result)
        assert "hall" in text
        assert "yard" in text


def test_watch_says_in_one_sentence_why_a_source_cannot_be_read(tmp_path: Path, videos: Path):
    """Text, nothing, noise, a folder, a missing file, a wrong scheme: exit code 2, empty stdout."""
    (tmp_path / "text.mp4").write_text("this is no video\n" * 100)
    (tmp_path / "empty.mp4").touch()
    (tmp_path / "noise.mp4").write_bytes(np.random.default_rng(1).bytes(50_000))
    whole = (videos / "freed.mp4").read_bytes()
    (tmp_path / "headless.mp4").write_bytes(whole[: len(whole) // 2])  # its index is at the end
    names = ["text.mp4", "empty.mp4", "noise.mp4", "headless.mp4", "missing.mp4", "."]
    for name in [*names, "ftp://camera/1", "rtsp://"]:
        result = anyan("watch", name, "--json", "--fast", folder=tmp_path)
        assert result.stdout == ""
        assert ": " in sentence(result).removeprefix("anyan: "), "no next step"


def test_a_truncated_file_is_judged_as_far_as_it_goes(tmp_path: Path, videos: Path):
    """A fragmented recording of a camera that lost its power still shows what happened."""
    cut = tmp_path / "cut.mp4"
    with av.open(str(videos / "blocked.mp4")) as source:
        options = {"movflags": "frag_keyframe+empty_moov"}
        with av.open(str(cut), "w", format="mp4", options=options) as target:
            stream = target.add_stream_from_template(source.streams.video[0])
            for packet in source.demux(video=0):
                if packet.dts is not None:
                    packet.stream = stream
                    target.mux(packet)
    data = cut.read_bytes()
    cut.write_bytes(data[: len(data) * 8 // 10])
    result = anyan(
        "watch", cut, "--site", videos / "site.yaml", "--camera", "yard", "--json", "--fast",
        folder=tmp_path,
    )  # fmt: skip
    (line,) = json_lines(result)
    assert line["kind"] == "blocked_exit"
    assert "Traceback" not in result.stderr


def test_a_live_source_that_is_away_is_told_without_its_password_and_tried_again(tmp_path: Path):
    """On standard error, since standard output is for violations; Ctrl-C ends it quietly."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with subprocess.Popen(
        [sys.executable, "-m", "service", "watch", f"rtsp://admin:{SECRET}@127.0.0.1:{port}/1"],
        env={**os.environ, "ANYAN_DATA_DIR": str(tmp_path)},
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr
        seen = ""
        while "stalled" not in seen:
            line = process.stderr.readline()
            assert line, seen
            seen += line
        process.send_signal(signal.SIGINT)
        out, rest = process.communicate(timeout=60)
    assert out == ""
    assert SECRET not in seen + rest
    assert "Traceback" not in seen + rest
    assert "check host name" in seen


# detect


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two pictures of the demo site with people, one of them two folders down, and a text file."""
    folder = tmp_path_factory.mktemp("pictures")
    deep = folder / "一" / "b"
    deep.mkdir(parents=True)
    with av.open(str(DEMO_SITE.parent / "gate.mp4")) as container:
        frames = [f for i, f in enumerate(container.decode(video=0)) if i in {60, 240}]
    cv2.imwrite(str(folder / "a.png"), frames[0].to_ndarray(format="bgr24"))
    cv2.imwrite(str(deep / "c.JPG"), frames[1].to_ndarray(format="bgr24"))
    (folder / "notes.txt").write_text("no picture")
    return folder


def test_detect_prints_a_json_line_per_picture(pictures: Path, tmp_path: Path):
    """Folders with everything below them, other files left out, boxes in pixels, surest first."""
    lines = json_lines(anyan("detect", pictures, "--json", folder=tmp_path))
    assert [Path(line["image"]).name for line in lines] == ["a.png", "c.JPG"]
    for line in lines:
        assert list(line) == ["image", "width", "height", "detections"]
        assert (line["width"], line["height"]) == (960, 540)
        assert line["detections"]
        scores = [d["confidence"] for d in line["detections"]]
        assert scores == sorted(scores, reverse=True)
        assert min(scores) >= 0.35  # the working threshold of the manifest
        for found in line["detections"]:
            assert list(found) == ["class", "confidence", "xyxy"]
            assert found["class"] in {"person", "head", "helmet"}
            x1, y1, x2, y2 = found["xyxy"]
            assert x1 < x2
            assert y1 < y2
    assert "person" in {d["class"] for line in lines for d in line["detections"]}


def test_a_lower_threshold_shows_more(pictures: Path, tmp_path: Path):
    """From 0.001 on; nothing below the threshold is shown, and what is surer stays."""
    few, more = (
        json_lines(
            anyan("detect", pictures / "a.png", "--json", "--threshold", t, folder=tmp_path)
        )[0]["detections"]
        for t in (0.6, 0.001)
    )
    assert len(few) < len(more)
    assert all(d["confidence"] >= 0.6 for d in few)
    assert min(d["confidence"] for d in more) < 0.05
    for line in (few, more):
        assert any(d["class"] == "person" for d in line)


@pytest.mark.parametrize("threshold", ["0", "0.0009", "1.01", "-1", "nan", "much"])
def test_a_threshold_outside_its_range_is_refused(pictures: Path, tmp_path: Path, threshold: str):
    """Exit code 2 with the range, and no picture is judged."""
    result = anyan("detect", pictures, "--json", "--threshold", threshold, folder=tmp_path)
    assert result.returncode == 2
    assert "threshold" in result.stderr
    assert "Traceback" not in result.stderr
    assert result.stdout == ""


def test_a_picture_that_cannot_be_read_does_not_stop_the_others(pictures: Path, tmp_path: Path):
    """Its name on standard error, exit code 1, the rest printed."""
    bad = tmp_path / "bad.jpg"
    bad.write_text("no picture")
    (tmp_path / "empty.png").touch()
    result = anyan(
        "detect", bad, tmp_path / "empty.png", pictures / "a.png", "--json", folder=tmp_path
    )
    assert result.returncode == 1
    assert len(result.stdout.splitlines()) == 1
    told = [line for line in result.stderr.splitlines() if "not a picture" in line]
    assert len(told) == 2
    assert "Traceback" not in result.stderr


def test_pictures_of_odd_shapes_are_judged(tmp_path: Path):
    """One pixel, a stripe, grey, with transparency, sixteen bits."""
    shapes = {"one": (1, 1, 3), "stripe": (1, 3000, 3), "tall": (3000, 1, 3), "alpha": (40, 40, 4)}
    for name, shape in shapes.items():
        cv2.imwrite(str(tmp_path / f"{name}.png"), np.zeros(shape, np.uint8))
    cv2.imwrite(str(tmp_path / "grey.png"), np.zeros((50, 60), np.uint8))
    cv2.imwrite(str(tmp_path / "deep.png"), np.zeros((50, 60, 3), np.uint16))
    lines = json_lines(anyan("detect", tmp_path, "--json", "--threshold", 0.5, folder=tmp_path))
    assert len(lines) == 6


def test_a_folder_without_pictures_and_a_path_that_is_not_there_are_said(tmp_path: Path):
    """Silence would look like a day without findings."""
    (tmp_path / "empty").mkdir()
    assert "no pictures" in sentence(anyan("detect", "empty", "--json", folder=tmp_path))
    assert "not there" in sentence(anyan("detect", "nowhere", "--json", folder=tmp_path))


# The rest.


def test_a_password_that_was_lost_is_replaced(tmp_path: Path):
    """The new one is printed once and works; the old one and the sessions of before do not."""
    with service_with(tmp_path, []) as service:
        service.begin()
        done = anyan("reset-password", folder=tmp_path)  # while the service runs
        assert done.returncode == 0, done.stderr
        new = done.stdout.split()[-1]
        assert service.client.get("/api/v1/session").status_code == 401
        for password, status in ((PASSWORD, 401), (new, 200)):
            answer = service.client.post(
                "/api/v1/session", json={"username": "admin", "password": password}
            )
            assert answer.status_code == status
        assert new not in service.log.read_text()
    assert "nobody" in sentence(anyan("reset-password", "nobody", folder=tmp_path))


def test_doctor_says_what_works(tmp_path: Path):
    """Every line a finding, ending with how many cameras fit."""
    result = anyan("doctor", folder=tmp_path)
    assert result.returncode == 0, result.stderr
    for word in ("processors", "decoders", "H.264", "database", "model", "cameras that fit"):
        assert word in result.stdout
    assert "does not work" not in result.stdout


def test_doctor_goes_on_where_something_does_not_work(tmp_path: Path):
    """That is what it is for."""
    (tmp_path / "file").touch()
    url = f"postgresql+psycopg://u:{SECRET}@127.0.0.1:9/x"
    result = anyan(
        "doctor", folder=tmp_path, ANYAN_DATA_DIR="file", ANYAN_DATABASE_URL=url,
        ANYAN_MODEL="no.json",
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    assert result.stdout.count("does not work") == 2
    assert "no.json" in result.stdout
    assert SECRET not in result.stdout + result.stderr
    assert "Traceback" not in result.stderr


def _commands(command: Command, words: list[str]) -> Iterator[list[str]]:
    """The words of a command and of all commands in it."""
    yield words
    for word, inner in getattr(command, "commands", {}).items():
        yield from _commands(inner, [*words, word])


COMMANDS = list(_commands(typer.main.get_command(app), []))


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_explains_itself(tmp_path: Path, command: list[str]):
    """--help works everywhere, on a machine without data, and starts nothing."""
    result = anyan(*command, "--help", folder=tmp_path)
    assert result.returncode == 0, result.stderr
    assert "Usage" in result.stdout
    assert len(result.stdout.splitlines()) > 3
    assert not (tmp_path / "data").exists()


def test_no_command_is_left_out():
    """The list comes from the command line itself."""
    assert len(COMMANDS) > 20
    assert ["ledger", "verify"] in COMMANDS


def test_standard_output_that_is_closed_is_no_mistake(pictures: Path, tmp_path: Path):
    """`anyan … | head` ends without a word on standard error."""
    command = f"{sys.executable} -m service detect {pictures} --json | true"
    result = subprocess.run(
        command, shell=True, capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert result.stderr == ""
