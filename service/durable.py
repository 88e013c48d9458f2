"""Files that are whole or not there, whoever is killed and however full the disk is."""

import os
from pathlib import Path


def write_durably(path: Path, content: bytes) -> None:
    """Returns when the file is on disk under its name. Raises OSError; then nothing is left of it.

    Written under a temporary name, fsynced, renamed; then the folder is fsynced.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.part")
    try:
        with part.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.rename(path)
    finally:
        part.unlink(missing_ok=True)
    handle = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
