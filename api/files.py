"""Files of the data folder on their way out."""

from pathlib import Path

import structlog

from core.errors import NotFound

log = structlog.get_logger()


def inside(data_dir: Path, relative: str) -> Path:
    """The file, which must lie in the data folder. Raises NotFound."""
    root = data_dir.resolve()
    path = (root / relative).resolve()
    if relative and not path.is_relative_to(root):
        log.error("file outside the data folder refused", path=relative)
    elif relative and path.is_file():
        return path
    raise NotFound("the file of this evidence is not there")
