"""`anyan exits …`: pictures of free exits that a person approves."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.settings import load_settings

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

exits_app = typer.Typer(help="Reference pictures of free exits.", no_args_is_help=True)
Camera = Annotated[str, typer.Argument(help="id of the camera")]
Zone = Annotated[str, typer.Argument(help="id of the exit")]
Name = Annotated[str, typer.Argument(help="name of the picture, as `list` shows it")]


@exits_app.command("list")
def exits_list() -> None:
    """Pictures of free exits that were proposed or approved, with their files to look at."""
    from hazards.references.pictures import all_pictures

    for found in all_pictures(load_settings().data_dir):
        typer.echo(f"{found.camera_id} {found.zone_id} {found.name} {found.state} {found.path}")


@exits_app.command("approve")
def exits_approve(camera: Camera, zone: Zone, name: Name) -> None:
    """Say that a proposed picture shows the exit free. A running service uses it at once."""
    from hazards.references.actions import approve

    with _records() as (session, data_dir):
        approve(session, data_dir, camera, zone, name, camera_size=(0, 0))
    typer.echo(f"approved: {camera} {zone} {name}")


@exits_app.command("reject")
def exits_reject(camera: Camera, zone: Zone, name: Name) -> None:
    """Delete a proposed picture."""
    from hazards.references.actions import reject

    with _records() as (session, data_dir):
        reject(session, data_dir, camera, zone, name)
    typer.echo(f"rejected: {camera} {zone} {name}")


@exits_app.command("retire")
def exits_retire(camera: Camera, zone: Zone, name: Name) -> None:
    """Take an approval back. The picture is kept, and a running service stops using it at once."""
    from hazards.references.actions import retire

    with _records() as (session, data_dir):
        retire(session, data_dir, camera, zone, name)
    typer.echo(f"retired: {camera} {zone} {name}")


@contextmanager
def _records() -> Iterator[tuple["Session", Path]]:
    from hazards.database import Database

    settings = load_settings()
    settings.make_data_dir()
    database = Database(settings.database)
    database.migrate()
    with database.begin() as session:
        yield session, settings.data_dir
