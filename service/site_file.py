"""Site files: the cameras and zones of a site as YAML, to be read and written by people."""

from pathlib import Path

import yaml

from core.errors import SiteFileError
from core.site import CameraConfig, Site


def read_site(path: Path) -> Site:
    """Reads a site file; relative file sources are meant from its folder.

    Raises SiteFileError with the place of the mistake.
    """
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SiteFileError(f"{path}: {error.strerror}: give the path of a site file") from error
    except UnicodeDecodeError as error:
        raise SiteFileError(f"{path} is not UTF-8 text: save it as UTF-8") from error
    except yaml.YAMLError as error:
        raise SiteFileError(f"{path} is not YAML: {_mistake(error)}") from None
    site = Site.from_mapping(data)
    return Site(tuple(_with_absolute_source(camera, path.parent) for camera in site.cameras))


def write_site(site: Site, path: Path) -> None:
    """Writes a site file, readable by its owner only: sources may hold passwords.

    Raises SiteFileError where it cannot be written.
    """
    text = yaml.safe_dump(site.to_mapping(), allow_unicode=True, sort_keys=False)
    try:
        path.touch(mode=0o600)
        path.chmod(0o600)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise SiteFileError(
            f"{path} cannot be written ({error.strerror}): name a file in another folder"
        ) from error


def _mistake(error: yaml.YAMLError) -> str:
    """What and where, without the line itself: it may hold the password of a source."""
    if not isinstance(error, yaml.MarkedYAMLError) or error.problem_mark is None:
        return " ".join(str(error).split())
    mark = error.problem_mark
    return f"line {mark.line + 1}, column {mark.column + 1}: {error.problem}"


def _with_absolute_source(camera: CameraConfig, folder: Path) -> CameraConfig:
    beside = folder / camera.source
    if "://" in camera.source or not beside.is_file():
        return camera
    return CameraConfig(camera.id, camera.name, str(beside.absolute()), camera.zones)
