"""Excel as seen: the same rows and columns as on the page. No cell is ever a formula."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties

from engine import clock

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n")  # a spreadsheet reads such a beginning as a formula
PAPER_A4 = 9  # its number in the file format
LONGEST = 32_000  # characters of a cell, Excel's limit is 32,767
WIDE = {"title": 36, "text": 36, "case": 24, "source": 24, "light": 20, "unit": 20}


def workbook(title: str, heads: Sequence[tuple[str, str]], rows: Iterable[Sequence[Any]]) -> bytes:
    """A workbook of one sheet; ``heads`` are (label, kind of column), ``rows`` plain values. Text is always text."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(safe_name(title))
    sheet.freeze_panes = "B2"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", PAPER_A4
    sheet.page_setup.fitToHeight, sheet.sheet_properties.pageSetUpPr = 0, PageSetupProperties(fitToPage=True)  # as wide as the paper
    sheet.print_title_rows = "1:1"
    for number, (_label, kind) in enumerate(heads, 1):
        sheet.column_dimensions[get_column_letter(number)].width = WIDE.get(kind, 13)
    sheet.append([_cell(sheet, label, Font(bold=True)) for label, _kind in heads])
    count = 1
    for row in rows:
        sheet.append([_cell(sheet, value) for value in row])
        count += 1
    sheet.auto_filter.ref = f"A1:{get_column_letter(max(1, len(heads)))}{count}"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def safe_text(text: str) -> str:
    """A text that no spreadsheet reads as a formula, even after a detour through CSV; without characters that XML forbids."""
    clean = "".join(c for c in text if c >= " " or c in "\n\t")[:LONGEST]
    return "'" + clean if clean.startswith(DANGEROUS) else clean


def safe_name(title: str) -> str:
    """A sheet name that Excel takes."""
    return "".join(c for c in title if c not in "[]:*?/\\'")[:31] or "Sheet"


def _cell(sheet: Any, value: Any, font: Font | None = None) -> Any:
    cell = WriteOnlyCell(sheet, _plain(value))
    if isinstance(cell.value, str):
        cell.data_type = "s"
        cell.alignment = Alignment(wrap_text=len(cell.value) > 24, vertical="top")
    elif isinstance(value, datetime):
        cell.number_format = "yyyy-mm-dd hh:mm"
    elif isinstance(value, date):
        cell.number_format = "yyyy-mm-dd"
    if font is not None:
        cell.font = font
    return cell


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return clock.local(value).replace(second=0, microsecond=0, tzinfo=None)
    if value is None or isinstance(value, bool | int | float | date):
        return value
    return safe_text(str(value))
