import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

Result = subprocess.CompletedProcess[str]


def anyan(*arguments: object, folder: Path, **environment: str) -> Result:
    """Runs a command to its end, with a data folder of its own and no setting of this machine."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith("ANYAN_")}
    return subprocess.run(
        [sys.executable, "-m", "service", *map(str, arguments)],
        env={**clean, "ANYAN_DATA_DIR": str(folder / "data"), **environment},
        cwd=folder,
        check=False,
        capture_output=True,
        text=True,
        timeout=300,
    )


def json_lines(result: Result) -> list[dict[str, Any]]:
    """What a command printed with --json, after it went well."""
    assert result.returncode == 0, result.stderr
    return [json.loads(line) for line in result.stdout.splitlines()]


def sentence(result: Result) -> str:
    """The one sentence of a command that could not do what was asked: exit code 2, no traceback."""
    assert result.returncode == 2, (result.returncode, result.stderr)
    assert "Traceback" not in result.stderr
    lines = result.stderr.splitlines()
    assert len(lines) == 1, lines
    assert lines[0].startswith("anyan: ")
    return lines[0]
