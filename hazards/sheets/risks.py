"""The list of risks as a sheet; the id says which is which, an empty one is a new risk unit."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import Incomplete
from hazards.risk.actions import CONTROLS, KINDS, RiskDraft, create_risk_unit, edit_risk_unit
from hazards.risk.grading import FACTORS, Method, score
from hazards.risk.queries import risk_units
from hazards.risk.tables import RiskUnitRow
from hazards.sheets.places import Places
from hazards.sheets.workbook import Column, Line, Mistakes, Taken, read, write
from hazards.site.people_tables import PersonRow

_FACTOR_TITLES = {
    "likelihood": "可能性",
    "exposure": "暴露频率",
    "consequence": "后果",
    "severity": "严重性",
}
_CONTROL_TITLES = {
    "engineering": "工程措施",
    "management": "管理措施",
    "training": "培训措施",
    "protective": "个体防护",
    "emergency": "应急措施",
}
COLUMNS = (
    Column("id", "编号"),
    Column("name", "名称", required=True),
    Column("kind", "类型", required=True),
    Column("unit", "部门", required=True),
    Column("owner", "责任人工号"),
    Column("method", "评价方法", required=True),
    *(Column(key, title) for key, title in _FACTOR_TITLES.items()),
    *(Column(key, _CONTROL_TITLES[key]) for key in CONTROLS),
)
KIND_WORDS = {"区域": "area", "设备": "equipment", "作业": "activity"}


def export_risks(session: Session, *, paths: Sequence[str], chinese: bool) -> bytes:
    """The active risk units of some sub-trees."""
    places = Places(session, paths)
    numbers = {row.id: row.number for row in session.scalars(select(PersonRow))}
    words = {english: word for word, english in KIND_WORDS.items()}
    rows = (
        [
            row.id,
            row.name,
            words[row.kind] if chinese else row.kind,
            places.shown(row.unit_id),
            numbers.get(row.owner_id or "", ""),
            row.method,
            *(f"{row.factors[key]:g}" if key in row.factors else "" for key in _FACTOR_TITLES),
            *("\n".join(row.controls.get(key, [])) for key in CONTROLS),
        ]
        for row in risk_units(session, paths=paths)
    )
    return write(COLUMNS, rows, chinese=chinese)


def import_risks(session: Session, data: bytes, *, paths: Sequence[str], now: float) -> Taken:
    """Adds and changes risk units, which keep what is drawn; a grade that changes has to be
    approved again. Raises SheetRefused with every mistake; then nothing was changed.
    """
    mistakes = Mistakes()
    lines = read(data, COLUMNS, mistakes)
    places = Places(session, paths)
    people = {row.number: row.id for row in session.scalars(select(PersonRow))}
    known = {row.id: row for row in risk_units(session, paths=paths)}
    seen: set[str] = set()
    wanted: list[tuple[RiskUnitRow | None, RiskDraft]] = []
    for line in lines:
        risk_id = line.cells["id"]
        if risk_id and (risk_id not in known or risk_id in seen):
            mistakes.add(line, "id", "no single risk unit of yours has this id: leave it empty")
        seen.add(risk_id)
        row = known.get(risk_id)
        draft = _draft(line, row, places, people, mistakes)
        if draft is not None:
            wanted.append((row, draft))
    mistakes.refuse()
    made = changed = 0
    for row, draft in wanted:
        if row is None:
            create_risk_unit(session, draft, now=now)
            made += 1
        elif not _says(row, draft):
            edit_risk_unit(session, row.id, draft, now=now)
            changed += 1
    return Taken(made, changed, len(wanted) - made - changed)


def _draft(
    line: Line, row: RiskUnitRow | None, places: Places, people: Mapping[str, str],
    mistakes: Mistakes,
) -> RiskDraft | None:  # fmt: skip
    cells, before = line.cells, len(mistakes.found)
    unit = places.find(line, "unit", mistakes) if cells["unit"] else None
    kind = KIND_WORDS.get(cells["kind"], cells["kind"].lower())
    if kind not in KINDS:
        mistakes.add(line, "kind", f"use one of {', '.join(KIND_WORDS)}")
    if cells["owner"] and cells["owner"] not in people:
        mistakes.add(line, "owner", f"nobody has the staff number '{cells['owner']}'")
    if len(cells["name"]) > 200 or "\n" in cells["name"]:
        mistakes.add(line, "name", "use up to 200 characters on one line")
    method = {"lec": Method.LEC, "matrix": Method.MATRIX}.get(cells["method"].lower())
    factors: dict[str, float] = {}
    if method is None:
        mistakes.add(line, "method", "use lec or matrix")
    else:
        factors = _factors(line, method, mistakes)
    if unit is None or method is None or len(mistakes.found) > before:
        return None
    return RiskDraft(
        unit_id=unit.id,
        name=cells["name"],
        kind=kind,
        plan_id=row.plan_id if row else None,
        polygon=row.polygon if row else [],
        owner_id=people.get(cells["owner"]),
        method=method,
        factors=factors,
        controls={key: lines for key in CONTROLS if (lines := _sentences(cells[key]))},
    )


def _factors(line: Line, method: Method, mistakes: Mistakes) -> dict[str, float]:
    factors: dict[str, float] = {}
    for key in FACTORS[method]:
        try:
            factors[key] = float(line.cells[key])
        except ValueError:
            mistakes.add(line, key, f"{method} needs a number here")
    if len(factors) == len(FACTORS[method]):
        try:
            score(method, factors)
        except Incomplete as error:
            mistakes.add(line, "method", error.message)
    return factors


def _sentences(text: str) -> list[str]:
    return [part.strip() for part in text.replace("；", "\n").split("\n") if part.strip()]


def _says(row: RiskUnitRow, draft: RiskDraft) -> bool:
    mine = (row.unit_id, row.name, row.kind, row.owner_id, row.method, row.factors)
    yours = (
        draft.unit_id, draft.name, draft.kind, draft.owner_id, draft.method.value,
        dict(draft.factors),
    )  # fmt: skip
    controls = {key: lines for key, lines in row.controls.items() if lines}
    return mine == yours and controls == dict(draft.controls)
