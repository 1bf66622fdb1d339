from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from webapp import forms


def test_answers_are_read_with_labels_and_numbered_rows(form: Any) -> None:
    compiled = form(
        {"type": "radio", "key": "outcome", "label": "结论", "values": [{"label": "属实", "value": "true_"}]},
        {"type": "checkbox", "key": "urgent", "label": "紧急"},
        {"type": "taglist", "key": "units", "label": "单位", "properties": {"units_picker": "true"}},
        {"type": "datetime", "key": "day", "dateLabel": "期限"},
        {"type": "datetime", "key": "at", "subtype": "datetime", "dateLabel": "约谈"},
        {"type": "textfield", "key": "empty", "label": "空"},
        {"type": "dynamiclist", "path": "rows", "label": "措施", "components": [{"type": "textfield", "key": "step", "label": "步骤"}]},
        {"type": "group", "path": "place", "label": "地点", "components": [{"type": "textfield", "key": "street", "label": "街道"}]},
    )
    answers = {
        "outcome": "true_",
        "urgent": True,
        "units": [3, 4],
        "day": date(2026, 10, 1),
        "at": datetime(2026, 10, 1, 1, 30, tzinfo=UTC),
        "empty": None,
        "rows": [{"step": "甲"}, {"step": "乙"}],
        "place": {"street": "中山路"},
    }
    assert forms.shown(compiled.form, answers, {"units": [(3, "住建局"), (4, "公管局")]}) == [
        ("结论", "属实"),
        ("紧急", "是"),
        ("单位", "住建局、公管局"),
        ("期限", "2026-10-01"),
        ("约谈", "2026-10-01 09:30"),
        ("措施 1 · 步骤", "甲"),
        ("措施 2 · 步骤", "乙"),
        ("街道", "中山路"),
    ]
