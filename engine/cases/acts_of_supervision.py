"""Operations of the ladder (督办): the next rung, a reminder, the supervision letter, the black light."""

from __future__ import annotations

from typing import Any

from engine.cases.acts_on_files import write_letter
from engine.cases.acts_to_people import concerned, tell
from engine.cases.desks import Given, case_of, once, task_of
from engine.cases.files import FileStore
from engine.cases.letter_templates import day
from engine.cases.recipients import Addressee, Seat, holders, leaders
from engine.processes.courses import append
from engine.processes.limits import Rung
from engine.processes.limits import next_rung as rung_after
from engine.processes.models import Task
from engine.processes.ports import Desk

TASK = {"task_id": "任务"}
RUNG = {"task_id": "任务", "rung": "已走到的级", "moved": "时限是否有变动"}
LETTER = "supervision-letter"


class Supervision:
    """Writes supervision letters and keeps them in ``files``."""

    def __init__(self, files: FileStore) -> None:
        self.files = files

    def letter(self, desk: Desk, given: Given) -> dict[str, Any]:
        """A 督办函 to the unit of a late task, and one more red in its case. Without a unit there is no letter:
        its people and their leader are told."""
        task, case = task_of(desk, given), case_of(desk)
        case.reds += 1
        if task.unit_id is None:
            people, subject = [*concerned(desk, task), *_leaders(desk, task)], f"任务超期：{task.name}"
            tell(desk, people, "red", subject, case.number, f"/tasks/{task.id}", once(desk, "red"))
            return {"reds": case.reds, "letter_number": None}
        texts = {"to_unit": task.unit_id, "title": "督办函", "task_name": task.name, "limit_on": task.limit_at, "reds": case.reds}
        letter = write_letter(desk, self.files, LETTER, texts, task)
        people = [*_leaders(desk, task), *concerned(desk, task)]
        body = f"{case.number} {case.title}：“{task.name}”应于{day(task.limit_at)}前办结，现已超期，请立即办理。"
        tell(desk, people, "red", f"督办函 {letter.number}", body, f"/tasks/{task.id}", once(desk, "red"))
        return {"reds": case.reds, "letter_number": letter.number}


def next_rung(desk: Desk, given: Given) -> dict[str, Any]:
    """The rung after ``rung``; after the limit has moved, the first one whose moment lies ahead again. ``rung`` is null at the top."""
    task, last = task_of(desk, given), int(given.get("rung") or 0)
    rung = _first_ahead(desk, task) if given.get("moved") is True else rung_after(desk.session, desk.ports, task.id, last)
    if rung is None:
        return {"rung": None, "light": None, "act": None, "rung_at": None}
    return {"rung": rung.number, "light": rung.light, "act": rung.act, "rung_at": rung.at}


def remind(desk: Desk, given: Given) -> None:
    """催办: a notice to those the task waits for, and to their leader."""
    task, case = task_of(desk, given), case_of(desk)
    people = [*concerned(desk, task), *_leaders(desk, task)]
    body = f"{case.number} {case.title}：“{task.name}”应于{day(task.limit_at)}前办结，请按时办理。"
    tell(desk, people, "reminder", f"临期提醒：{task.name}", body, f"/tasks/{task.id}", once(desk, "remind"))
    append(desk.session, f"case:{case.id}", desk.act.actor, desk.act.at, "task.remind", task.element, {"task": task.id})


def mark_black(desk: Desk, given: Given) -> None:
    """亮黑灯: on record in the case, and the leading group and the director are told."""
    task, case = task_of(desk, given), case_of(desk)
    case.facts = {**case.facts, "black": desk.act.at.isoformat()}
    people = [*_seat(desk, "leader"), *_seat(desk, "office.director")]
    body = f"{case.number} {case.title}：“{task.name}”应于{day(task.limit_at)}前办结，严重超期。"
    tell(desk, people, "red", f"黑灯：{task.name}", body, f"/cases/{case.id}", once(desk, "black"))
    append(desk.session, f"case:{case.id}", desk.act.actor, desk.act.at, "case.black", task.element, {"task": task.id})


def _first_ahead(desk: Desk, task: Task) -> Rung | None:
    rung = rung_after(desk.session, desk.ports, task.id, 0)
    while rung is not None and rung.at <= desk.act.at:
        rung = rung_after(desk.session, desk.ports, task.id, rung.number)
    return rung


def _seat(desk: Desk, role: str) -> list[Addressee]:
    return holders(desk.session, [Seat(role)], desk.act.at)


def _leaders(desk: Desk, task: Task) -> list[Addressee]:
    return leaders(desk.session, Seat(task.role, task.unit_id, task.area), desk.act.at)
