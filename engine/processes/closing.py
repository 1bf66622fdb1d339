"""Tasks that close: completed by a person, or cancelled by what happened beside them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import bindparam, update

from engine.bpm.results import ClosedTask
from engine.journal.canonical import plain
from engine.processes.acts import Act
from engine.processes.courses import Course
from engine.processes.models import Instance, Task
from engine.processes.rows import TASKS, task_of

_UPDATE_ONE = update(TASKS).where(TASKS.c.id == bindparam("the_id"))
_UPDATE_MANY = (
    update(TASKS)
    .where(TASKS.c.instance_id == bindparam("the_instance"), TASKS.c.token.in_(bindparam("the_tokens", expanding=True)))
    .returning(*TASKS.columns)
)


@dataclass(frozen=True, slots=True)
class Completion:
    """The task that a person completes with this act, and the answers."""

    task: Task
    answers: Mapping[str, Any] = field(default_factory=dict)


def close_tasks(
    course: Course, act: Act, instance: Instance, closed: Iterable[ClosedTask], completion: Completion | None = None
) -> list[Task]:
    """Write that tasks have closed, and return them: the one that was completed with this act first."""
    done = completion.task.token if completion is not None else None
    how: dict[str, list[str]] = {}
    tasks: list[Task] = []
    for one in closed:
        if completion is not None and one.token == done:
            tasks.append(_sign(course, act, completion, one.how))
        else:
            how.setdefault(one.how, []).append(one.token)
    for status, tokens in how.items():
        given = {"the_instance": instance.id, "the_tokens": tokens, "status": status, "completed_at": act.at}
        tasks += [task_of(tuple(row)) for row in course.session.connection().execute(_UPDATE_MANY, given)]
    return tasks


def _sign(course: Course, act: Act, completion: Completion, status: str) -> Task:
    task = completion.task
    values = {
        "status": status,
        "completed_at": act.at,
        "completed_by_id": act.actor.user_id,
        "completed_for_id": act.actor.for_id,
        "answers": plain(completion.answers),
        "key": act.key,
    }
    course.session.connection().execute(_UPDATE_ONE, {"the_id": task.id, **values})
    for name, value in values.items():
        setattr(task, name, value)
    return task
