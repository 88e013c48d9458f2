"""What a person decides about the picture of a free exit. Every decision is in the audit trail."""

from pathlib import Path

from sqlalchemy.orm import Session

from core.errors import EvidenceError, NotFound, ZoneError
from core.frame import same_shape
from hazards.audit.trail import note
from hazards.references.pictures import ReferencePicture, ReferenceState, folder_of, pictures_of

SUBJECT = "exit_references"


def approve(
    session: Session, data_dir: Path, camera_id: str, zone_id: str, name: str,
    *, camera_size: tuple[int, int],
) -> None:  # fmt: skip
    """The rule relies on a proposed picture from now on.

    camera_size: width and height of what the camera shows now, pixels; where it is 0, 0 the newest
    picture of the exit stands for it. Raises NotFound, ZoneError for a picture of another shape,
    EvidenceError.
    """
    picture = _find(data_dir, camera_id, zone_id, name, ReferenceState.PROPOSED)
    if camera_size == (0, 0):
        both = (ReferenceState.PROPOSED, ReferenceState.APPROVED)
        newest = max(pictures_of(data_dir, camera_id, zone_id, *both), key=lambda p: p.name)
        camera_size = newest.size
    size = picture.size
    if size == (0, 0):
        raise ZoneError("this picture is damaged: reject it, and take another one")
    if not same_shape(size, camera_size):
        raise ZoneError(
            f"this picture has {size[0]}x{size[1]} pixels, the camera shows {camera_size[0]}x"
            f"{camera_size[1]} now: reject it, and take another one"
        )
    _move(session, data_dir, picture, ReferenceState.APPROVED)


def retire(session: Session, data_dir: Path, camera_id: str, zone_id: str, name: str) -> None:
    """The rule relies on an approved picture no more; the file is kept. Raises NotFound,
    EvidenceError."""
    picture = _find(data_dir, camera_id, zone_id, name, ReferenceState.APPROVED)
    _move(session, data_dir, picture, ReferenceState.RETIRED)


def reject(session: Session, data_dir: Path, camera_id: str, zone_id: str, name: str) -> None:
    """A proposed picture is deleted. Raises NotFound, EvidenceError."""
    picture = _find(data_dir, camera_id, zone_id, name, ReferenceState.PROPOSED)
    note(session, "delete", SUBJECT, _id_of(picture), {})
    try:
        picture.path.unlink()
    except OSError as error:
        raise _refused(error) from error


def _move(
    session: Session, data_dir: Path, picture: ReferencePicture, state: ReferenceState
) -> None:
    note(session, "update", SUBJECT, _id_of(picture), {"state": str(state)})
    folder = folder_of(data_dir, picture.camera_id, picture.zone_id, state)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        picture.path.rename(folder / picture.path.name)
    except OSError as error:
        raise _refused(error) from error


def _find(
    data_dir: Path, camera_id: str, zone_id: str, name: str, state: ReferenceState
) -> ReferencePicture:
    found = pictures_of(data_dir, camera_id, zone_id, state)
    for picture in found:
        if picture.name == name:
            return picture
    names = ", ".join(picture.name for picture in found) or "none yet"
    raise NotFound(f"exit '{zone_id}' has no such picture that is {state}: choose one of {names}")


def _id_of(picture: ReferencePicture) -> str:
    return f"{picture.camera_id}/{picture.zone_id}/{picture.name}"


def _refused(error: OSError) -> EvidenceError:
    return EvidenceError(f"the picture cannot be moved ({error.strerror}): see to the data folder")
