"""What a sensor reports: the one message that Anyan reads."""

from dataclasses import dataclass
from enum import StrEnum


class SensorKind(StrEnum):
    """What it measures."""

    GAS = "gas"
    VIBRATION = "vibration"
    DOOR_CONTACT = "door_contact"


@dataclass(frozen=True, slots=True)
class SensorAlarm:
    """One alarm of one sensor.

    id: unique for the sensor; the same one again is the same alarm. at: UTC seconds.
    risk_unit_id: where it stands, empty where nobody said. description: for people.
    """

    id: str
    sensor: str
    kind: SensorKind
    at: float
    risk_unit_id: str
    description: str
