"""The world a run may reach: drawings, operations, decisions and the calendar, all inside the transaction of the act."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from engine.bpm import moments
from engine.bpm.drawing import Drawing
from engine.bpm.results import Call, StepFailed, World
from engine.errors import DubanError, Unavailable
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

    return World(act.at, drawing, perform, decide, functions(course, act.at), passes=(SQLAlchemyError, Unavailable))


def _perform(course: Course, act: Act, instance: Instance, call: Call) -> Mapping[str, Any]:
    operation = course.ports.operations.get(call.operation)
    if operation is None:
        raise StepFailed(call.element, call.element, f"系统中没有操作“{call.operation}”。")
    desk = Desk(course.session, course.ports, act, instance, call.process, call.element, call.variables)
    try:
        return operation.run(desk, call.parameters) or {}
    except (StepFailed, SQLAlchemyError, Unavailable):  # a lost race is tried again by the door, a full disk is no fault of the step
        raise
    except DubanError as refusal:
        raise StepFailed(call.element, operation.label, refusal.sentence) from refusal
    except Exception as error:
        failed = StepFailed(call.element, operation.label, f"操作“{operation.label}”出错：{error}")
        failed.details["trace"] = "".join(traceback.format_exception(error))  # on its way through the runner the cause gets lost
        raise failed from error


def functions(course: Course, at: datetime) -> Mapping[str, Callable[..., Any]]:
    """FEEL functions of the house. A calendar-day or month limit falls at the end of its day in China."""
    return moments.functions(at, course.calendar)
