"""Reading and writing one sheet of text, safely.

A sheet is an .xlsx, or text with commas, semicolons or tabs: a .csv, or cells that were copied. An
.xlsx is a zip of XML from a stranger: its unpacked size is checked before anything is parsed,
formulas are refused, merged cells too, and what is written as text stays text.
"""

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import Enum

import openpyxl
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.styles import Font
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from core.errors import SheetRefused

ZIP = b"PK"
UNPACKED_BYTES = 16 * 2**20
PARTS = 100
ROWS = 20_000
COLUMNS = 50
LONGEST = 2000
"""Characters of one cell."""
YES, NO = frozenset({"是", "yes", "true", "1"}), frozenset({"否", "no", "false", "0"})
"""How people write them, in small letters."""


class Odd(Enum):
    """A cell without a value that can be used."""

    FORMULA = "formula"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Column:
    """key: in code and in English. title: in Chinese. Either may stand in the first row."""

    key: str
    title: str
    required: bool = False


@dataclass(slots=True)
class Line:
    """One row. number: as Excel shows it. cells: text by key, empty for an empty cell."""

    number: int
    cells: dict[str, str]


@dataclass(slots=True)
class Mistakes:
    """What is wrong with a file, place by place."""

    found: list[tuple[str, str]] = field(default_factory=list)

    def add(self, line: Line | int, key: str, sentence: str) -> None:
        """One cell."""
        number = line if isinstance(line, int) else line.number
        self.note(f"row {number}, {key}", sentence)

    def note(self, place: str, sentence: str) -> None:
        """Anything else, such as a range of cells."""
        self.found.append((place, sentence))

    def refuse(self) -> None:
        """Raises SheetRefused where there is a mistake."""
        if self.found:
            raise SheetRefused(self.found)


@dataclass(frozen=True, slots=True)
class Taken:
    """What an import did: rows of the records that are new, other than before, or the same."""

    made: int
    changed: int
    same: int


def read(data: bytes, columns: Sequence[Column], mistakes: Mistakes) -> list[Line]:
    """The rows of the first sheet; cells that cannot be used are empty and noted in mistakes.

    Raises SheetRefused for what is no such sheet at all.
    """
    rows = _cells(data, mistakes) if data.startswith(ZIP) else _separated(data)
    keys = _keys(next(rows, ()), columns)
    lines = []
    for number, row in enumerate(rows, start=2):
        cells = dict.fromkeys((column.key for column in columns), "")
        for key, cell in zip(keys, row, strict=False):
            if key is not None and cell is not None:
                cells[key] = _text(cell, number, key, mistakes)
        if any(cells.values()):
            lines.append(Line(number, cells))
            for column in columns:
                if column.required and not cells[column.key]:
                    mistakes.add(number, column.key, "this must not be empty")
    return lines


def write(columns: Sequence[Column], rows: Iterable[Sequence[str]], *, chinese: bool) -> bytes:
    """A workbook of one sheet. A text that looks like a formula stays a text."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Anyan")
    sheet.freeze_panes = "A2"
    titles = [column.title if chinese else column.key for column in columns]
    sheet.append([_cell(sheet, title, bold=True) for title in titles])
    for row in rows:
        sheet.append([_cell(sheet, value) for value in row])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _cells(data: bytes, mistakes: Mistakes) -> Iterator[Sequence[object]]:
    """The values of the first sheet of an .xlsx; Odd in place of what is none."""
    sheet = _open(data)
    for merged in sheet.merged_cells.ranges:
        mistakes.note(str(merged), "merged cells cannot be read: take them apart")
    return (tuple(map(_value, row)) for row in sheet.iter_rows())


def _separated(data: bytes) -> Iterator[Sequence[object]]:
    """The values of a text; its first line says what stands between them."""
    text = _decoded(data)
    head = text.partition("\n")[0]
    between = max("\t;,", key=head.count)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=between))
    except csv.Error as error:
        raise _no_sheet("this text cannot be read: save it as .xlsx") from error
    _check_size(len(rows), max(map(len, rows), default=0))
    return iter(rows)


def _decoded(data: bytes) -> str:
    """UTF-8, or what Excel writes in China."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise _no_sheet("this is no Excel file: save it as .xlsx")


def _open(data: bytes) -> Worksheet:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError) as error:
        raise _no_sheet("this is no Excel file: save it as .xlsx") from error
    if len(parts) > PARTS or sum(part.file_size for part in parts) > UNPACKED_BYTES:
        raise _no_sheet("the file is too large unpacked: split it")
    try:
        book = openpyxl.load_workbook(io.BytesIO(data), keep_links=False)
        sheet = book.worksheets[0]
    except Exception as error:
        # A made-up file fails anywhere in the library, with any error.
        raise _no_sheet("this Excel file cannot be read: save it again as .xlsx") from error
    _check_size(sheet.max_row, sheet.max_column)
    return sheet


def _check_size(rows: int, columns: int) -> None:
    if rows > ROWS + 1 or columns > COLUMNS:
        raise _no_sheet(f"the sheet has more than {ROWS} rows or {COLUMNS} columns: split it")


def _keys(header: Sequence[object], columns: Sequence[Column]) -> list[str | None]:
    """The key of each column of the sheet; those that nobody knows are left alone."""
    names = {name.lower(): c.key for c in columns for name in (c.key, c.title)}
    keys = [names.get(str(value or "").strip().lower()) for value in header]
    known = [key for key in keys if key is not None]
    missing = [c.title for c in columns if c.required and c.key not in known]
    if missing or len(set(known)) != len(known):
        wanted = ", ".join(column.title for column in columns)
        raise _no_sheet(f"the first row must name each of these columns once: {wanted}")
    return keys


def _value(cell: Cell | MergedCell) -> object:
    if cell.data_type == "f":
        return Odd.FORMULA
    return Odd.WRONG if cell.data_type == "e" else cell.value


def _text(value: object, number: int, key: str, mistakes: Mistakes) -> str:
    if value is Odd.FORMULA:
        mistakes.add(number, key, "formulas are not taken: paste the value")
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if value is Odd.WRONG or not isinstance(value, (str, int, float, date)):
        mistakes.add(number, key, "this value cannot be used: type it as text")
        return ""
    text = str(value).strip()
    if len(text) > LONGEST or not text.replace("\n", " ").isprintable():
        mistakes.add(number, key, f"use up to {LONGEST} printable characters")
        return ""
    return text


def _cell(sheet: Worksheet, value: str, *, bold: bool = False) -> Cell:
    cell: Cell = WriteOnlyCell(sheet, value)
    cell.data_type = "s"
    if bold:
        cell.font = Font(bold=True)
    return cell


def _no_sheet(sentence: str) -> SheetRefused:
    return SheetRefused([("file", sentence)])
