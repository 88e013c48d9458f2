"""Shifts and holidays: replaced as they were seen, by hand or from a sheet."""

import io
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from fastapi.testclient import TestClient
from signed_in import browser_of

from api.app import Application
from hazards.access.roles import Role
from hazards.database import Database
from hazards.site.tree import UnitKind, create_unit
from hazards.tickets.calendar import work_calendar

SHIFTS, HOLIDAYS = "/api/v1/shifts", "/api/v1/holidays"
SHEET = "/api/v1/sheets/holidays"
EARLY = {"id": "early", "name": "早班", "schedule": "mon-fri 06:00-14:00", "working": True}
LATE = {"id": "late", "name": "晚班", "schedule": "mon-fri 22:00-06:00", "working": False}
FRIDAY = 1_790_326_800.0
"""2026-09-25 17:00 in Shanghai."""
HOUR = 3600.0


def _put(client: TestClient, path: str, items: list[dict[str, Any]]) -> Any:
    tag = client.get(path).headers["ETag"]
    return client.put(path, json={"items": items}, headers={"If-Match": tag})


def test_shifts_are_replaced_in_their_order(client: TestClient, database: Database) -> None:
    """Deadlines run in the working ones from now on; the same tag a second time is stale."""
    tag = client.get(SHIFTS).headers["ETag"]
    answer = _put(client, SHIFTS, [LATE, EARLY])
    assert (answer.status_code, answer.json()["items"]) == (200, [LATE, EARLY])
    assert client.get(SHIFTS).json()["items"] == [LATE, EARLY]
    with database.read() as session:
        calendar = work_calendar(session, ZoneInfo("Asia/Shanghai"))
        # Friday evening, one working hour: Monday at 07:00.
        assert calendar.add(FRIDAY, HOUR) == FRIDAY + (7 + 48 + 7) * HOUR
    body = {"items": [EARLY]}
    stale = client.put(SHIFTS, json=body, headers={"If-Match": tag})
    assert (stale.status_code, stale.json()["code"]) == (412, "stale")
    assert client.put(SHIFTS, json=body).status_code == 428


@pytest.mark.parametrize(
    ("items", "code", "sentence"),
    [
        ([EARLY, EARLY], "conflict", "two shifts have the same id: choose another one"),
        (
            [EARLY | {"schedule": "mon 08:00-12:00; not 2026-10-01"}],
            "conflict",
            "shift '早班' names dates: a shift has hours of the week only, dates stand among the "
            "holidays",
        ),
        ([EARLY | {"schedule": "mon 08:00-08:00"}], "invalid_request", "ends when it begins"),
        ([EARLY | {"schedule": "sometimes"}], "invalid_request", "cannot be read"),
        ([EARLY | {"name": " "}], "invalid_request", "at least 1 character"),
    ],
)
def test_shifts_that_cannot_be_kept_are_refused(
    client: TestClient, items: list[dict[str, Any]], code: str, sentence: str
) -> None:
    """One clear sentence, and what was there stays."""
    before = client.get(SHIFTS).json()
    answer = _put(client, SHIFTS, items).json()
    assert (answer["code"], sentence in answer["detail"]) == (code, True), answer
    assert client.get(SHIFTS).json() == before


def _day(day: str, name: str = "", worked: bool = False) -> dict[str, Any]:
    return {"day": day, "name": name, "worked": worked}


def test_holidays_are_replaced(client: TestClient, database: Database) -> None:
    """By day; a deadline that passes one is later by it, and a make-up Saturday counts."""
    days = [_day("2026-10-01", "国庆节"), _day("2026-09-26", "补班", worked=True)]
    answer = _put(client, HOLIDAYS, days)
    assert answer.json()["items"] == [days[1], days[0]]
    assert _put(client, SHIFTS, [EARLY]).status_code == 200
    with database.read() as session:
        calendar = work_calendar(session, ZoneInfo("Asia/Shanghai"))
        assert calendar.add(FRIDAY, HOUR) == FRIDAY + 14 * HOUR
    assert _put(client, HOLIDAYS, []).json() == {"items": []}


@pytest.mark.parametrize(
    ("days", "sentence"),
    [
        (["2026-10-01", "2026-10-01"], "列表中 2026-10-01 出现了 2 次：请只保留一条"),
        (["2026-02-30"], "日期请写成 2026-10-01"),
        (["1.10.2026"], "日期请写成 2026-10-01"),
        (["0001-01-01"], "日期请写成 2026-10-01"),
        (["tomorrow"], "日期请写成 2026-10-01"),
    ],
)
def test_days_that_are_none_are_refused(client: TestClient, days: list[str], sentence: str) -> None:
    """A day twice, or what is no day of this age: in the language that was asked for."""
    client.headers["Accept-Language"] = "zh-CN"
    answer = _put(client, HOLIDAYS, [_day(day) for day in days])
    assert answer.status_code in {409, 422}
    assert sentence in answer.json()["detail"]
    assert client.get(HOLIDAYS).json() == {"items": []}


def _excel(*rows: list[object]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


PASTED = "日期\t名称\t上班\n2026-10-01\t国庆节\t休\n2026年10月10日\t补班\t班\n"
SAVED = "日期,名称,上班\r\n2026/10/1,国庆节,否\r\n2026-10-10,补班,是\r\n"


@pytest.mark.parametrize(
    "data",
    [
        PASTED.encode(),
        SAVED.encode("gb18030"),
        SAVED.encode("utf-8-sig"),
        SAVED.replace(",", ";").encode(),
        _excel(["day", "name", "worked"], ["2026-10-01", "国庆节"], ["2026.10.10", "补班", "yes"]),
    ],
    ids=["pasted", "Excel's CSV in China", "CSV", "semicolons", "Excel"],
)
def test_a_year_comes_from_a_sheet(client: TestClient, data: bytes) -> None:
    """Excel, a CSV or copied cells; again it changes nothing, and what it does not name stays."""
    _put(client, HOLIDAYS, [_day("2025-01-01", "元旦")])
    assert client.put(SHEET, content=data).json() == {"made": 2, "changed": 0, "same": 0}
    assert client.put(SHEET, content=data).json() == {"made": 0, "changed": 0, "same": 2}
    assert client.get(HOLIDAYS).json()["items"] == [
        _day("2025-01-01", "元旦"),
        _day("2026-10-01", "国庆节"),
        _day("2026-10-10", "补班", worked=True),
    ]
    again = client.get(SHEET, headers={"Accept-Language": "zh-CN"}).content
    assert client.put(SHEET, content=again).json() == {"made": 0, "changed": 0, "same": 3}


def test_every_wrong_row_of_a_year_is_named(client: TestClient) -> None:
    """In the language that was asked for, and nothing is taken; a real date of Excel is one."""
    from datetime import datetime

    client.headers["Accept-Language"] = "zh-CN"
    file = _excel(
        ["日期", "名称", "上班"],
        [datetime(2026, 10, 1), "国庆节", "否"],
        ["2026-10-01", "又是国庆", ""],
        ["2026-13-01", "", ""],
        ["10月1日", "", "也许"],
        ["", "没有日期", ""],
    )
    answer = client.put(SHEET, content=file)
    assert answer.status_code == 422
    assert [(e["place"], e["message"]) for e in answer.json()["errors"]] == [
        ("row 6, day", "不能为空"),
        ("row 3, day", "“2026-10-01”重复出现"),
        ("row 4, day", "“2026-13-01”不是日期：请写成 2026-10-01"),
        ("row 5, day", "“10月1日”不是日期：请写成 2026-10-01"),
        ("row 5, worked", "请填写“是”或“否”"),
    ]
    assert client.get(HOLIDAYS).json() == {"items": []}


def test_working_time_belongs_to_the_whole_site(app: Application, database: Database) -> None:
    """An administrator of a part reads it and changes nothing."""
    with database.begin() as session:
        create_unit(session, parent_id="site", kind=UnitKind.TEAM, name="Yard", id="yard")
    deputy = browser_of(app, database, "deputy", Role.ADMINISTRATOR, "yard")
    assert deputy.get(HOLIDAYS).status_code == 200
    assert _put(deputy, SHIFTS, [EARLY]).status_code == 403
    assert _put(deputy, HOLIDAYS, []).status_code == 403
    assert deputy.put(SHEET, content=PASTED.encode()).status_code == 403
