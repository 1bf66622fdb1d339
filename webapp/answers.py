"""Answers of a completed task as people read them: labels and words from the form of that version, nothing that is sensitive."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from engine.processes.models import DefinitionFile, Task
from webapp import names
from webapp.i18n import drawn

Parts = Sequence[Mapping[str, Any]]


def labelled(session: Session, task: Task, *, office: bool) -> list[tuple[str, str]]:
    """Label and value of each answer that was given, in the order of the form. ``office``: fields about whom it concerns are shown, too."""
    parts = components(session, task.definition_id, task.form)
    return [(drawn(label), text) for label, text in _read(session, parts, task.answers or {}, office) if text]


def components(session: Session, definition_id: int, form: str) -> Parts:
    """The components of a form of a definition; none when there is no such form."""
    file = session.get(DefinitionFile, (definition_id, f"forms/{form}.form")) if form else None
    return parse(file.content) if file else ()


@lru_cache(maxsize=512)
def parse(content: bytes) -> Parts:
    """The components of a form-js schema."""
    return tuple(json.loads(content).get("components", ()))


def _read(session: Session, parts: Parts, answers: Mapping[str, Any], office: bool) -> Iterator[tuple[str, str]]:
    for part in parts:
        own = part.get("properties") or {}
        if own.get("sensitive") or (own.get("case") == "about" and not office):
            continue
        key = str(part.get("key") or part.get("path") or "")
        if part.get("type") == "group":
            yield from _read(session, part.get("components", ()), answers.get(key, answers) if key else answers, office)
        elif key in answers:
            yield str(part.get("label") or part.get("dateLabel") or key), _text(session, part, answers[key], office)


def _text(session: Session, part: Mapping[str, Any], value: Any, office: bool) -> str:
    if part.get("type") == "dynamiclist" and isinstance(value, list):
        rows = (dict(_read(session, part.get("components", ()), row, office)) for row in value if isinstance(row, Mapping))
        return "\n".join("；".join(f"{drawn(k)}：{v}" for k, v in row.items() if v) for row in rows)
    if isinstance(value, list):
        return "、".join(_word(session, part, one) for one in value)
    return _word(session, part, value)


def _word(session: Session, part: Mapping[str, Any], value: Any) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return str(_("是") if value else _("否"))
    for option in part.get("values") or ():
        if option.get("value") == value:
            return str(drawn(str(option.get("label"))))
    source = (part.get("properties") or {}).get("options_from")
    if source in ("units", "other_units", "towns", "co_units"):
        return names.wording(session, "unit", value)
    if source == "areas" and str(value).isdecimal():
        return names.wording(session, "area", value)
    return str(value)
