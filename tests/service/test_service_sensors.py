import json
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion
from running_service import wait_for

from core.errors import SettingsError
from core.sensor import SensorAlarm, SensorKind
from service.sensors import Sensors, read_message
from service.spool import Spool

NOW = 1_700_000_000.0
GAS = {
    "id": "2026-11-24/17", "sensor": "gas-3", "kind": "gas", "at": NOW, "risk_unit_id": "hall",
    "value": 12.5, "limit": 10, "unit": "%LEL", "description": "储罐区",
}  # fmt: skip
TOPIC = "anyan/sensors/gas-3"


class Broker:
    """A real MQTT broker on loopback, as a process that can be killed and started again."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self._config = folder / "broker.yaml"
        listener = {"type": "tcp", "bind": f"127.0.0.1:{self.port}"}
        self._config.write_text(
            yaml.safe_dump(
                {
                    "listeners": {"default": listener},
                    "plugins": {
                        "amqtt.plugins.authentication.AnonymousAuthPlugin": {
                            "allow_anonymous": True
                        }
                    },
                }
            )
        )
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        program = Path(sys.executable).with_name("amqtt")
        self._process = subprocess.Popen(
            [program, "-c", self._config], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        wait_for(self._listens)

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def publish(self, *payloads: bytes) -> None:
        """As a sensor does, with the broker's receipt for each."""
        client = Client(CallbackAPIVersion.VERSION2)
        client.connect("127.0.0.1", self.port)
        client.loop_start()
        for payload in payloads:
            client.publish(TOPIC, payload, qos=1).wait_for_publish(30)
        client.disconnect()
        client.loop_stop()


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    made = Broker(tmp_path)
    made.start()
    yield made
    made.kill()


@contextmanager
def sensors(broker: Broker, put: Callable[[SensorAlarm], None]) -> Iterator[Sensors]:
    made = Sensors(f"mqtt://127.0.0.1:{broker.port}", "anyan/sensors/#", put)
    made.start()
    yield made
    made.stop()


def _bytes(**changes: object) -> bytes:
    return json.dumps({**GAS, **changes}).encode()


def test_alarms_come_into_the_spool_and_garbage_does_not(tmp_path: Path, broker: Broker) -> None:
    """Between garbage of every sort the alarms arrive, and what is refused is counted."""
    spool = Spool(tmp_path / "spool")
    with sensors(broker, spool.put) as intake:
        wait_for(lambda: intake.away == "")
        broker.publish(
            b"", b"\xff\xfe\x00", b"[]", b'{"id": 1}', b"{" * 5000, b"x" * 70_000,
            _bytes(), _bytes(kind="music"), _bytes(extra=1), _bytes(), _bytes(id="18"),
        )  # fmt: skip
        wait_for(lambda: spool.count_waiting() == 3)
        wait_for(lambda: intake.refused == 8)
    ids = [record.id for _, record in spool.waiting() if isinstance(record, SensorAlarm)]
    assert ids == ["2026-11-24/17", "2026-11-24/17", "18"]


def test_a_broker_that_goes_away_is_shown_and_found_again(tmp_path: Path, broker: Broker) -> None:
    """Away is said; when it is back the connection and the topic are too, by themselves."""
    spool = Spool(tmp_path / "spool")
    with sensors(broker, spool.put) as intake:
        wait_for(lambda: intake.away == "")
        broker.kill()
        assert "away" in wait_for(lambda: intake.away)
        broker.start()
        wait_for(lambda: intake.away == "")
        broker.publish(_bytes())
        wait_for(lambda: spool.count_waiting() == 1)


def test_a_service_that_starts_before_its_broker_waits_for_it(tmp_path: Path) -> None:
    """No order of starting is wrong."""
    broker = Broker(tmp_path)
    with sensors(broker, lambda _: None) as intake:
        time.sleep(0.5)
        assert intake.away
        broker.start()
        wait_for(lambda: intake.away == "")
    broker.kill()


def test_what_the_disk_refuses_is_kept_and_tried_again(broker: Broker) -> None:
    """In order, and acknowledged only after it is safe."""
    kept: list[str] = []
    full = [True]

    def put(alarm: SensorAlarm) -> None:
        if full[0]:
            raise OSError(28, "No space left on device")
        kept.append(alarm.id)

    with sensors(broker, put) as intake:
        wait_for(lambda: intake.away == "")
        broker.publish(_bytes(id="a"), _bytes(id="b"))
        intake.retry()
        assert kept == []
        full[0] = False

        def both() -> bool:
            intake.retry()
            return kept == ["a", "b"]

        wait_for(both)


def test_a_message_says_what_it_measured() -> None:
    """For people: sensor, value with its unit, limit, description."""
    alarm = read_message(_bytes(), NOW)
    assert alarm == SensorAlarm(
        GAS["id"], "gas-3", SensorKind.GAS, NOW, "hall", "gas-3 · 12.5 %LEL > 10 · 储罐区"
    )


@pytest.mark.parametrize("at", [None, NOW + 90_000, 1e300])
def test_a_sensor_without_a_good_clock_has_the_time_of_arrival(at: float | None) -> None:
    """Its alarm is not put into the future."""
    assert read_message(_bytes(at=at), NOW).at == NOW


@pytest.mark.parametrize(
    "changes", [{"at": -1}, {"at": "NaN"}, {"id": ""}, {"id": "x" * 65}, {"sensor": "a\x00b"}]
)
def test_a_field_that_cannot_be_used_is_named(changes: dict[str, object]) -> None:
    """The reason names the field and repeats nothing of the message."""
    with pytest.raises(ValueError, match=next(iter(changes))) as caught:
        read_message(_bytes(**changes), NOW)
    assert "储罐区" not in str(caught.value)


@pytest.mark.parametrize("url", ["http://x", "mqtt://", "mqtt://host:port", "nonsense"])
def test_an_address_that_cannot_be_read_is_said_at_the_start(url: str) -> None:
    """Without repeating it, since it may hold a password."""
    with pytest.raises(SettingsError, match="ANYAN_MQTT_URL"):
        Sensors(url, "t", lambda _: None)
