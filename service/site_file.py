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
        raise SiteFileError(f"{path} is not YAML: {' '.join(str(error).split())}") from error
    site = Site.from_mapping(data)
    return Site(tuple(_with_absolute_source(camera, path.parent) for camera in site.cameras))


def write_site(site: Site, path: Path) -> None:
    """Writes a site file, readable by its owner only: sources may hold passwords."""
    text = yaml.safe_dump(site.to_mapping(), allow_unicode=True, sort_keys=False)
    path.touch(mode=0o600)
    path.chmod(0o600)
    path.write_text(text, encoding="utf-8")


def _with_absolute_source(camera: CameraConfig, folder: Path) -> CameraConfig:
    beside = folder / camera.source
    if "://" in camera.source or not beside.is_file():
        return camera
    return CameraConfig(camera.id, camera.name, str(beside.absolute()), camera.zones)
