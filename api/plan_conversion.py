"""Floor plans on their way in: converted in a process of its own, then kept as a file."""

import errno
import hashlib
import os
import subprocess
import sys
import threading
from pathlib import Path

from core.errors import DiskFull, EvidenceError, PlanFileError
from hazards.risk.plan_pictures import CPU_S, REFUSED, PlanPicture

FOLDER = "plans"
TIMEOUT_S = 2 * CPU_S
_converting = threading.BoundedSemaphore(1)
"""A conversion may take a core and two gigabytes: one after the other."""


def converted(data: bytes, page: int) -> PlanPicture:
    """Raises PlanFileError where the file cannot be used, or its conversion did not come to an
    end within its time and memory."""
    command = [sys.executable, "-m", "hazards.risk.plan_pictures", str(page)]
    with _converting:
        try:
            done = subprocess.run(
                command, input=data, capture_output=True, timeout=TIMEOUT_S, check=False,
                cwd=Path(__file__).parents[1],
            )  # fmt: skip
        except subprocess.TimeoutExpired as error:
            raise PlanFileError("drawing this plan takes too long: export it simpler") from error
    if done.returncode == REFUSED:
        raise PlanFileError(done.stderr.decode())
    if done.returncode != 0:
        raise PlanFileError("this plan cannot be drawn: export it as a PNG")
    return PlanPicture.of_png(done.stdout)


def store(data_dir: Path, png: bytes) -> tuple[str, str]:
    """Path within the data folder and SHA-256; the same picture is stored once."""
    sha256 = hashlib.sha256(png).hexdigest()
    relative = f"{FOLDER}/{sha256}.png"
    path = data_dir / relative
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(f".{os.getpid()}-{threading.get_ident()}.part")
    try:
        with part.open("wb") as file:
            file.write(png)
            file.flush()
            os.fsync(file.fileno())
        part.rename(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        if error.errno == errno.ENOSPC:
            raise DiskFull("the disk is full: free space and send the plan again") from error
        raise EvidenceError(f"the plan cannot be stored: {error.strerror}") from error
    return relative, sha256
