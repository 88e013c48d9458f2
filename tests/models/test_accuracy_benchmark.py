"""`make bench-accuracy`: figures and times of the shipped models, with what they were taken on."""

import re
import subprocess
import sys
from pathlib import Path

from made_sets import labelled
from made_versions import SHIPPED, write_version

from core.dataset import Split

ROOT = Path(__file__).parents[2]


def run(data: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "benchmarks.accuracy", "--data", str(data), "--rounds", "2"],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
    )


def test_every_shipped_model_is_measured_and_timed(tmp_path: Path) -> None:
    """A column and a line each; a model in FP32 takes as long as itself."""
    picture = labelled([(1, (10, 10, 40, 50))], split=Split.TEST)
    data_set = write_version(tmp_path / "set", [picture])
    result = run(data_set.folder)
    assert result.returncode == 0, result.stderr
    names = sorted(path.stem for path in SHIPPED.parent.glob("*.json"))
    lines = result.stdout.splitlines()
    assert lines[1].split() == names
    assert f"fingerprint of the data: {data_set.fingerprint}" in lines
    for name in names:
        (line,) = [line for line in lines if line.startswith(f"{name} ")]
        assert re.search(r" [0-9a-f]{12} +\d+x\d+ +\d+\.\d +\d+\.\d\d$", line)
        if not name.endswith(("-fp16", "-int8")):
            assert line.endswith(" 1.00")


def test_without_a_version_the_benchmark_says_how_to_make_one(tmp_path: Path) -> None:
    """The command, and no traceback; the same for a folder that is no version."""
    result = run(tmp_path / "sets" / "ppe-1")
    assert result.returncode == 2
    assert "is not there: make a version with `anyan dataset build annotation/" in result.stderr
    (tmp_path / "empty").mkdir()
    result = run(tmp_path / "empty")
    assert result.returncode == 2
    assert "is no data set version" in result.stderr
    assert "Traceback" not in result.stderr
