from pathlib import Path

import pytest

from core.errors import SettingsError
from service.settings import Settings, load_settings

DOCUMENTED = Path(__file__).parents[2] / "docs" / "operations.md"


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """No setting of the machine, no file of the working folder."""
    for name in Settings.model_fields:
        monkeypatch.delenv(f"ANYAN_{name.upper()}", raising=False)
    monkeypatch.delenv("ANYAN_CONFIG", raising=False)
    monkeypatch.chdir(tmp_path)


def test_the_environment_wins_over_the_file(monkeypatch, tmp_path):
    """File for the machine, environment for this run."""
    (tmp_path / "anyan.yaml").write_text("port: 9001\ntime_zone: Europe/Berlin\n")
    monkeypatch.setenv("ANYAN_PORT", "9002")
    settings = load_settings()
    assert (settings.port, settings.time_zone) == (9002, "Europe/Berlin")


@pytest.mark.parametrize(
    ("name", "value", "named"),
    [
        ("ANYAN_PORT", "eighty", "port"),
        ("ANYAN_PORT", "70000", "port"),
        ("ANYAN_TIME_ZONE", "Asia/Beijing2", "time_zone"),
        ("ANYAN_WORKERS", "0", "workers"),
    ],
)
def test_a_wrong_value_names_its_setting(monkeypatch, name, value, named):
    """The message says which setting is wrong."""
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=named):
        load_settings()


def test_an_identity_provider_is_described_in_full_or_not_at_all(monkeypatch):
    """Without an issuer there is none; with one, what is missing is named."""
    assert load_settings().oidc is None
    monkeypatch.setenv("ANYAN_OIDC_ISSUER", "https://idp.example.org")
    with pytest.raises(SettingsError, match="public_url"):
        _ = load_settings().oidc
    monkeypatch.setenv("ANYAN_PUBLIC_URL", "https://anyan.example.org")
    monkeypatch.setenv("ANYAN_OIDC_CLIENT_ID", "anyan")
    monkeypatch.setenv("ANYAN_OIDC_CLIENT_SECRET", "hunter2")
    oidc = load_settings().oidc
    assert oidc is not None
    assert oidc.client_secret == "hunter2"
    assert "hunter2" not in repr(load_settings()) + repr(oidc)


def test_a_mistyped_name_in_the_file_is_an_error(tmp_path):
    """A setting that nobody reads would be believed to work."""
    (tmp_path / "anyan.yaml").write_text("prot: 9001\n")
    with pytest.raises(SettingsError, match="prot"):
        load_settings()


def test_a_named_file_must_exist(monkeypatch):
    """ANYAN_CONFIG with a wrong path is no silent default."""
    monkeypatch.setenv("ANYAN_CONFIG", "/nowhere/anyan.yaml")
    with pytest.raises(SettingsError, match="/nowhere"):
        load_settings()


def test_passwords_are_in_no_representation(monkeypatch):
    """Neither of the database nor of the administrator."""
    monkeypatch.setenv("ANYAN_DATABASE_URL", "postgresql+psycopg://u:geheim1@h/db")
    monkeypatch.setenv("ANYAN_ADMIN_PASSWORD", "geheim2")
    monkeypatch.setenv("ANYAN_METRICS_TOKEN", "geheim3")
    assert "geheim" not in repr(load_settings())


def test_every_setting_is_documented():
    """docs/operations.md lists each environment variable."""
    text = DOCUMENTED.read_text(encoding="utf-8")
    missing = [
        f"ANYAN_{n.upper()}" for n in Settings.model_fields if f"ANYAN_{n.upper()}" not in text
    ]
    assert missing == []
