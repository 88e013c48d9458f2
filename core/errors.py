"""Every error that Anyan raises on purpose.

    AnyanError
    ├── SourceError              a camera or file cannot be read
    │   ├── SourceUnavailable    wrong address, connection refused, no such file or device
    │   ├── LoginRefused         the camera wants another user name or password
    │   ├── NotVideo             what answers is not video, or is damaged beyond reading
    │   ├── StreamStalled        connected, but no packet came in time
    │   └── PictureFrozen        packets come, but the picture no longer changes
    ├── ModelError               a model file cannot be used
    │   ├── ManifestMismatch     the file is not the one that its manifest describes
    │   └── TrainingFailed       a training cannot begin, or ended early
    ├── DataSetError             a set of pictures cannot be used, with the file and line
    ├── ZoneError                a polygon or schedule that cannot be judged
    ├── SiteFileError            a mistake in a site file, with its place
    ├── SettingsError            a setting that cannot be used
    ├── EvidenceError            a clip or picture cannot be written
    │   └── DiskFull             no room left under the data folder
    ├── DatabaseAway             the database does not answer now: nothing was written, try again
    └── DomainError              a request that the records do not allow
        ├── NotFound
        ├── Conflict
        │   ├── WrongTransition  a ticket or appeal does not stand where this step begins
        │   ├── MonthClosed      nothing is booked into a closed month
        │   ├── NotEnough        points or stock do not suffice
        │   ├── TooLate          the time for this is over
        │   └── KeyReused        an idempotency key that came with another request
        ├── SheetRefused         an Excel file with mistakes: nothing of it was taken
        ├── Incomplete           a step that needs a reason, a photo or more fields
        ├── PhotoError           what was sent is no photo, or is too large
        ├── Forbidden            signed in, but not allowed
        ├── NotSignedIn
        └── WrongLogin           user name or password; which one is not said

Each class has a stable `code`, which the pages translate; the message is English, says what to do
next, and never holds a credential.
"""


class AnyanError(Exception):
    """Root of the tree. The message is shown to users: one sentence, with the next step."""

    code = "error"

    @property
    def message(self) -> str:
        """The sentence for the user."""
        return str(self)


class SourceError(AnyanError):
    """A camera or file cannot be read."""

    code = "source_error"


class SourceUnavailable(SourceError):
    """Wrong address, connection refused, no such file or device."""

    code = "source_unavailable"


class LoginRefused(SourceError):
    """The camera wants another user name or password."""

    code = "login_refused"


class NotVideo(SourceError):
    """What answers is not video, or is damaged beyond reading."""

    code = "not_video"


class StreamStalled(SourceError):
    """Connected, but no packet came in time."""

    code = "stream_stalled"


class PictureFrozen(SourceError):
    """Packets come, but the picture no longer changes."""

    code = "picture_frozen"


class ModelError(AnyanError):
    """A model file cannot be used."""

    code = "model_error"


class ManifestMismatch(ModelError):
    """The model file is not the one that its manifest describes."""

    code = "manifest_mismatch"


class TrainingFailed(ModelError):
    """A training cannot begin, or ended before its last epoch."""

    code = "training_failed"


class DataSetError(AnyanError):
    """A set of pictures cannot be used; the message names the file and the line."""

    code = "data_set_error"


class ZoneError(AnyanError):
    """A polygon or schedule that cannot be judged."""

    code = "zone_error"


class SiteFileError(AnyanError):
    """A mistake in a site file; the message begins with its place: `cameras[0].zones[1]`."""

    code = "site_file_error"


class SettingsError(AnyanError):
    """A setting that cannot be used."""

    code = "settings_error"


class EvidenceError(AnyanError):
    """A clip or picture cannot be written."""

    code = "evidence_error"


class DiskFull(EvidenceError):
    """No room left under the data folder."""

    code = "disk_full"


class DatabaseAway(AnyanError):
    """The database does not answer now. Nothing was written: try again later."""

    code = "database_away"


class DomainError(AnyanError):
    """A request that the records do not allow."""

    code = "domain_error"


class NotFound(DomainError):
    """No such record."""

    code = "not_found"


class Conflict(DomainError):
    """The record exists already, or changed in the meantime."""

    code = "conflict"


class WrongTransition(Conflict):
    """A ticket, verdict or appeal does not stand where this step begins."""

    code = "wrong_transition"


class MonthClosed(Conflict):
    """Nothing is booked into a closed month; reversals are."""

    code = "month_closed"


class NotEnough(Conflict):
    """Points or stock do not suffice."""

    code = "not_enough"


class TooLate(Conflict):
    """The time for this is over."""

    code = "too_late"


class KeyReused(Conflict):
    """The idempotency key came with another request before."""

    code = "key_reused"


class SheetRefused(DomainError):
    """An Excel file with mistakes: nothing of it was taken.

    mistakes: (place, sentence); a place is `row 7, name`, or `file`.
    """

    code = "sheet_refused"

    def __init__(self, mistakes: list[tuple[str, str]]) -> None:
        count = len(mistakes)
        super().__init__(
            f"the file has {count} mistake{'s' if count > 1 else ''}, and nothing of it was taken: "
            "correct them and send it again"
        )
        self.mistakes = mistakes


class Incomplete(DomainError):
    """The step needs a reason, a photo or more fields; the message names them."""

    code = "incomplete"


class PhotoError(DomainError):
    """What was sent is no photo that can be kept."""

    code = "photo_error"


class Forbidden(DomainError):
    """The user is known, but may not do this here."""

    code = "forbidden"


class NotSignedIn(DomainError):
    """The request needs a signed-in user."""

    code = "not_signed_in"


class WrongLogin(DomainError):
    """User name or password is wrong; which one is not said."""

    code = "wrong_login"
