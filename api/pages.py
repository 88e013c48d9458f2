"""The built pages, and every unknown address that the pages' own router knows."""

from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import FileResponse, HTMLResponse, Response

from api.context import Here
from core.errors import NotFound

open_to_all = APIRouter(include_in_schema=False)

NOT_BUILT = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Anyan</title>
<h1>The pages are not built</h1><p>Run <code>make web</code> and load this page again.</p></html>
"""


@open_to_all.api_route("/{path:path}", methods=["GET", "HEAD"])
def page(path: str, context: Here) -> Response:
    """A file of the pages, or index.html. 404 for what only looks like one of ours."""
    if path == "api" or path.startswith(("api/", "assets/")):
        return _file(context.settings.static_dir, path)
    try:
        return _file(context.settings.static_dir, path)
    except NotFound:
        return _index(context.settings.static_dir)


def _file(static_dir: Path, path: str) -> FileResponse:
    root = static_dir.resolve()
    # A NUL is no part of a name; asking the system for one is an error.
    file = (root / path.replace("\0", "")).resolve()
    if path.startswith("api/") or not file.is_relative_to(root) or not file.is_file():
        raise NotFound(f"there is nothing at /{path}")
    # The build names assets by their content; everything else is asked for again.
    lasting = path.startswith("assets/")
    cache = "public, max-age=31536000, immutable" if lasting else "no-cache"
    return FileResponse(file, headers={"Cache-Control": cache})


def _index(static_dir: Path) -> Response:
    index = static_dir / "index.html"
    if not index.is_file():
        return HTMLResponse(NOT_BUILT, status_code=503)
    return FileResponse(index, headers={"Cache-Control": "no-cache"})
