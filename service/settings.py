"""Every setting of the service: environment variables ANYAN_…, and one optional file.

The file is `anyan.yaml` in the working folder, or what ANYAN_CONFIG names; the environment wins.
docs/operations.md lists them all, and a test compares.
"""

import os
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

import yaml
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    YamlConfigSettingsSource,
)

import models
from api.settings import OidcSettings
from core.errors import SettingsError
from models.registry import Registry

SHIPPED_MODEL = Path(models.__file__).parent / "weights" / "ppe-n-416.json"
CONFIG_VARIABLE = "ANYAN_CONFIG"


class Settings(BaseSettings):
    """Process settings. What describes the site (cameras, zones) lives in the database."""

    model_config = SettingsConfigDict(env_prefix="ANYAN_", extra="forbid", frozen=True)

    data_dir: Annotated[
        Path, Field(description="folder of clips, spool and the embedded database")
    ] = Path("data")
    database_url: Annotated[
        SecretStr, Field(description="SQLAlchemy URL; without one, SQLite under the data folder")
    ] = SecretStr("")
    host: Annotated[str, Field(description="address to listen on")] = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535, description="port to listen on")] = 8000
    time_zone: Annotated[str, Field(description="IANA name, for schedules and pages")] = (
        "Asia/Shanghai"
    )
    model: Annotated[
        Path | None,
        Field(description="manifest (.json) of the model; without one, the one in service"),
    ] = None
    workers: Annotated[int, Field(ge=1, le=64, description="worker processes")] = 1
    threads: Annotated[int, Field(ge=1, le=256, description="inference threads of each worker")] = (
        max(1, (os.cpu_count() or 2) // 2)
    )
    target_fps: Annotated[
        float, Field(gt=0, le=30, description="judged pictures a second of an active camera")
    ] = 5.0
    detection_days: Annotated[
        float, Field(ge=0, le=3650, description="days that detections are kept for back-tests")
    ] = 14.0
    admin_password: Annotated[
        SecretStr,
        Field(description="password of the first administrator; without one, it is invented"),
    ] = SecretStr("")
    metrics_token: Annotated[
        SecretStr, Field(description="bearer token for /metrics, beside a sign-in")
    ] = SecretStr("")
    message_language: Annotated[
        Literal["zh", "en"], Field(description="language of messages that leave the service")
    ] = "zh"
    mqtt_url: Annotated[
        SecretStr, Field(description="broker of sensor messages; without one, none are read")
    ] = SecretStr("")
    mqtt_topic: Annotated[
        str, Field(min_length=1, description="topic filter of sensor messages")
    ] = "anyan/sensors/#"
    secure_cookie: Annotated[
        bool, Field(description="the pages come by https only: mark the cookie Secure")
    ] = False

    public_url: Annotated[
        str, Field(description="where browsers see the pages, such as https://anyan.example.org")
    ] = ""
    oidc_issuer: Annotated[
        str, Field(description="the identity provider; without one, local accounts only")
    ] = ""
    oidc_client_id: Annotated[
        str, Field(description="what the identity provider calls this service")
    ] = ""
    oidc_client_secret: Annotated[
        SecretStr, Field(description="this service's password at the identity provider")
    ] = SecretStr("")

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError) as error:
            raise ValueError("not an IANA time zone, such as Asia/Shanghai") from error
        return value

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - name given by pydantic
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments, then the environment, then the file."""
        path = Path(os.environ.get(CONFIG_VARIABLE, "anyan.yaml"))
        return init_settings, env_settings, YamlConfigSettingsSource(settings_cls, path)

    @property
    def database(self) -> str:
        """SQLAlchemy URL with its credentials."""
        default = f"sqlite:///{(self.data_dir / 'anyan.db').absolute()}"
        return self.database_url.get_secret_value() or default

    @property
    def registry(self) -> Registry:
        """The models that were promoted here, beside the shipped one."""
        return Registry(self.data_dir / "models", SHIPPED_MODEL)

    @property
    def model_path(self) -> Path:
        """Manifest of the model to use. Raises SettingsError where the registry is damaged."""
        return self.model or self.registry.in_service()

    @property
    def oidc(self) -> OidcSettings | None:
        """The identity provider. Raises SettingsError where it is half described."""
        if not self.oidc_issuer:
            return None
        return OidcSettings(
            issuer=self.oidc_issuer,
            client_id=self.oidc_client_id,
            client_secret=self.oidc_client_secret.get_secret_value(),
            public_url=self.public_url,
        )

    def make_data_dir(self) -> None:
        """Raises SettingsError where there can be no such folder or nothing be written there."""
        advice = "set ANYAN_DATA_DIR to a folder that this user may write"
        try:
            self.data_dir.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise SettingsError(
                f"the data folder {self.data_dir} cannot be made ({error.strerror}): {advice}"
            ) from error
        if not os.access(self.data_dir, os.W_OK | os.X_OK):
            raise SettingsError(f"the data folder {self.data_dir} cannot be written: {advice}")

    @property
    def anchors_path(self) -> Path:
        """Where the last links of the chains are noted."""
        return self.data_dir / "anchors.txt"

    @property
    def spool_dir(self) -> Path:
        """What waits for the database."""
        return self.data_dir / "spool"

    @property
    def evidence_dir(self) -> Path:
        """Clips, snapshots and boxes."""
        return self.data_dir / "evidence"


def load_settings(**given: Any) -> Settings:
    """Reads environment and file. Raises SettingsError that names the setting and the mistake."""
    _refuse_unknown_variables()
    config = os.environ.get(CONFIG_VARIABLE)
    if config and not Path(config).is_file():
        raise SettingsError(f"{CONFIG_VARIABLE} names {config}, which is not there")
    try:
        return Settings(**given)
    except ValidationError as error:
        problems = "; ".join(
            f"{'.'.join(map(str, e['loc'])) or 'settings'}: {e['msg']}" for e in error.errors()
        )
        raise SettingsError(f"{problems} (environment: ANYAN_ and the name in capitals)") from None
    except yaml.YAMLError as error:
        raise SettingsError(f"the configuration file is not YAML: {error}") from error


def _refuse_unknown_variables() -> None:
    """A mistyped variable would be believed to work."""
    known = {f"ANYAN_{name.upper()}" for name in Settings.model_fields} | {CONFIG_VARIABLE}
    for name in sorted(os.environ):
        if name.startswith("ANYAN_") and name not in known:
            near = get_close_matches(name, known, n=1)
            advice = f"did you mean {near[0]}?" if near else "see docs/operations.md"
            raise SettingsError(f"the environment variable {name} is not known: {advice}")
