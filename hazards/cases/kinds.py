"""Words of hazards."""

from enum import StrEnum


class Source(StrEnum):
    """Where a hazard comes from."""

    CAMERA = "camera"
    REPORT = "report"
    INSPECTION = "inspection"
    SENSOR = "sensor"


class HazardKind(StrEnum):
    """What was seen. The first ones are those of core.violation.ViolationKind."""

    MISSING_HELMET = "missing_helmet"
    RESTRICTED_ZONE = "restricted_zone"
    BLOCKED_EXIT = "blocked_exit"
    CAMERA_TAMPER = "camera_tamper"
    UNSAFE_ACT = "unsafe_act"
    UNSAFE_CONDITION = "unsafe_condition"
    GAS = "gas"
    VIBRATION = "vibration"
    DOOR_CONTACT = "door_contact"
    OTHER = "other"


class Verdict(StrEnum):
    """What a person says about a hazard."""

    CONFIRMED = "confirmed"
    DISMISSED = "dismissed"


class Dismissal(StrEnum):
    """Why it is none."""

    NOT_A_PERSON = "not_a_person"
    HELMET_WORN = "helmet_worn"
    PERMITTED = "permitted"
    CAMERA_FAULT = "camera_fault"
    DUPLICATE = "duplicate"
    OTHER = "other"


class SubjectKind(StrEnum):
    """Whom a hazard is about, as a person said."""

    PERSON = "person"
    TEAM = "team"
    CONTRACTOR = "contractor"
