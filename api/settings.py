"""What the application is told when it starts."""

from dataclasses import dataclass, field
from pathlib import Path

STATIC = Path(__file__).parent / "static"


@dataclass(frozen=True, slots=True)
class ApiSettings:
    """data_dir: holds the evidence. time_zone: IANA name. started_at: UTC seconds.

    metrics_token: for Prometheus, empty for none. secure_cookie: the page comes by https.
    static_dir: the built pages.
    """

    data_dir: Path
    time_zone: str
    version: str
    started_at: float
    metrics_token: str = field(default="", repr=False)
    secure_cookie: bool = False
    static_dir: Path = STATIC
