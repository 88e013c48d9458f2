"""`anyan dataset …`: pictures and labels become frozen data set versions."""

from pathlib import Path
from typing import Annotated

import typer

from service.settings import SHIPPED_MODEL

dataset_app = typer.Typer(help="Data sets to train and measure with.", no_args_is_help=True)


@dataset_app.command("build")
def build(
    recipe: Annotated[Path, typer.Argument(help="recipe (YAML), as in annotation/recipes")],
    root: Annotated[Path, typer.Option(help="folder in which the sources lie")],
    folder: Annotated[Path, typer.Option(help="where to write the version; must not exist")],
    teachers: Annotated[
        Path | None, typer.Option(help="folder of the models that fill in missing boxes")
    ] = None,
    threads: Annotated[int, typer.Option(min=1, help="of the processor")] = 2,
) -> None:
    """Import, harmonise, leave out copies, fill in, split: one version that never changes."""
    from annotation.build import build as run
    from annotation.recipe import Recipe

    made = Recipe.read(recipe)
    loaded = [choice.load(teachers or SHIPPED_MODEL.parent, threads) for choice in made.teachers]
    data_set = run(made.name, made.sources, loaded, root, folder)
    typer.echo((data_set.folder / "card.md").read_text("utf-8"))
