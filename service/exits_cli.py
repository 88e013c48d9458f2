"""`anyan exits …`: pictures of free exits that a person approves."""

from typing import Annotated

import typer

from service.settings import load_settings

exits_app = typer.Typer(help="Reference pictures of free exits.", no_args_is_help=True)


@exits_app.command("list")
def exits_list() -> None:
    """Pictures of free exits that were proposed or approved, with their files to look at."""
    from service.references import all_pictures

    for picture in all_pictures(load_settings().data_dir):
        state = "approved" if picture.approved else "proposed"
        typer.echo(f"{picture.camera_id} {picture.zone_id} {picture.name} {state} {picture.path}")


@exits_app.command("approve")
def exits_approve(
    camera: Annotated[str, typer.Argument(help="id of the camera")],
    zone: Annotated[str, typer.Argument(help="id of the exit")],
    name: Annotated[str, typer.Argument(help="name of the proposed picture, as `list` shows it")],
) -> None:
    """Say that a proposed picture shows the exit free. Save the camera again to use it."""
    from service.references import approve

    typer.echo(f"approved: {approve(load_settings().data_dir, camera, zone, name)}")
