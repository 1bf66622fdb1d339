"""A letter as text for the page and the printer: paragraphs and tables of the Word file that was issued."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.table import Table
from docx.text.paragraph import Paragraph

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
ALIGNED = {WD_ALIGN_PARAGRAPH.CENTER: "center", WD_ALIGN_PARAGRAPH.RIGHT: "right"}


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph (``text``) or a table (``rows`` of cells); ``kind``: text, title, center, right or table."""

    kind: str
    text: str = ""
    rows: tuple[tuple[str, ...], ...] = ()


def blocks(content: bytes) -> list[Block]:
    """What the letter says, in its order."""
    return list(_read(content))


def _read(content: bytes) -> Iterator[Block]:
    for part in Document(io.BytesIO(content)).iter_inner_content():
        if isinstance(part, Table):
            yield Block("table", rows=tuple(tuple(cell.text for cell in row.cells) for row in part.rows))
        elif isinstance(part, Paragraph) and part.text.strip():
            yield Block(_kind(part), part.text)


def _kind(paragraph: Paragraph) -> str:
    style = (paragraph.style.name if paragraph.style else "") or ""
    if style.startswith(("Title", "Heading 1")):
        return "title"
    return ALIGNED.get(paragraph.alignment, "text") if paragraph.alignment is not None else "text"
