from __future__ import annotations

from pathlib import Path

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
