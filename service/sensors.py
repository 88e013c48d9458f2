"""Alarms of sensors, by MQTT: gas, vibration, door contact.

A message is acknowledged after it is safe in the spool, so the broker keeps what this service could
not take yet. What is no alarm is acknowledged too, and counted: it would come again for ever.
"""

import math
import ssl
import time
from collections import deque
from collections.abc import Callable
from threading import Lock
from typing import Annotated
from urllib.parse import unquote, urlsplit

import structlog
from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from core.errors import SettingsError
from core.sensor import SensorAlarm, SensorKind

log = structlog.get_logger(__name__)

CLIENT_ID = "anyan"
LONGEST_BYTES = 64 * 1024
LONGEST = 1000
"""Alarms in memory while the disk takes none; most brokers send far fewer without a receipt."""
AHEAD_S = 3600.0
"""A sensor's clock that runs further ahead than this is wrong: the time of arrival counts."""
PORTS = {"mqtt": 1883, "mqtts": 8883}

_Short = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[^\x00-\x1f]+$")]


class SensorMessage(BaseModel):
    """The JSON object of a message; docs/operations.md describes it.

    id: of this alarm, unique for the sensor. at: UTC seconds, the arrival without it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: _Short
    sensor: _Short
    kind: SensorKind
    at: Annotated[float, Field(gt=0)] | None = None
    risk_unit_id: Annotated[str, Field(max_length=64)] = ""
    value: float | None = None
    limit: float | None = None
    unit: Annotated[str, Field(max_length=32)] = ""
    description: Annotated[str, Field(max_length=500)] = ""

    def alarm(self, now: float) -> SensorAlarm:
        """now: UTC seconds of the arrival."""
        late = self.at is None or not math.isfinite(self.at) or self.at > now + AHEAD_S
        return SensorAlarm(
            id=self.id,
            sensor=self.sensor,
            kind=self.kind,
            at=now if late or self.at is None else self.at,
            risk_unit_id=self.risk_unit_id,
            description=self._text(),
        )

    def _text(self) -> str:
        measured = ""
        if self.value is not None and math.isfinite(self.value):
            measured = f"{self.value:g} {self.unit}".strip()
            if self.limit is not None and math.isfinite(self.limit):
                measured += f" > {self.limit:g}" if self.value > self.limit else (
                    f" < {self.limit:g}"
                )  # fmt: skip
        parts = [self.sensor, measured, self.description.strip()]
        return " · ".join(part for part in parts if part).replace("\x00", "")


def read_message(payload: bytes, now: float) -> SensorAlarm:
    """Raises ValueError for anything but the documented JSON."""
    if len(payload) > LONGEST_BYTES:
        raise ValueError(f"{len(payload)} bytes are too many for an alarm")
    try:
        return SensorMessage.model_validate_json(payload).alarm(now)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise ValueError(f"{place}: {first['msg']}" if place else first["msg"]) from None


class Sensors:
    """The connection to the broker; paho's thread comes back by itself when the broker was away.

    put: makes an alarm safe on disk; raises OSError where it cannot. away: why no alarm can come
    now, empty where all is well. refused: messages that were no alarms.
    """

    def __init__(self, url: str, topic: str, put: Callable[[SensorAlarm], None]) -> None:
        """url: `mqtt://user:password@host:1883`, `mqtts://` with TLS. Raises SettingsError."""
        self.away = "the broker of the sensors is not connected yet"
        self.refused = 0
        self._unkept: deque[tuple[SensorAlarm, tuple[int, int] | None]] = deque(maxlen=LONGEST)
        self._lock = Lock()
        self._topic = topic
        self._put = put
        try:
            address = urlsplit(url)
            port = address.port
        except ValueError:
            address, port = None, None
        if address is None or address.scheme not in PORTS or not address.hostname:
            raise SettingsError(
                "ANYAN_MQTT_URL cannot be read: write mqtt://user:password@host:1883"
            )
        self._place = address.hostname, port or PORTS[address.scheme]
        # A session that outlives the connection: the broker keeps what comes meanwhile.
        self._client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=CLIENT_ID,
            clean_session=False,
            manual_ack=True,
            reconnect_on_failure=True,
        )
        self._client.reconnect_delay_set(min_delay=1, max_delay=60)
        if address.username:
            self._client.username_pw_set(unquote(address.username), unquote(address.password or ""))
        if address.scheme == "mqtts":
            self._client.tls_set_context(ssl.create_default_context())
        self._client.on_connect = self._on_connect
        self._client.on_disconnect = self._on_disconnect
        self._client.on_message = self._on_message

    def start(self) -> None:
        """Connects, now or as soon as there is a broker."""
        self._client.connect_async(*self._place, keepalive=30)
        self._client.loop_start()

    def stop(self) -> None:
        """Ends the connection; the broker keeps what comes until the next start."""
        self._client.disconnect()
        self._client.loop_stop()

    def retry(self) -> None:
        """Puts what the disk has refused so far; call it now and then."""
        with self._lock:
            while self._unkept:
                alarm, receipt = self._unkept[0]
                try:
                    self._put(alarm)
                except OSError as error:
                    log.error("sensor_alarm_not_kept", reason=error.strerror)
                    return
                self._unkept.popleft()
                if receipt is not None:
                    self._client.ack(*receipt)

    def _on_connect(
        self, client: Client, _data: object, _flags: ConnectFlags, reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:  # fmt: skip
        if reason.is_failure:
            self.away = f"the broker of the sensors refuses: {reason}"
            log.warning("sensors_refused", reason=str(reason))
            return
        client.subscribe(self._topic, qos=1)
        self.away = ""
        log.info("sensors_connected", host=self._place[0])

    def _on_disconnect(
        self, _client: Client, _data: object, _flags: DisconnectFlags, reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:  # fmt: skip
        if reason.is_failure:
            log.warning("sensors_away", reason=str(reason))
        with self._lock:
            # Numbers of messages begin anew with the next connection: these receipts are void.
            self._unkept = deque(((alarm, None) for alarm, _ in self._unkept), maxlen=LONGEST)
        self.away = "the broker of the sensors is away: start it, Anyan connects by itself"

    def _on_message(self, client: Client, _data: object, message: MQTTMessage) -> None:
        try:
            alarm = read_message(bytes(message.payload), time.time())
        except ValueError as error:
            self.refused += 1
            log.warning("sensor_message_refused", topic=message.topic, reason=str(error)[:200])
            client.ack(message.mid, message.qos)
            return
        with self._lock:
            self._unkept.append((alarm, (message.mid, message.qos)))
        self.retry()
