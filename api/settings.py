"""What the application is told when it starts."""

from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from core.errors import SettingsError

STATIC = Path(__file__).parent / "static"


@dataclass(frozen=True, slots=True)
class OidcSettings:
    """issuer: as the provider names itself. public_url: where browsers see the pages."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    public_url: str

    def __post_init__(self) -> None:
        for name, url in (("oidc_issuer", self.issuer), ("public_url", self.public_url)):
            parts = urlsplit(url)
            local = parts.hostname in {"127.0.0.1", "::1", "localhost"}
            if parts.scheme != "https" and not (parts.scheme == "http" and local):
                raise SettingsError(f"{name}: write an address that begins with https://")
        if not self.client_id:
            raise SettingsError("oidc_client_id: write what the provider calls this service")

    @property
    def redirect_uri(self) -> str:
        """To be registered at the provider."""
        return f"{self.public_url.rstrip('/')}/api/v1/oidc/callback"


@dataclass(frozen=True, slots=True)
class ApiSettings:
    """data_dir: holds the evidence. time_zone: IANA name. started_at: UTC seconds.

    metrics_token: for Prometheus, empty for none. secure_cookie: the page comes by https.
    static_dir: the built pages. oidc: the site's identity provider, None for local accounts only.
    """

    data_dir: Path
    time_zone: str
    version: str
    started_at: float
    metrics_token: str = field(default="", repr=False)
    secure_cookie: bool = False
    static_dir: Path = STATIC
    oidc: OidcSettings | None = None
