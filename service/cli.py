"""The command line `anyan`."""

import os
import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from core.errors import AnyanError, SettingsError, SiteFileError
from core.site import CameraConfig, Site
from service.dataset_cli import dataset_app
from service.exits_cli import exits_app
from service.logs import configure_logs
from service.models_cli import models_app
from service.settings import load_settings
from service.site_file import read_site, write_site

DEMO_SITE = Path(__file__).parent / "demo" / "site.yaml"

app = typer.Typer(
    name="anyan",
    help="Anyan 安眼 watches a site's ordinary cameras and makes the site safer.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
site_app = typer.Typer(help="Import and export cameras and zones.", no_args_is_help=True)
ledger_app = typer.Typer(help="The ledger of behaviour points.", no_args_is_help=True)
app.add_typer(site_app, name="site")
app.add_typer(ledger_app, name="ledger")
app.add_typer(models_app, name="models")
app.add_typer(dataset_app, name="dataset")
app.add_typer(exits_app, name="exits")


@app.command()
def serve() -> None:
    """Start everything: cameras, judgement, records and pages."""
    from service.serve import serve as run

    run(load_settings())


@app.command()
def demo() -> None:
    """Start everything with the rendered demo site."""
    from service.serve import serve as run

    run(load_settings(), read_site(DEMO_SITE))


@app.command()
def doctor() -> None:
    """Say what works on this machine, what a camera costs and how many fit."""
    from service.doctor import examine

    examine(load_settings())


@app.command()
def watch(
    source: Annotated[str, typer.Argument(help="rtsp://, http(s)://, a file or a device")],
    site: Annotated[Path | None, typer.Option(help="site file that holds the zones")] = None,
    camera: Annotated[str, typer.Option(help="id of the camera in the site file")] = "",
    json: Annotated[bool, typer.Option("--json", help="one JSON line per violation")] = False,
    fast: Annotated[bool, typer.Option(help="read a file as fast as possible")] = False,
) -> None:
    """Judge one camera here, without the service. Schedules are not applied."""
    from service.watch import watch as run

    run(_camera(source, site, camera), load_settings(), as_json=json, fast=fast)


@app.command()
def detect(
    paths: Annotated[list[Path], typer.Argument(help="pictures, or folders of pictures")],
    json: Annotated[bool, typer.Option("--json", help="one JSON line per picture")] = False,
    threshold: Annotated[
        float | None, typer.Option(min=0.001, max=1.0, help="least confidence")
    ] = None,
) -> None:
    """Run the model on pictures."""
    from service.detect import detect as run

    if run(paths, load_settings(), threshold=threshold, as_json=json):
        raise typer.Exit(1)


@app.command()
def backtest(
    camera: Annotated[str, typer.Option(help="id of the camera")],
    begin: Annotated[datetime, typer.Option("--from", help="local time of the site")],
    end: Annotated[datetime, typer.Option("--to", help="local time of the site")],
    change: Annotated[list[str], typer.Option("--set", help="such as missing_helmet.miss=0.02")],
    json: Annotated[bool, typer.Option("--json", help="one JSON object")] = False,
) -> None:
    """Say which alarms other rules would have given, from the detections that are kept."""
    from hazards.database import Database
    from hazards.site.queries import export_site
    from inference.session import read_manifest
    from service.backtest import backtest as run

    settings = load_settings()
    database = Database(settings.database)
    database.migrate()
    with database.read() as session:
        known = {found.id: found for found in export_site(session).cameras}
    if camera not in known:
        raise SettingsError(f"there is no camera '{camera}': use one of {', '.join(known)}")
    run(
        known[camera],
        settings.data_dir,
        read_manifest(settings.model_path),
        ZoneInfo(settings.time_zone),
        begin=begin,
        end=end,
        changes=change,
        as_json=json,
    )


@site_app.command("import")
def site_import(path: Annotated[Path, typer.Argument(help="site file (YAML)")]) -> None:
    """Add or replace the cameras of a site file; others stay. Restart a running service."""
    from hazards.database import Database
    from hazards.site.actions import import_site

    site = read_site(path)
    settings = load_settings()
    settings.make_data_dir()
    database = Database(settings.database)
    database.migrate()
    with database.begin() as session:
        import_site(session, site)
    typer.echo(f"{len(site.cameras)} cameras imported")


@site_app.command("export")
def site_export(path: Annotated[Path, typer.Argument(help="site file (YAML)")]) -> None:
    """Write all cameras and zones into a site file, with the passwords in their sources."""
    from hazards.database import Database
    from hazards.site.queries import export_site

    settings = load_settings()
    settings.make_data_dir()
    database = Database(settings.database)
    database.migrate()
    with database.read() as session:
        site = export_site(session)
    write_site(site, path)
    typer.echo(f"{len(site.cameras)} cameras written to {path} (keep it safe: it holds passwords)")


@ledger_app.command("verify")
def ledger_verify(
    anchors: Annotated[
        Path | None, typer.Option(help="a kept copy of anchors.txt, instead of the data folder's")
    ] = None,
) -> None:
    """Check every entry of the ledger, every row of the audit trail, and both against the links
    that were noted outside of the database; ends with 1 where one is wrong."""
    from service.verify import verify as run

    if not run(load_settings(), anchors):
        raise typer.Exit(1)


@app.command("simulate-month")
def simulate_month(
    seed: Annotated[int, typer.Option(help="another number plays another month")] = 1,
) -> None:
    """Play a month of a small works on a database of its own; ends with 1 where a sum is wrong."""
    from zoneinfo import ZoneInfo

    from service.simulation.run import simulate_month as run

    if not run(ZoneInfo(load_settings().time_zone), typer.echo, seed=seed):
        raise typer.Exit(1)


@app.command()
def messages() -> None:
    """Say what waits in the outbox, what failed and what is unclear, with the reasons."""
    from service.verify import show_messages as run

    run(load_settings())


def _camera(source: str, site: Path | None, camera_id: str) -> CameraConfig:
    """The camera to watch: the source, with the zones of the site file."""
    if site is None:
        return CameraConfig(camera_id or "camera", source, source, ())
    known = _without_schedules(read_site(site))
    if not camera_id and len(known) == 1:
        camera_id = next(iter(known))
    if camera_id not in known:
        raise SiteFileError(
            f"{site} has no camera '{camera_id}': choose one of {', '.join(known)} with --camera"
        )
    found = known[camera_id]
    return CameraConfig(found.id, found.name, source, found.zones)


def _without_schedules(site: Site) -> dict[str, CameraConfig]:
    from dataclasses import replace

    from core.schedule import Schedule

    always = Schedule.parse("always")
    return {
        camera.id: replace(
            camera, zones=tuple(replace(zone, schedule=always) for zone in camera.zones)
        )
        for camera in site.cameras
    }


@app.command("reset-password")
def reset_password(
    user: Annotated[str, typer.Argument(help="name of the user")] = "admin",
) -> None:
    """Give a user a new password, print it once, and end the user's sign-ins."""
    from hazards.access.actions import reset_password as reset
    from hazards.database import Database

    database = Database(load_settings().database)
    database.migrate()
    with database.begin() as session:
        password = reset(session, user)
    typer.echo(f"user: {user}   password: {password}")


def main() -> None:
    """Entry point: our own errors are one sentence, without a traceback."""
    configure_logs()
    try:
        app()
    except AnyanError as error:
        typer.echo(f"anyan: {error.message}", err=True)
        sys.exit(2)
    except ImportError as error:
        if not str(error).startswith("lib"):
            raise
        advice = "on Debian: apt-get install libgl1 libglib2.0-0 libxcb1"
        typer.echo(f"anyan: OpenCV needs a system library ({error}); {advice}", err=True)
        sys.exit(2)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        sys.exit(1)
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        typer.echo(f"anyan: {place}{error.strerror or error}", err=True)
        sys.exit(2)
