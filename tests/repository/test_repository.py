"""Rules of the house that a machine can check."""

import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OURS = (
    "core", "streams", "inference", "models", "hazards", "annotation", "api", "service",
    "benchmarks",
)  # fmt: skip
JUNK = {"utils", "helpers", "common", "manager", "handler", "base", "misc"}
LONGEST = 500


def tracked(*patterns: str) -> list[Path]:
    """Files of the repository."""
    listed = subprocess.run(
        ["git", "ls-files", "--", *patterns], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listed.returncode:
        pytest.skip("this copy is no git checkout")
    return [ROOT / line for line in listed.stdout.splitlines() if (ROOT / line).is_file()]


def test_no_file_is_longer_than_500_lines():
    """A file that long has more than one subject: split it."""
    sources = tracked("*.py", "*.ts", "*.vue", "*.css")
    written = [path for path in sources if path.name != "schema.d.ts"]
    lengths = {str(p.relative_to(ROOT)): len(p.read_text().splitlines()) for p in written}
    assert {name: n for name, n in lengths.items() if n > LONGEST} == {}


def test_no_file_has_a_name_that_says_nothing():
    """A reader finds any thing by its name."""
    sources = tracked("*.py", "*.ts", "*.vue")
    assert [str(path) for path in sources if path.stem.lower() in JUNK] == []


def test_our_package_names_belong_to_nobody_else():
    """`inference` and others are also names of other projects: ours must be the ones imported."""
    owners = packages_distributions()
    foreign = {name: set(owners.get(name, [])) - {"anyan"} for name in OURS}
    assert {name: found for name, found in foreign.items() if found} == {}


def test_every_package_is_installed():
    """Also where the project is not installed from its folder."""
    config = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    listed = config["tool"]["setuptools"]["packages"]
    found = {path.parent.relative_to(ROOT) for path in tracked("*/__init__.py")}
    ours = {".".join(folder.parts) for folder in found if folder.parts[0] in OURS}
    assert ours - set(listed) == set()


def test_no_address_of_a_package_registry_is_committed():
    """Sites install from their own mirrors."""
    words = ["py" + "pi.org", "python" + "hosted.org", "registry.np" + "mjs", "deb.deb" + "ian.org"]
    texts = tracked("*.py", "*.ts", "*.json", "*.toml", "*.md", "*.yaml", "Makefile", ".ci/run")
    found = [
        f"{path.relative_to(ROOT)}: {word}"
        for path in texts
        for word in words
        if word in path.read_text(encoding="utf-8")
    ]
    assert found == []


def test_the_base_install_needs_no_torch():
    """Everything but training runs without it."""
    code = "import service.cli, service.serve, service.watch, service.worker, sys; "
    code += "sys.exit(int('torch' in sys.modules or 'ultralytics' in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


def test_weights_are_small_enough_to_be_cloned():
    """At most 12 MB a file."""
    large = [p for p in tracked() if p.stat().st_size > 12_000_000]
    assert large == []


def test_the_pages_types_are_those_of_the_api(tmp_path):
    """web/src/api/schema.d.ts was generated from the API as it is: run `npm run types`."""
    described = subprocess.run(
        [sys.executable, "-m", "api.openapi"], cwd=ROOT, capture_output=True, check=True
    )
    document = tmp_path / "openapi.json"
    document.write_bytes(described.stdout)
    generated = tmp_path / "schema.d.ts"
    tool = ROOT / "web" / "node_modules" / ".bin" / "openapi-typescript"
    if not tool.exists():
        pytest.skip("the pages' packages are not installed: run `make web`")
    subprocess.run(
        [
            "../scripts/with-node",
            "npm",
            "exec",
            "--",
            str(tool),
            str(document),
            "-o",
            str(generated),
        ],
        cwd=ROOT / "web",
        check=True,
        capture_output=True,
    )
    assert generated.read_text() == (ROOT / "web/src/api/schema.d.ts").read_text()
