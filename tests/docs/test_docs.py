"""The documents say what the code does: a name that nobody documents, or nobody has, fails here."""

import ast
import importlib
import re
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from types import ModuleType

import pytest
import typer.main
from click import Command

import api.errors
import core.errors
from core.errors import AnyanError
from inference.rules.settings import RuleSettings
from service.cli import app

ROOT = Path(__file__).parents[2]
OPERATIONS = ROOT / "docs" / "operations.md"
READMES = ROOT / "README.md", ROOT / "README.zh-CN.md"
LINK = re.compile(r"\]\(([^)\s]+)\)")
CODE_BLOCK = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^(#+) ", re.MULTILINE)


def documents() -> list[Path]:
    """Every page of ours."""
    return [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]


def commands(command: Command, name: str) -> Iterator[str]:
    """`anyan serve`, `anyan site import`, … without their groups."""
    inner = getattr(command, "commands", None)
    if inner is None:
        yield name
        return
    for word, child in inner.items():
        yield from commands(child, f"{name} {word}")


def error_codes(module: ModuleType) -> set[str]:
    """Codes of the errors that a module defines."""
    errors = [value for value in vars(module).values() if isinstance(value, type)]
    return {error.code for error in errors if issubclass(error, AnyanError)}


def outside_code(text: str) -> str:
    """A page without its code blocks."""
    return CODE_BLOCK.sub("", text)


def anchor(heading: str) -> str:
    """The address of a heading within its page, as GitHub makes it."""
    plain = re.sub(r"[^\w\- ]", "", heading.replace("`", "").lower())
    return plain.strip().replace(" ", "-")


def test_every_command_is_documented():
    """Each command and sub-command stands in the operations page or the README."""
    text = OPERATIONS.read_text("utf-8") + READMES[0].read_text("utf-8")
    known = list(commands(typer.main.get_command(app), "anyan"))
    assert len(known) >= 8
    assert [name for name in known if f"`{name}" not in text] == []


def test_no_document_names_a_command_that_does_not_exist():
    """What a page says in code after `anyan` can be typed."""
    known = {name.split()[1] for name in commands(typer.main.get_command(app), "anyan")}
    for page in documents():
        named = set(re.findall(r"`anyan ([a-z-]+)", page.read_text("utf-8")))
        assert named <= known, page.name


def test_every_error_code_is_documented():
    """The operations page has a line with the next step for each code that a page may show."""
    codes = error_codes(core.errors) | error_codes(api.errors)
    assert {"error", "csrf", "disk_full"} <= codes
    rows = set(re.findall(r"^\| `([a-z_]+)` \|", OPERATIONS.read_text("utf-8"), re.MULTILINE))
    assert codes - rows == set()


def test_every_problem_of_the_service_is_documented():
    """Also those that are no errors of a request: disk, workers, spool."""
    engine = (ROOT / "service" / "engine.py").read_text("utf-8")
    codes = set(re.findall(r'Problem\(\s*"([a-z_]+)"', engine))
    assert "disk_low" in codes
    text = OPERATIONS.read_text("utf-8")
    assert [code for code in sorted(codes) if f"| `{code}` |" not in text] == []


def test_every_metric_is_documented():
    """A counter goes by its name with `_total`."""
    gauges = (ROOT / "api" / "metrics.py").read_text("utf-8")
    counters = (ROOT / "service" / "figures.py").read_text("utf-8")
    names = set(re.findall(r'"(anyan_[a-z_]+)"', gauges))
    names |= {f"{name}_total" for name in re.findall(r'"(anyan_[a-z_]+)"', counters)}
    documented = set(
        re.findall(r"^\| `(anyan_[a-z_]+)` \|", OPERATIONS.read_text("utf-8"), re.MULTILINE)
    )
    assert documented == names


def test_every_camera_state_is_documented():
    """Whoever reads a state on the wall finds it in the operations page."""
    from core.health import CameraState

    text = OPERATIONS.read_text("utf-8")
    assert [state for state in CameraState if f"| `{state}` |" not in text] == []


RULE_MODULES = sorted(
    [
        *(ROOT / "inference" / "rules").glob("*.py"),
        *(ROOT / "inference" / f"{name}.py" for name in ("darkness", "heads", "roster", "scene")),
    ]
)


def constants(path: Path) -> dict[tuple[str, str], float]:
    """The numbers that a rule's module sets itself, by module and name."""
    module = importlib.import_module(
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    )
    names = [
        name.id
        for statement in ast.parse(path.read_text("utf-8")).body
        if isinstance(statement, ast.Assign)
        for target in statement.targets
        for name in ast.walk(target)
        if isinstance(name, ast.Name)
    ]
    values = {name: getattr(module, name) for name in names if name.isupper()}
    return {(path.stem, n): float(v) for n, v in values.items() if isinstance(v, (int, float))}


def rule_settings() -> dict[tuple[str, str], float]:
    """What `anyan backtest --set` changes, by rule and name."""
    settings = asdict(RuleSettings())
    return {(rule, n): float(v) for rule, values in settings.items() for n, v in values.items()}


def test_the_rules_page_gives_every_constant_as_it_is():
    """`module.NAME` and `rule.setting` in a table of the page have the value of the code, and none
    is left out."""
    text = (ROOT / "docs" / "rules.md").read_text("utf-8")
    row = re.compile(r"^\| `([a-z_]+)\.([A-Za-z_]+)` \| (-?[\d.]+) \|", re.MULTILINE)
    stated = {(module, name): float(value) for module, name, value in row.findall(text)}
    actual = rule_settings()
    for path in RULE_MODULES:
        actual |= constants(path)
    assert stated == actual


@pytest.mark.parametrize("page", documents(), ids=lambda page: str(page.relative_to(ROOT)))
def test_links_and_images_lead_somewhere(page: Path):
    """Relative addresses name files of the repository, and their anchors name headings."""
    missing = []
    for target in LINK.findall(outside_code(page.read_text("utf-8"))):
        if "://" in target or target.startswith("mailto:"):
            continue
        path, _, fragment = target.partition("#")
        file = (page.parent / path) if path else page
        if not file.exists() or not file.resolve().is_relative_to(ROOT):
            missing.append(target)
        elif fragment:
            headings = re.findall(r"^#+ (.+)$", file.read_text("utf-8"), re.MULTILINE)
            if fragment not in map(anchor, headings):
                missing.append(target)
    assert missing == []


def test_every_make_target_in_the_documents_exists():
    """`make something` in any page can be typed."""
    makefile = (ROOT / "Makefile").read_text("utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    named = {
        target
        for page in documents()
        for target in re.findall(r"(?:`|^)make ([a-z]+)", page.read_text("utf-8"), re.MULTILINE)
    }
    assert {"demo", "test"} <= named
    assert named <= targets


def test_every_decision_has_its_parts_and_number():
    """One page each, numbered without a gap, with context, decision, consequences, alternatives."""
    pages = sorted((ROOT / "docs" / "adr").glob("*.md"))
    assert [int(page.name[:4]) for page in pages] == list(range(1, len(pages) + 1))
    for page in pages:
        text = page.read_text("utf-8")
        assert text.startswith(f"# {int(page.name[:4])}. "), page.name
        parts = re.findall(r"^## (.+)$", text, re.MULTILINE)
        assert parts == ["Context", "Decision", "Consequences", "Alternatives"], page.name


def test_both_readmes_say_the_same():
    """The same headings by level, the same code, the same pages linked."""
    english, chinese = (page.read_text("utf-8") for page in READMES)
    assert CODE_BLOCK.findall(english) == CODE_BLOCK.findall(chinese)
    levels = [HEADING.findall(outside_code(text)) for text in (english, chinese)]
    assert levels[0] == levels[1]
    linked = [
        sorted(t for t in LINK.findall(text) if not re.search(r"README|-(en|zh)\.png", t))
        for text in (english, chinese)
    ]
    assert set(linked[0]) == set(linked[1])


def test_the_site_file_of_the_readme_can_be_imported(tmp_path: Path):
    """What somebody copies works as it stands."""
    from service.site_file import read_site

    block = re.search(r"```yaml\n(.*?)```", READMES[0].read_text("utf-8"), re.DOTALL)
    assert block is not None
    path = tmp_path / "site.yaml"
    path.write_text(block[1], "utf-8")
    (camera,) = read_site(path).cameras
    assert [str(zone.kind) for zone in camera.zones] == ["restricted", "exit"]


def test_documents_name_no_place_of_one_machine():
    """Nothing of the machine on which somebody wrote them."""
    for page in documents():
        text = page.read_text("utf-8")
        assert not re.search(r"\.\./shared|/work/|/home/\w|localhost:", text), page.name
