"""One act from its first run to its last message: every verb works inside ``with conduct(session, ports) as course``."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session

from engine.bpm.results import StepFailed
from engine.processes.courses import Course, enter, leave, under_way
from engine.processes.deliver import deliver_all
from engine.processes.ports import Ports


@contextmanager
def conduct(session: Session, ports: Ports) -> Iterator[Course]:
    """The course of this act. At its end the queued messages are delivered and the journal is written.

    An act inside another one (an operation that starts a process) joins the outer course, which ends both.
    """
    outer = under_way(session)
    if outer is not None:
        yield outer
        return
    course = enter(session, ports)
    try:
        yield course
        _finish(course)
    finally:
        leave(session)


def _finish(course: Course) -> None:
    try:
        deliver_all(course)
    except StepFailed as failed:
        if course.describe is not None:
            course.describe(failed)
        raise
    course.write_journal()
