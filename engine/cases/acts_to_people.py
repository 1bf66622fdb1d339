"""Operations that tell somebody something: people of the house, or the reporter."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select

from engine.cases import comments, recipients
from engine.cases.desks import Given, case_of, list_of, once, text_of
from engine.cases.models import Case, Comment
from engine.cases.recipients import Addressee, Seat
from engine.errors import Invalid
from engine.outbox.queue import Telling, tell_many
from engine.processes.models import Task
from engine.processes.ports import Desk

NOTIFY = {"role": "岗位", "user": "人员", "unit": "单位", "subject": "主题", "body": "内容"}


def notify(desk: Desk, given: Given) -> None:
    """A notice to the holders of ``role`` (in ``unit``, where the role is of a unit), to ``user`` or to the people of ``unit``."""
    case, roles, units = case_of(desk, given), list_of(given.get("role")), list_of(given.get("unit"))
    if not roles and units:
        roles = ["unit.leader", "unit.handler"]
    seats = [seat for role in roles for seat in _seats(role, units, case)]
    people = recipients.holders(desk.session, seats, desk.act.at)
    users = [int(user) for user in list_of(given.get("user"))]
    people += [one for each in recipients.people(desk.session, users, desk.act.at).values() for one in each]
    tell(desk, people, "notice", text_of(given, "subject", needed=True), text_of(given, "body"), f"/cases/{case.id}", once(desk, "notify"))


def notify_reporter(desk: Desk, given: Given) -> None:
    """Words that the reporter reads on the portal; they stand in the case file, too."""
    say_to_reporter(desk, case_of(desk, given), text_of(given, "text", needed=True))


def file_supplement(desk: Desk, given: Given) -> None:
    """What the reporter added goes to the case file (unless the portal has put it there already); those who work on the case hear of it."""
    case, material = case_of(desk, given), text_of(given, "material")
    if material and not _is_filed(desk, case, material):
        comments.add(desk.session, None, desk.act, case.id, f"反映人补充：{material}"[: comments.LONGEST], "office")
    open_tasks = desk.session.scalars(select(Task).where(Task.case_id == case.id, Task.status == "open")).all()
    people = [one for task in open_tasks for one in concerned(desk, task)]
    tell(desk, people, "answer", "反映人补充了材料", f"{case.number} {case.title}", f"/cases/{case.id}", once(desk, "supplement"))


def say_to_reporter(desk: Desk, case: Case, text: str) -> None:
    """Write to the reporter of a case, in the name of the office."""
    body = text[: comments.LONGEST]
    desk.session.add(Comment(case_id=case.id, author_id=None, author="市营商办", at=desk.act.at, body=body, audience="reporter"))
    desk.session.flush()


def concerned(desk: Desk, task: Task) -> list[Addressee]:
    """The assignee of a task, or everybody who may claim it, with their substitutes."""
    if task.assignee_id is not None:
        return recipients.people(desk.session, [task.assignee_id], desk.act.at)[task.assignee_id]
    return recipients.holders(desk.session, [Seat(task.role, task.unit_id, task.area)], desk.act.at)


def tell(desk: Desk, people: Iterable[Addressee], kind: str, subject: str, body: str, link: str, key: str) -> None:
    """Tell each of ``people`` once."""
    each = {one.id: one for one in people}
    tell_many(desk.session, [Telling(one, kind, subject, key, body, link) for one in each.values()], at=desk.act.at)


def _seats(role: str, units: list[str], case: Case) -> list[Seat]:
    if role.startswith("unit."):
        named = units or ([case.lead_unit_id] if case.lead_unit_id else [])
        return [Seat(role, unit) for unit in named]
    if role == "lead":
        return [Seat(role, None, case.area)] if case.area else []
    if not role:
        raise Invalid("流程图没有写明通知谁；请流程管理员检查参数。")
    return [Seat(role)]


def _is_filed(desk: Desk, case: Case, material: str) -> bool:
    query = select(Comment.id).where(Comment.case_id == case.id, Comment.audience == "reporter", Comment.body == material)
    return desk.session.scalar(query.limit(1)) is not None
