"""Photos that people send: checked, cleaned, written under the data folder, recorded once."""

import errno
import hashlib
import io
import warnings
from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageOps, UnidentifiedImageError
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import Conflict, DiskFull, EvidenceError, NotFound, PhotoError
from hazards.evidence.tables import PhotoRow
from hazards.ids import new_id

LARGEST_BYTES = 20 * 2**20
LARGEST_PIXELS = 50_000_000
"""Today's phones send 12 to 50 million."""
SMALLEST_SIDE = 16
LONGEST_SIDE = 2048
"""Pixels of the stored photo; larger ones are made smaller."""
QUALITY = 85
FORMATS = ("JPEG", "PNG", "WEBP")
FOLDER = "photos"


def clean(data: bytes) -> bytes:
    """The picture as a JPEG of its own: upright, at most LONGEST_SIDE, without any metadata.

    Raises PhotoError for what is no JPEG, PNG or WebP, is damaged, or is too large to unpack.
    """
    if len(data) > LARGEST_BYTES:
        raise PhotoError(f"the photo is larger than {LARGEST_BYTES >> 20} MB: send a smaller one")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            opened = Image.open(io.BytesIO(data), formats=FORMATS)
            # The header alone says how large it is: nothing is unpacked before.
            _check_size(opened.width, opened.height)
            opened.load()
            upright = ImageOps.exif_transpose(opened)
    except Image.DecompressionBombError as error:
        raise _too_large() from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise PhotoError(
            "this is no JPEG, PNG or WebP photo, or it is damaged: take it again"
        ) from error
    picture = upright.convert("RGB")
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    # A picture of its own has nothing of the sender's file: no place, no camera, no comment.
    bare = Image.frombytes("RGB", picture.size, picture.tobytes())
    file = io.BytesIO()
    bare.save(file, "JPEG", quality=QUALITY, optimize=True)
    return file.getvalue()


def keep_photo(session: Session, data_dir: Path, jpeg: bytes, *, by: str, now: float) -> PhotoRow:
    """Writes a cleaned photo and its record. by: an actor. Raises DiskFull, EvidenceError.

    A file whose record is not committed is left over and harms nothing: its name is random.
    """
    photo_id = new_id()
    relative = f"{FOLDER}/{photo_id[:2]}/{photo_id}.jpg"
    path = data_dir / relative
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(jpeg)
    except OSError as error:
        path.unlink(missing_ok=True)
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise DiskFull("the disk is full: the photo was not kept") from error
        raise EvidenceError(f"the photo cannot be written: {error.strerror}") from error
    row = PhotoRow(
        id=photo_id,
        path=relative,
        sha256=hashlib.sha256(jpeg).hexdigest(),
        size=len(jpeg),
        mime="image/jpeg",
        sent_by=by,
        sent_at=now,
    )
    session.add(row)
    session.flush()
    return row


def place_photos(
    session: Session, ids: Sequence[str], *, by: str, hazard_id: str | None = None,
    ticket_id: str | None = None,
) -> None:  # fmt: skip
    """Says what photos show: the hazard, or a step of the ticket. by: the actor who sent them.

    Raises NotFound where one of them was not sent by this actor, Conflict where it shows something
    else: an old photo proves nothing new.
    """
    if not ids:
        return
    chosen = select(PhotoRow).where(PhotoRow.id.in_(ids), PhotoRow.sent_by == by)
    rows = {row.id: row for row in session.scalars(chosen.with_for_update())}
    for photo_id in ids:
        row = rows.get(photo_id)
        if row is None:
            raise NotFound(f"there is no photo '{photo_id}' of yours: send it first")
        if (row.hazard_id, row.ticket_id) not in {(None, None), (hazard_id, ticket_id)}:
            raise Conflict("this photo belongs to another hazard or ticket: take a new one")
        row.hazard_id, row.ticket_id = hazard_id, ticket_id


def photo(session: Session, id: str) -> PhotoRow:
    """One photo. Raises NotFound."""
    row = session.get(PhotoRow, id)
    if row is None:
        raise NotFound(f"there is no photo '{id}'")
    return row


def _check_size(width: int, height: int) -> None:
    if width * height > LARGEST_PIXELS:
        raise _too_large()
    if min(width, height) < SMALLEST_SIDE:
        raise PhotoError(f"the photo is smaller than {SMALLEST_SIDE} pixels: take it again")


def _too_large() -> PhotoError:
    millions = LARGEST_PIXELS // 1_000_000
    return PhotoError(f"the photo has more than {millions} million pixels: send a smaller one")
