"""The world a run may reach: drawings, operations, decisions and the calendar, all inside the transaction of the act."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from engine.bpm.drawing import Drawing
from engine.bpm.results import Call, StepFailed, World
from engine.clock import LOCAL, local
from engine.errors import DubanError
from engine.processes.acts import Act
from engine.processes.courses import Course
from engine.processes.models import Instance
from engine.processes.ports import Desk


def world(course: Course, act: Act, instance: Instance) -> World:
    """The world of one run of ``instance``."""

    def drawing(definition_id: int) -> Drawing:
        return course.ports.drawings.drawing(course.session, course.ports, definition_id)

    def perform(call: Call) -> Mapping[str, Any]:
        return _perform(course, act, instance, call)

    def decide(definition_id: int, decision_id: str, variables: Mapping[str, Any]) -> Mapping[str, Any]:
        table = drawing(definition_id).decisions.get(decision_id) or course.shared[decision_id]
        return table.decide(variables, functions(course, act.at)) or {}  # type: ignore[return-value]

    return World(act.at, drawing, perform, decide, functions(course, act.at), passes=(SQLAlchemyError,))


def _perform(course: Course, act: Act, instance: Instance, call: Call) -> Mapping[str, Any]:
    operation = course.ports.operations.get(call.operation)
    if operation is None:
        raise StepFailed(call.element, call.element, f"系统中没有操作“{call.operation}”。")
    desk = Desk(course.session, course.ports, act, instance, call.process, call.element, call.variables)
    try:
        return operation.run(desk, call.parameters) or {}
    except (StepFailed, SQLAlchemyError):  # a lost race inside the database is tried again by the door
        raise
    except DubanError as refusal:
        raise StepFailed(call.element, operation.label, refusal.sentence) from refusal
    except Exception as error:
        raise StepFailed(call.element, operation.label, f"操作“{operation.label}”出错：{error}") from error


def functions(course: Course, at: datetime) -> dict[str, Callable[..., Any]]:
    """FEEL functions of the house. A calendar-day or month limit falls at the end of its day in China."""
    return {
        "now": lambda: at,
        "workdays_after": lambda moment, n: moment and course.calendar.workdays_after(moment, int(n)),
        "workdays_before": lambda moment, n: moment and course.calendar.workdays_before(moment, int(n)),
        "days_after": days_after,
        "months_after": months_after,
    }


def days_after(moment: datetime | None, n: Any) -> datetime | None:
    """End (23:59:59 in China) of the n-th day after the local date of ``moment``."""
    return moment and _end(local(moment) + timedelta(days=int(n)))


def months_after(moment: datetime | None, n: Any) -> datetime | None:
    """End of the same day n months on; a day that the month does not have becomes its last day."""
    if moment is None:
        return None
    day = local(moment)
    months = day.year * 12 + day.month - 1 + int(n)
    first = day.replace(year=months // 12, month=months % 12 + 1, day=1)
    following = (first + timedelta(days=32)).replace(day=1)
    last = (following - timedelta(days=1)).day
    return _end(first.replace(day=min(day.day, last)))


def _end(day: datetime) -> datetime:
    return datetime.combine(day.date(), time(23, 59, 59), LOCAL)
