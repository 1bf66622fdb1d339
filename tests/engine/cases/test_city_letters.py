from __future__ import annotations

from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest

from engine.cases.letter_templates import problems, render
from tests.engine.cases.city import text_of_word

TEMPLATES = sorted(Path("bpmn").glob("*/documents/*.docx"))
CONTEXT = {
    "letter": {"number": "营商交〔2026〕1号", "title": "交办单", "to": "市市场局", "date": "2026年3月2日", "kind": "交办单"},
    "case": {"number": "营商投诉〔2026〕0001", "title": "窗口刁难", "summary": "摘要", "co_units": ["感王镇"]},
    "task": {"name": "签收", "limit_at": "2026年3月3日"},
    "text": {"body": "请<办理> & 回复"},
}


def test_there_are_letters() -> None:
    assert TEMPLATES


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: f"{path.parts[1]}/{path.stem}")
def test_each_letter_of_the_city_is_sound_and_carries_its_number(path: Path) -> None:
    content = path.read_bytes()
    assert problems(content, path.name) == []
    text = text_of_word(render(content, CONTEXT))
    assert "{{" not in text


@pytest.mark.parametrize(("units", "told"), [([], False), (["感王镇", "市公安局"], True)])
def test_an_assignment_without_units_that_help_does_not_speak_of_them(units: list[str], told: bool) -> None:
    content = Path("bpmn/complaint/documents/assignment-order.docx").read_bytes()
    letter = render(content, {**CONTEXT, "case": {**CONTEXT["case"], "co_units": units}})
    text = ZipFile(BytesIO(letter)).read("word/document.xml").decode()
    assert ("协办单位" in text) is ("抄送：感王镇、市公安局" in text) is told
