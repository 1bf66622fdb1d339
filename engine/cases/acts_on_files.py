"""Operations that write letters."""

from __future__ import annotations

from typing import Any

from engine.bpm import runner
from engine.cases import documents
from engine.cases.desks import Given, case_of, text_of
from engine.cases.files import FileStore
from engine.cases.models import Letter
from engine.processes.models import Task
from engine.processes.ports import Desk

LETTER = {
    "letter": "文书（模板文件名）",
    "to_unit": "收文单位",
    "to_name": "收文机关名称",
    "title": "标题",
    "body": "正文",
    "limit_on": "办理期限",
    "*": "模板中 text 的其他内容",
}
OWN = ("letter", "to_unit", "to_name", "title", "case_id", "audience")


class Letters:
    """Writes letters and keeps them in ``files``."""

    def __init__(self, files: FileStore) -> None:
        self.files = files

    def issue(self, desk: Desk, given: Given) -> dict[str, Any]:
        """A numbered letter from ``documents/<letter>.docx`` of the calling drawing's folder; what else is given is its ``text``."""
        letter = write_letter(desk, self.files, text_of(given, "letter", needed=True), given)
        return {"letter_number": letter.number, "issued_at": letter.issued_at}


def write_letter(desk: Desk, files: FileStore, name: str, given: Given, task: Task | None = None) -> Letter:
    """Issue the letter ``name`` for the desk's case."""
    template = _template(desk, name)
    return documents.issue(
        desk.session,
        desk.act,
        case_of(desk, given),
        name,
        template,
        files=files,
        to_unit=text_of(given, "to_unit") or None,
        to_name=text_of(given, "to_name"),
        title=text_of(given, "title"),
        text={key: value for key, value in given.items() if key not in OWN},
        task=task,
        audience=text_of(given, "audience") or None,
    )


def _template(desk: Desk, name: str) -> bytes:
    """The letter of the bound version of the calling drawing, else of that of the root, else of the drawing's current version."""
    bound = runner.bindings(desk.instance.state) if desk.instance.state else {}
    for definition_id in dict.fromkeys((bound.get(desk.process), desk.instance.definition_id)):
        drawing = desk.ports.drawings.drawing(desk.session, desk.ports, definition_id) if definition_id is not None else None
        if drawing is not None and f"documents/{name}.docx" in drawing.files:
            return drawing.files[f"documents/{name}.docx"]
    current = documents.current_definition(desk.session, desk.process)
    return documents.template(desk.session, [] if current is None else [current], name)
