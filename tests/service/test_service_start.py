import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import parse_qs, urlparse

import psycopg
import pytest
from fixtures_database import postgresql_address
from running_command import anyan, sentence

from service.cli import DEMO_SITE

SECRET = "geheim-cam-1"


def test_a_port_that_is_taken_is_said(tmp_path: Path):
    """One sentence with the port and the setting to change."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        text = sentence(anyan("serve", folder=tmp_path, ANYAN_PORT=str(port)))
    assert str(port) in text
    assert "ANYAN_PORT" in text


def test_a_second_service_on_one_data_folder_is_refused(tmp_path: Path):
    """Two recorders would take from one spool."""
    with subprocess.Popen(
        [sys.executable, "-m", "service", "serve"],
        env={**os.environ, "ANYAN_DATA_DIR": str(tmp_path / "data"), "ANYAN_PORT": _free_port()},
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as first:
        assert first.stdout
        assert first.stdout.readline()  # its address: it holds the lock
        text = sentence(anyan("serve", folder=tmp_path, ANYAN_PORT=_free_port()))
        first.terminate()
        first.communicate(timeout=60)
    assert "another Anyan" in text
    assert first.returncode == 0


def _free_port() -> str:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return str(free.getsockname()[1])


@pytest.mark.parametrize(
    "command", [["serve"], ["demo"], ["site", "import", "in.yaml"], ["site", "export", "o.yaml"]]
)
def test_a_data_folder_that_cannot_be_used_is_said(tmp_path: Path, command: list[str]):
    """A file stands in its place, or in that of a folder above it."""
    (tmp_path / "in.yaml").write_text("cameras: []")
    (tmp_path / "file").touch()
    for name in ("file", "file/below"):
        text = sentence(anyan(*command, folder=tmp_path, ANYAN_DATA_DIR=name))
        assert name in text
        assert "ANYAN_DATA_DIR" in text


@pytest.mark.parametrize("name", ["locks", "spool", "anyan.db"])
def test_something_strange_inside_the_data_folder_is_said(tmp_path: Path, name: str):
    """A file where a folder belongs, a folder where a file belongs: its name, no traceback."""
    (tmp_path / "data").mkdir()
    strange = tmp_path / "data" / name
    strange.mkdir() if name == "anyan.db" else strange.touch()
    command = ["site", "export", "o.yaml"] if name == "anyan.db" else ["serve"]
    result = anyan(*command, folder=tmp_path, ANYAN_PORT=_free_port())
    assert result.returncode == 2
    assert "Traceback" not in result.stderr
    assert name in result.stderr


@pytest.fixture
def guarded_postgresql():
    """A role of a real PostgreSQL that needs a password; its address without one."""
    address = postgresql_address()
    with psycopg.connect(address, autocommit=True) as connection:
        (path,) = connection.execute("SHOW hba_file").fetchone()
        rules = Path(path)
        before = rules.read_text()
        connection.execute("DROP ROLE IF EXISTS guarded")
        connection.execute("CREATE ROLE guarded LOGIN PASSWORD 'right'")
        rules.write_text("local all guarded scram-sha-256\n" + before)
        connection.execute("SELECT pg_reload_conf()")
        time.sleep(0.5)
        yield parse_qs(urlparse(address).query)["host"][0]
        rules.write_text(before)
        connection.execute("SELECT pg_reload_conf()")
        connection.execute("DROP ROLE guarded")


def test_a_database_that_refuses_the_login_is_said(tmp_path: Path, guarded_postgresql: str):
    """One sentence, exit code 2, and the password nowhere."""
    url = f"postgresql+psycopg://guarded:{SECRET}@/postgres?host={guarded_postgresql}"
    result = anyan("site", "export", "o.yaml", folder=tmp_path, ANYAN_DATABASE_URL=url)
    assert SECRET not in result.stdout + result.stderr
    assert "database" in sentence(result)


@pytest.mark.parametrize(
    "url",
    [
        f"mysql://u:{SECRET}@192.0.2.1/x",
        f"postgres+psycopg2://u:{SECRET}@192.0.2.1/x",
        f"postgresql://u:{SECRET}@192.0.2.1:port/x",
        f"u:{SECRET}@192.0.2.1/x",
        "sqlite://",
        "sqlite:////no/such/folder/anyan.db",
        f"postgresql+psycopg://u:{SECRET}@127.0.0.1:9/x",
        f"postgresql+psycopg://u:{SECRET}@no.such.host.invalid/x",
    ],
)
def test_a_database_url_that_cannot_be_used_is_said(tmp_path: Path, url: str):
    """Unknown scheme, no URL at all, no such folder or host, nobody there: one sentence."""
    result = anyan("site", "export", "o.yaml", folder=tmp_path, ANYAN_DATABASE_URL=url)
    assert SECRET not in result.stdout + result.stderr
    assert "database" in sentence(result).lower()
    assert not (tmp_path / "o.yaml").exists()


def test_serve_refuses_a_database_url_at_once(tmp_path: Path):
    """It waits only for a database that may still come."""
    url = f"mysql://u:{SECRET}@192.0.2.1/x"
    result = anyan("serve", folder=tmp_path, ANYAN_PORT=_free_port(), ANYAN_DATABASE_URL=url)
    assert "mysql" in sentence(result)
    assert SECRET not in result.stderr


@pytest.mark.parametrize("command", [["serve"], ["watch", "a.mp4"], ["detect", "."]])
def test_a_model_that_is_not_there_is_said(tmp_path: Path, command: list[str]):
    """ANYAN_MODEL points nowhere: one sentence with the path, before anything is judged."""
    (tmp_path / "a.mp4").symlink_to(DEMO_SITE.parent / "gate.mp4")
    gone = str(tmp_path / "no" / "model.json")
    result = anyan(*command, folder=tmp_path, ANYAN_MODEL=gone, ANYAN_PORT=_free_port())
    assert gone in sentence(result)


def test_a_setting_that_cannot_be_used_is_said(tmp_path: Path):
    """In the environment and in the file; a file that is broken shows no password."""
    assert "port" in sentence(anyan("doctor", folder=tmp_path, ANYAN_PORT="many"))
    (tmp_path / "anyan.yaml").write_text(f"database_url: [postgresql://u:{SECRET}@h/x, }}\n")
    result = anyan("doctor", folder=tmp_path)
    assert result.returncode == 2
    assert SECRET not in result.stderr
    assert "Traceback" not in result.stderr
