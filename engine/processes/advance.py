"""The waist: an instance changes here and nowhere else.

``step`` runs an instance that this transaction has locked and writes everything that follows from the run: the state, the tasks that
closed and opened, the subscriptions, the read models of the observers. Messages and journal rows are queued in the course.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from sqlalchemy import and_, delete, insert, or_, select, update
from sqlalchemy.exc import SQLAlchemyError

from engine import journal
from engine.bpm.results import Advance, ClosedTask, Step, StepFailed, Subscribed, World
from engine.errors import Conflict, DubanError
from engine.journal.canonical import plain
from engine.processes import incidents
from engine.processes.acts import Act
from engine.processes.courses import Course, Note, Posting, kept
from engine.processes.models import Instance, Task
from engine.processes.opening import open_tasks
from engine.processes.ports import Change, Desk
from engine.processes.rows import INSTANCES, MESSAGES, SUBSCRIPTIONS, TASKS, Locked, task_of
from engine.processes.worlds import world

Run = Callable[[World], Advance]


@dataclass(frozen=True, slots=True)
class Completion:
    """The task that a person completes with this act, and the answers."""

    task: Task
    answers: Mapping[str, Any] = field(default_factory=dict)


def step(course: Course, act: Act, locked: Locked, run: Run, note: Note, completion: Completion | None = None) -> Change:
    """Run ``locked.instance`` once and write what follows. Raises StepFailed; then nothing of this transaction may be kept."""
    instance = locked.instance
    describe = partial(incidents.describe, instance_id=instance.id, case_id=instance.case_id, redo=note.redo, act=act)
    course.describe = course.describe or describe
    course.stamp = course.stamp if course.stamp is not None else locked.stamp
    try:
        advance = _run(run, world(course, act, instance))
        change = _write(course, act, instance, advance, completion)
        _tell(course, act, instance, change, note)
    except StepFailed as failed:
        describe(failed)
        raise
    if locked.troubled:
        incidents.settle(course.session, instance, note.redo, act.at)
    return change


def _run(run: Run, around: World) -> Advance:
    try:
        return run(around)
    except (DubanError, SQLAlchemyError):
        raise
    except Exception as error:
        raise StepFailed("", "", f"流程引擎内部出错：{error}") from error


def _write(course: Course, act: Act, instance: Instance, advance: Advance, completion: Completion | None) -> Change:
    changed = _write_instance(course, act, instance, advance)
    closed = _close_tasks(course, act, instance, advance.closed, completion)
    opened = open_tasks(course, act, instance, advance.opened)
    if changed:
        _subscribe(course, act, instance, advance.subscriptions)
    answers = completion.answers if completion else {}
    return Change(instance, advance, opened, closed, answers, completion.task.form if completion else "")


def _write_instance(course: Course, act: Act, instance: Instance, advance: Advance) -> bool:
    """Store the state under the next version; returns whether the subscriptions have changed."""
    subscribed = _digest(advance.subscriptions)
    changed = subscribed != instance.subscribed
    values: dict[str, Any] = {
        "state": advance.state,
        "version": instance.version + 1,
        "due_at": advance.due_at,
        "subscribed": subscribed,
        "status": "completed" if advance.finished else "running",
    }
    if advance.finished:
        values |= {"ended_at": act.at, "outcome": advance.outcome}
    _update_instance(course, instance, values)
    return changed


def _update_instance(course: Course, instance: Instance, values: Mapping[str, Any]) -> None:
    statement = update(INSTANCES).where(INSTANCES.c.id == instance.id, INSTANCES.c.version == instance.version).values(values)
    if course.session.connection().execute(statement).rowcount != 1:
        raise Conflict("流程刚刚被他人推进，请刷新页面后再试。", instance_id=instance.id)
    for name, value in values.items():
        setattr(instance, name, value)


def _digest(subscriptions: Iterable[Subscribed]) -> str:
    lines = sorted(f"{one.token}\0{one.message}\0{one.correlation}" for one in subscriptions)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16] if lines else ""


def _close_tasks(
    course: Course, act: Act, instance: Instance, closed: Iterable[ClosedTask], completion: Completion | None = None
) -> list[Task]:
    done = completion.task.token if completion else None
    how: dict[str, list[str]] = {}
    for one in closed:
        how.setdefault(f"{one.how}!" if one.token == done else one.how, []).append(one.token)
    tasks: list[Task] = []
    for status, tokens in how.items():
        values: dict[str, Any] = {"status": status.rstrip("!"), "completed_at": act.at}
        if status.endswith("!") and completion is not None:
            values |= _signature(act, completion)
        tasks += _update_tasks(course, instance, values, tokens)
    return tasks


def _signature(act: Act, completion: Completion) -> dict[str, Any]:
    answers = plain(completion.answers)
    return {"completed_by_id": act.actor.user_id, "completed_for_id": act.actor.for_id, "answers": answers, "key": act.key}


def _update_tasks(course: Course, instance: Instance, values: Mapping[str, Any], tokens: list[str]) -> list[Task]:
    here = and_(TASKS.c.instance_id == instance.id, TASKS.c.token.in_(tokens))
    rows = course.session.connection().execute(update(TASKS).where(here).values(values).returning(*TASKS.columns))
    return [task_of(tuple(row)) for row in rows]


def _subscribe(course: Course, act: Act, instance: Instance, subscriptions: tuple[Subscribed, ...]) -> None:
    """Replace the subscriptions of ``instance``; a kept message that a new one waits for is queued for it."""
    connection = course.session.connection()
    gone = delete(SUBSCRIPTIONS).where(SUBSCRIPTIONS.c.instance_id == instance.id).returning(*SUBSCRIPTIONS.columns)
    since = {(row.token, row.message, row.correlation): row.since for row in connection.execute(gone)}
    rows = [
        {
            "instance_id": instance.id,
            "token": one.token,
            "message": one.message,
            "correlation": one.correlation,
            "since": since.get((one.token, one.message, one.correlation), act.at),
        }
        for one in subscriptions
    ]
    if rows:
        connection.execute(insert(SUBSCRIPTIONS), rows)
    new = {(one.message, one.correlation) for one in subscriptions if (one.token, one.message, one.correlation) not in since}
    fetch_kept(course, act, new)


def fetch_kept(course: Course, act: Act, wanted: Iterable[tuple[str, str]]) -> None:
    """Queue the kept messages that somebody waits for now; ``wanted``: (message, correlation)."""
    same = [and_(MESSAGES.c.name == name, MESSAGES.c.correlation == correlation) for name, correlation in sorted(wanted)]
    if not same:
        return
    fresh = and_(MESSAGES.c.consumed_at.is_(None), MESSAGES.c.held.is_(False), MESSAGES.c.expires_at > act.at)
    query = select(MESSAGES).where(fresh, or_(*same)).order_by(MESSAGES.c.id)
    for row in course.session.connection().execute(query):
        course.postings.append(kept(act, row))


def _tell(course: Course, act: Act, instance: Instance, change: Change, note: Note) -> None:
    """Queue the journal row and the messages of a run, then let the observers write their read models."""
    assert change.advance is not None
    for thrown in change.advance.thrown:
        course.postings.append(Posting(act, thrown.message, thrown.correlation, thrown.payload))
    _spread(course, act, instance, change, note, _passed(change.advance.steps), change.advance.variables)


def _spread(
    course: Course, act: Act, instance: Instance, change: Change, note: Note, passed: Mapping[str, Any], variables: Mapping[str, Any]
) -> None:
    data = {"instance": instance.id, **note.data, **passed}
    course.note(act, journal.chain_of(instance.case_id, instance.id), Note(note.act, note.subject, data))
    for task in change.closed:
        tell_ladder(course, act, task)
    desk = Desk(course.session, course.ports, act, instance, "", "", variables)
    for observer in course.ports.observers:
        observer(desk, change)


def _passed(steps: tuple[Step, ...]) -> dict[str, Any]:
    data: dict[str, Any] = {"steps": [f"{one.process}/{one.element}" for one in steps]}
    timers = [{"element": one.element, "due_at": one.due_at} for one in steps if one.due_at is not None]
    return {**data, "timers": timers} if timers else data


def tell_ladder(course: Course, act: Act, task: Task) -> None:
    """Queue ``task-closed`` for the ladder of a task that has closed, if one may have begun."""
    if task.limit_at is not None and task.rung_at is None and task.properties.get("ladder") != "no":
        course.postings.append(Posting(act, "task-closed", str(task.id), {"how": task.status, "closed_at": act.at}))


def stop(course: Course, act: Act, locked: Locked, outcome: str, note: Note) -> list[Task]:
    """End ``locked.instance`` from outside: its tasks are cancelled, its waits forgotten. Returns the cancelled tasks."""
    instance = locked.instance
    values = {
        "version": instance.version + 1,
        "status": "cancelled",
        "outcome": outcome,
        "due_at": None,
        "ended_at": act.at,
        "subscribed": "",
    }
    _update_instance(course, instance, values)
    course.session.connection().execute(delete(SUBSCRIPTIONS).where(SUBSCRIPTIONS.c.instance_id == instance.id))
    open_ = select(TASKS.c.token).where(TASKS.c.instance_id == instance.id, TASKS.c.status == "open")
    tokens = list(course.session.connection().execute(open_).scalars())
    closed = _close_tasks(course, act, instance, [ClosedTask(token, "", "cancelled") for token in tokens])
    _spread(course, act, instance, Change(instance, None, [], closed), note, {}, {})
    return closed


def set_status(course: Course, act: Act, locked: Locked, status: str, note: Note) -> None:
    """Suspend ``locked.instance`` or let it run again; its state stays as it is."""
    instance = locked.instance
    _update_instance(course, instance, {"version": instance.version + 1, "status": status})
    _spread(course, act, instance, Change(instance, None, [], []), note, {}, {})
