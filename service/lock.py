"""One process at a time: a lock file that the kernel releases when its holder dies."""

import fcntl
import os
import time
from pathlib import Path

from core.errors import SettingsError


def hold_lock(path: Path, *, wait_s: float, holder: str) -> int:
    """Holds the lock until this process ends; the number is the open file, to be kept.

    wait_s: for an earlier holder that is about to end. Raises SettingsError where it does not.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC)
    deadline = time.monotonic() + wait_s
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                os.close(handle)
                raise SettingsError(
                    f"another {holder} works on {path.parents[1]}: stop it, or set ANYAN_DATA_DIR"
                ) from None
            time.sleep(0.1)
        else:
            return handle
