"""The form of a task: what it begins with (variables, the case, a draft), its choices, its files, its answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage, MultiDict

from engine.bpm import moments
from engine.cases import choices as choosing
from engine.cases.choices import choices
from engine.cases.identity import without_reporter
from engine.cases.models import Case
from engine.cases.observe import written
from engine.clock import now
from engine.people.person import Person
from engine.processes.models import Draft, Instance, Task
from engine.processes.queries import variables
from engine.processes.standing import Standing
from webapp import forms, names
from webapp.forms import Bound, PageForm
from webapp.forms.sent import Sent
from webapp.session import house

EMPTY = b'{"type": "default", "components": []}'
Pairs = MultiDict[str, str]  # what a browser sent


def schema(session: Session, task: Task) -> bytes:
    """The form of the task's version; one without fields when the step has none."""
    drawing = house().ports.drawings.drawing(session, house().ports, task.definition_id)
    return drawing.files.get(f"forms/{task.form}.form", EMPTY) if task.form else EMPTY


def bound(
    session: Session,
    person: Person,
    task: Task,
    instance: Instance,
    case: Case | None,
    raw: Pairs | None,
    *,
    quiet: bool = False,
    files: Mapping[str, list[str]] | None = None,
) -> Bound:
    """The form with what was typed (``raw``), else with what is known. ``quiet``: show what was typed without faults."""
    content = schema(session, task)
    form: PageForm = forms.compile(content, task.form)
    return form.bind(
        cast("Sent | None", raw),
        initial(session, content, task, instance, case),
        moments.functions(now(), house().calendar(session)),
        choices=_choices(session, form.form.options_from, case),
        files=files,
        quiet=quiet,
    )


def sent(
    session: Session, task: Task, instance: Instance, case: Case | None, raw: Pairs, files: Mapping[str, list[str]], standing: Standing
) -> dict[str, Any] | None:
    """The checked answers of a form that was sent finally; None when it must be shown again: it has faults, or a row was added."""
    content = schema(session, task)
    form: PageForm = forms.compile(content, task.form)
    return form.answers(
        cast("Sent", raw),
        initial(session, content, task, instance, case),
        moments.functions(now(), standing.calendar),
        choices=choosing.Offered(session, form.form.options_from, case, standing),
        files=files,
    )


def needs_case(session: Session, task: Task) -> bool:
    """Does the form of the task begin with what the case says, or offer choices by it?"""
    content = schema(session, task)
    form: PageForm = forms.compile(content, task.form)
    return any(where == "case" for where, _ in written(content).values()) or choosing.needs_case(form.form.options_from)


def _choices(session: Session, wanted: frozenset[str], case: Case | None) -> dict[str, Any]:
    """The choices of the house, units and areas by their names in the language of the page."""
    found = choices(session, wanted, case)
    for name in found.keys() & {"units", "towns", "co_units"}:
        found[name] = [(value, names.units(session).get(value, label)) for value, label in found[name]]
    if "areas" in found:
        found["areas"] = [(value, names.areas(session).get(value, label)) for value, label in found["areas"]]
    return found


def initial(session: Session, content: bytes, task: Task, instance: Instance, case: Case | None) -> dict[str, Any]:
    """What the form begins with: the variables of the task, over them what the case file says now."""
    known = variables(session, house().ports, instance, task)
    if case is None:
        return known
    for key, (where, target) in written(content).items():
        value = getattr(case, target, None) if where == "case" else None
        if value not in (None, ""):
            known[key] = value
    return known


def draft(kept: Draft | None) -> Pairs | None:
    """What was typed last, as the browser sent it."""
    if kept is None or "typed" not in kept.answers:
        return None
    return MultiDict((name, value) for name, values in kept.answers["typed"].items() for value in values)


def keep_draft(session: Session, person: Person, task_id: int, typed: Pairs) -> None:
    """Keep what was typed, as it was typed but for what names the reporter; nothing of it is checked yet."""
    given = {name: values for name, values in typed.lists() if name not in ("csrf_token", "_key", "_add", "_remove")}
    content = without_reporter(session, house().keys, session.get_one(Task, task_id).case_id, given)
    row = session.get(Draft, (task_id, person.id))
    if row is None:
        row = Draft(task_id=task_id, user_id=person.id, answers={}, saved_at=now())
        session.add(row)
    row.answers, row.saved_at = {"typed": content}, now()
    session.flush()


def uploads(files: MultiDict[str, FileStorage]) -> dict[str, list[FileStorage]]:
    """Path → files that were really chosen."""
    chosen = {name: [file for file in given if file.filename] for name, given in files.lists()}
    return {name: given for name, given in chosen.items() if given}
