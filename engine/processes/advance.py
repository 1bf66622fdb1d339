"""The waist: an instance changes here and nowhere else.

``step`` runs an instance that this transaction has locked and writes everything that follows from the run: the state, the tasks that
closed and opened, the subscriptions, the read models of the observers. Messages and journal rows are queued in the course.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.exc import SQLAlchemyError

from engine import journal
from engine.bpm.results import Advance, ClosedTask, Step, StepFailed, World
from engine.errors import Conflict, DubanError
from engine.processes import incidents
from engine.processes.acts import Act
from engine.processes.closing import Completion, close_tasks
from engine.processes.courses import Course, Note, Posting
from engine.processes.models import Instance, Task
from engine.processes.opening import open_tasks
from engine.processes.ports import Change, Desk
from engine.processes.rows import INSTANCES, SUBSCRIPTIONS, TASKS, Locked
from engine.processes.waits import digest_of, subscribe
from engine.processes.worlds import world

Run = Callable[[World], Advance]
_UPDATE = update(INSTANCES).where(INSTANCES.c.id == bindparam("the_id"), INSTANCES.c.version == bindparam("the_version"))


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
    closed = close_tasks(course, act, instance, advance.closed, completion)
    opened = open_tasks(course, act, instance, advance.opened)
    if changed:
        subscribe(course, act, instance, advance.subscriptions)
    answers = completion.answers if completion else {}
    return Change(instance, advance, opened, closed, answers, completion.task.form if completion else "")


def _write_instance(course: Course, act: Act, instance: Instance, advance: Advance) -> bool:
    """Store the state under the next version; returns whether the subscriptions have changed."""
    subscribed = digest_of(advance.subscriptions)
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
    here = {"the_id": instance.id, "the_version": instance.version}
    if course.session.connection().execute(_UPDATE, {**here, **values}).rowcount != 1:
        raise Conflict("流程刚刚被他人推进，请刷新页面后再试。", instance_id=instance.id)
    for name, value in values.items():
        setattr(instance, name, value)


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
    closed = close_tasks(course, act, instance, [ClosedTask(token, "", "cancelled") for token in tokens])
    _spread(course, act, instance, Change(instance, None, [], closed), note, {}, {})
    return closed


def set_status(course: Course, act: Act, locked: Locked, status: str, note: Note) -> None:
    """Suspend ``locked.instance`` or let it run again; its state stays as it is."""
    instance = locked.instance
    _update_instance(course, instance, {"version": instance.version + 1, "status": status})
    _spread(course, act, instance, Change(instance, None, [], []), note, {}, {})
