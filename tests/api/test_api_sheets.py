"""Excel files: what goes out comes back, mistakes are named row by row, traps are refused."""

import io
import zipfile
from collections.abc import Sequence
from typing import Any

import openpyxl
import pytest
from fastapi.testclient import TestClient
from httpx import Response
from roles import browser_of
from sqlalchemy import func, select

from api.app import Application
from hazards.access.roles import Role
from hazards.database import Database
from hazards.risk.tables import RiskUnitRow
from hazards.site.people import create_contractor, create_person
from hazards.site.people_tables import PersonRow, UnitRow
from hazards.site.tree import UnitKind, create_unit

PEOPLE = "/api/v1/sheets/people"
UNITS = "/api/v1/sheets/units"
RISKS = "/api/v1/sheets/risks"
HEAD = ["工号", "姓名", "部门", "岗位", "承包商", "在职"]


@pytest.fixture(autouse=True)
def works(database: Database) -> None:
    with database.begin() as session:
        create_unit(session, parent_id="site", kind=UnitKind.WORKSHOP, name="机加车间", id="works")
        create_unit(session, parent_id="site", kind=UnitKind.WORKSHOP, name="堆场", id="yard")
        create_contractor(session, name="外包一", unit_id="works", contact="")
        create_person(session, number="1", name="张三", unit_id="works", post="钳工")


def _file(*rows: Sequence[Any]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _rows(answer: Response) -> list[tuple[Any, ...]]:
    assert answer.status_code == 200
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    return list(book.active.iter_rows(values_only=True))


def _mistakes(answer: Response) -> list[str]:
    assert (answer.status_code, answer.json()["code"]) == (422, "sheet_refused")
    return [error["place"] for error in answer.json()["errors"]]


def _count(database: Database, table: type) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_people_go_out_and_come_back(client: TestClient) -> None:
    """In both languages; the same file again changes nothing; an edited one changes its rows."""
    out = client.get(PEOPLE, headers={"Accept-Language": "zh-CN"})
    rows = _rows(out)
    assert rows == [tuple(HEAD), ("1", "张三", "机加车间", "钳工", None, "是")]
    assert _rows(client.get(PEOPLE))[0] == (
        "number", "name", "unit", "post", "contractor", "active",
    )  # fmt: skip
    for file in (out.content, client.get(PEOPLE).content):
        assert client.put(PEOPLE, content=file).json() == {"made": 0, "changed": 0, "same": 1}
    file = _file(
        HEAD, [1, "张三", "yard", "钳工", "", "否"], ["2", "李四", "机加车间", "", "外包一"]
    )
    assert client.put(PEOPLE, content=file).json() == {"made": 1, "changed": 1, "same": 0}
    found = client.get("/api/v1/people").json()["items"]
    assert [(p["unit_id"], p["active"]) for p in found] == [("yard", False), ("works", True)]


def test_every_mistake_is_named_and_nothing_is_taken(
    client: TestClient, database: Database
) -> None:
    """One good row among bad ones is not imported; each bad cell has its place."""
    file = _file(
        HEAD,
        ["2", "李四", "机加车间"],
        ["2", "又一个", "机加车间"],
        ["3", None, "没有这个部门", "", "无此公司", "也许"],
        ["4", "=1+1", "works"],
    )
    assert _mistakes(client.put(PEOPLE, content=file)) == [
        "row 4, name",
        "row 5, name",
        "row 5, name",
        "row 3, number",
        "row 4, unit",
        "row 4, active",
        "row 4, contractor",
    ]
    assert _count(database, PersonRow) == 1


def test_ten_thousand_wrong_rows_are_all_named(client: TestClient, database: Database) -> None:
    """In one answer, with nothing taken."""
    file = _file(HEAD, *([str(n), "x", "nowhere"] for n in range(10_000)))
    places = _mistakes(client.put(PEOPLE, content=file))
    assert (len(places), places[-1]) == (10_000, "row 10001, unit")
    assert _count(database, PersonRow) == 1


def test_merged_cells_are_named(client: TestClient) -> None:
    """A person who merged cells meant something that a row does not say."""
    book = openpyxl.Workbook()
    for row in (HEAD, ["2", "李四", "works"], ["3", "", ""]):
        book.active.append(row)
    book.active.merge_cells("B2:B3")
    file = io.BytesIO()
    book.save(file)
    assert "B2:B3" in _mistakes(client.put(PEOPLE, content=file.getvalue()))


def _zip(parts: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return file.getvalue()


def _with_sheet(xml: bytes) -> bytes:
    """A workbook whose sheet is other XML."""
    with zipfile.ZipFile(io.BytesIO(_file(HEAD))) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    return _zip(parts | {"xl/worksheets/sheet1.xml": xml})


ENTITIES = b"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">
<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>
<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>
<row r="1"><c r="A1" t="inlineStr"><is><t>&b;</t></is></c></row></sheetData></worksheet>"""


def _lying() -> bytes:
    """A bomb of 100 MB whose table of contents says that it unpacks to 10 bytes."""
    bomb = _zip({"[Content_Types].xml": b"", "xl/worksheets/sheet1.xml": bytes(100 * 2**20)})
    return bomb.replace((100 * 2**20).to_bytes(4, "little"), (10).to_bytes(4, "little"))


TRAPS = {
    "empty": b"",
    "text": "工号,姓名".encode(),
    "bomb": _zip({"xl/worksheets/sheet1.xml": bytes(100 * 2**20)}),
    "lying bomb": _lying(),
    "many parts": _zip({f"{n}.xml": b"" for n in range(200)}),
    "other zip": _zip({"a.txt": b"a"}),
    "entities": _with_sheet(ENTITIES),
    "broken XML": _with_sheet(b"<worksheet"),
    "no sheet data": _with_sheet(b"<worksheet/>"),
    "other columns": _file(["a", "b"], ["1", "2"]),
    "a column twice": _file([*HEAD, "number"], ["1", "2"]),
    "a far cell": _with_sheet(
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>'
    ),
}


@pytest.mark.parametrize("trap", TRAPS)
def test_what_is_no_such_sheet_is_refused(client: TestClient, trap: str) -> None:
    """Before it unpacks, whatever it claims to be."""
    assert _mistakes(client.put(PEOPLE, content=TRAPS[trap])) == ["file"]


def test_a_file_beyond_a_megabyte_is_not_read(client: TestClient) -> None:
    """413, like any other request of that size."""
    assert client.put(PEOPLE, content=bytes(2**20 + 1)).status_code == 413


def test_a_text_that_looks_like_a_formula_stays_a_text(client: TestClient) -> None:
    """A name from another system runs nothing on the computer of whoever opens the file."""
    evil = '=HYPERLINK("http://x","y")'
    body = {"number": "9", "name": evil, "unit_id": "works", "post": "", "contractor_id": None}
    assert client.post("/api/v1/people", json=body).status_code == 201
    book = openpyxl.load_workbook(io.BytesIO(client.get(PEOPLE).content))
    cell = book.active["B3"]
    assert (cell.value, cell.data_type) == (evil, "s")


def test_a_sheet_reaches_as_far_as_its_sender(app: Application, database: Database) -> None:
    """Nobody is moved into, out of or within a part that is not the sender's."""
    admin = browser_of(app, database, "deputy", Role.ADMINISTRATOR, "yard")
    assert len(_rows(admin.get(PEOPLE))) == 1
    file = _file(HEAD, ["1", "张三", "yard"], ["2", "李四", "works"])
    assert _mistakes(admin.put(PEOPLE, content=file)) == ["row 2, number", "row 3, unit"]
    assert len(_rows(admin.get(UNITS))) == 2
    tree = _file(["id", "name", "kind", "parent"], ["works", "x", "team", "yard"])
    assert _mistakes(admin.put(UNITS, content=tree)) == ["row 2, id"]


def test_the_organisation_comes_in_any_order(client: TestClient, database: Database) -> None:
    """Rows may stand before the unit above them; what moves takes along what is below it."""
    head = ["编号", "名称", "层级", "上级编号"]
    file = _file(head, ["b", "二班", "班组", "a"], ["a", "新车间", "车间", "works"],
                 ["works", "机加", "部门", "yard"], ["site", "工厂", "公司", ""])  # fmt: skip
    assert client.put(UNITS, content=file).json() == {"made": 2, "changed": 2, "same": 0}
    with database.read() as session:
        assert session.get_one(UnitRow, "b").path == "/site/yard/works/a/b/"
    again = client.get(UNITS, headers={"Accept-Language": "zh"}).content
    assert client.put(UNITS, content=again).json() == {"made": 0, "changed": 0, "same": 5}


@pytest.mark.parametrize(
    ("rows", "places"),
    [
        ([["a", "A", "班组", "b"], ["b", "B", "班组", "a"]], ["row 2, parent"]),
        ([["a", "A", "班组", "nowhere"]], ["row 2, parent"]),
        ([["a", "A", "班组", "site"], ["a", "A", "班组", "site"]], ["row 3, id"]),
        ([["A b", "A", "车间主任", "site"]], ["row 2, id", "row 2, kind"]),
        ([["site", "S", "公司", "works"]], ["row 2, parent"]),
        ([["works", "W", "车间", "works"]], ["row 2, parent"]),
        (
            [["yard", "Y", "车间", "works"], ["works", "W", "车间", "yard"]],
            ["row 2, parent"],
        ),
    ],
)  # fmt: skip
def test_a_tree_that_is_none_is_refused(
    client: TestClient, database: Database, rows: list[list[str]], places: list[str]
) -> None:
    """Circles, unknown parents, ids twice: named, and nothing of the file is taken."""
    assert (
        _mistakes(client.put(UNITS, content=_file(["编号", "名称", "层级", "上级编号"], *rows)))
        == places
    )
    assert _count(database, UnitRow) == 3


def test_risks_go_out_and_come_back(client: TestClient, database: Database) -> None:
    """A row without id is a new risk unit, graded by its factors; the same file changes nothing."""
    head = ["name", "kind", "unit", "owner", "method", "likelihood", "exposure", "consequence",
            "severity", "engineering"]  # fmt: skip
    good = ["冲压区", "区域", "机加车间", "1", "LEC", 6, 6, 15, "", "护栏；光幕"]
    assert client.put(RISKS, content=_file(head, good)).json()["made"] == 1
    with database.read() as session:
        row = session.scalars(select(RiskUnitRow)).one()
        assert (row.score, row.controls) == (540, {"engineering": ["护栏", "光幕"]})
    again = client.get(RISKS).content
    assert client.put(RISKS, content=again).json() == {"made": 0, "changed": 0, "same": 1}
    wrong = _file(
        ["id", *head],
        ["", "A", "区域", "works", "99", "lec", 6, 6, "many"],
        ["x", "B", "房间", "works", "", "gut", 6],
        ["", "C", "设备", "works", "", "matrix", 9, "", "", 5],
    )
    assert _mistakes(client.put(RISKS, content=wrong)) == [
        "row 2, owner",
        "row 2, consequence",
        "row 3, id",
        "row 3, kind",
        "row 3, method",
        "row 4, method",
    ]
    assert _count(database, RiskUnitRow) == 1
