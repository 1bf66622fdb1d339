"""Answers as a person reads them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from engine.bpm.forms import Choices, Component, Form
from engine.clock import local
from webapp.forms.controls import written


def shown(form: Form, answers: Mapping[str, Any], choices: Mapping[str, Choices] | None = None) -> list[tuple[str, str]]:
    """(label, value) of each answer that was given, with the labels of choices; rows are numbered. Labels are those of the drawing."""
    return [pair for component in form.level.fields for pair in _shown(component, answers.get(component.key), choices or {})]


def _shown(component: Component, value: Any, choices: Mapping[str, Choices]) -> list[tuple[str, str]]:
    if value in (None, "", []):
        return []
    if component.level and isinstance(value, list):
        rows = [(number, row) for number, row in enumerate(value, 1) if isinstance(row, Mapping)]
        return [(f"{component.label} {number} · {label}", text) for number, row in rows for label, text in _inner(component, row, choices)]
    if component.level:
        return _inner(component, value if isinstance(value, Mapping) else {}, choices)
    labels = {
        written(key): label for key, label in (choices.get(component.options_from, ()) if component.options_from else component.choices)
    }
    return [(component.label, "、".join(_word(item, labels) for item in (value if isinstance(value, list) else [value])))]


def _inner(component: Component, values: Mapping[str, Any], choices: Mapping[str, Choices]) -> list[tuple[str, str]]:
    fields = component.level.fields if component.level else ()
    return [pair for inner in fields for pair in _shown(inner, values.get(inner.key), choices)]


def _word(value: Any, labels: Mapping[str, str]) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, datetime):
        return local(value).strftime("%Y-%m-%d %H:%M")
    return value.isoformat() if isinstance(value, date) else labels.get(written(value), written(value))
