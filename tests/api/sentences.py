"""Every sentence that an error of the API can say, read from the code as templates."""

import ast
from collections.abc import Iterator
from pathlib import Path

from core import errors

ROOT = Path(__file__).parents[2]
PLACES = ("api", "core", "hazards", "streams", "service/probe_process.py")
NEVER_ASKED_FOR = {
    "SettingsError", "SiteFileError", "ModelError", "ManifestMismatch", "TrainingFailed",
    "DataSetError",
}  # fmt: skip
"""Errors of commands: no request leads to them, or only to their title."""
OWN = {
    "CsrfRefused", "RateLimited", "InvalidRequest", "Stale", "PreconditionMissing", "ProviderAway",
    "HTTPException",
}  # fmt: skip
BY_NAME = {"_no_sheet"}
"""Functions that make an error of their only argument."""
NOTED = {"add", "note"}
"""Of the mistakes of a sheet."""
CLASSES = ({name for name in vars(errors) if name[0].isupper()} | OWN) - NEVER_ASKED_FOR


def sentences() -> set[str]:
    """With `{}` for each value, as in "there is no unit '{}' in the organisation"."""
    return {sentence for file in _files() for sentence in _sentences(ast.parse(file.read_text()))}


def _files() -> Iterator[Path]:
    for place in PLACES:
        path = ROOT / place
        yield from [path] if path.is_file() else sorted(path.rglob("*.py"))


def _sentences(module: ast.Module) -> Iterator[str]:
    constants = {
        target.id: _template(node.value)
        for node in module.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for call in ast.walk(module):
        if not isinstance(call, ast.Call):
            continue
        function = call.func
        name = function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")
        noted = name in NOTED and isinstance(function, ast.Attribute) and (
            getattr(function.value, "id", "") == "mistakes"
        )  # fmt: skip
        raised = name in CLASSES | BY_NAME or (name == "__init__" and len(call.args) == 1)
        if not (noted or raised) or not call.args:
            continue
        said = call.args[-1]
        template = constants.get(said.id) if isinstance(said, ast.Name) else _template(said)
        if template and " " in template:
            yield template


def _template(node: ast.expr) -> str | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(
            part.value if isinstance(part, ast.Constant) else "{}" for part in node.values
        )
    return None
