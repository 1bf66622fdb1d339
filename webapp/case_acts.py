"""The acts on a case: who may do each now, what it does, what is said afterwards. What is not in the table cannot be done."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from engine import clock
from engine.cases import by_hand, identity, queries, requests
from engine.cases.identity import Reporter
from engine.cases.models import Case
from engine.cases.queries import Sight
from engine.errors import Forbidden, Invalid, NotFound
from engine.people.permissions import may
from engine.people.person import Person
from engine.processes.models import Task
from webapp import lines
from webapp.session import actor, house

Form = Mapping[str, str]
Allowed = Callable[[Person, Case, Sight, Sequence[Task], bool], bool]
Answer = Reporter | int | None  # an opened identity, another case to go to, or just the case again


@dataclass(frozen=True, slots=True)
class CaseAct:
    """``allowed``: person, case, what they see, open tasks, suspended → may they now? ``do`` answers with a page, or None for the case."""

    allowed: Allowed
    do: Callable[[Person, Case, Form], Answer]
    done: Any = ""
    tab: str | None = None  # of the case's page, where the act is seen


def permitted(person: Person, case: Case, sight: Sight, tasks: Sequence[Task], stopped: bool) -> list[str]:
    """The acts that this person may do with the case as it stands, in the order of the table."""
    return [name for name, one in ACTS.items() if one.allowed(person, case, sight, tasks, stopped)]


def perform(person: Person, case_id: int, name: str, form: Form) -> Answer:
    """Do an act, if it is among the permitted ones. Raises NotFound, Forbidden, and what the act itself raises."""
    with house().sessions.read() as session:
        case = queries.get_case(session, person, case_id)
        sight = queries.sight(session, person, case)
        tasks, stopped = lines.open_tasks(session, case_id), lines.is_stopped(session, case_id)
        form = identity.without_reporter(session, house().keys, case_id, dict(form.items()))
    if not ACTS[name].allowed(person, case, sight, tasks, stopped):
        raise Forbidden("您没有权限这样办理，或本件现在不能这样办理；请返回案卷查看最新情况。")
    return ACTS[name].do(person, case, form)


def _do(verb: Callable[..., Any], *given: Any, form: Form) -> Any:
    return house().act(verb, *given, by=actor(), key=form.get("_key") or None, reason=form.get("reason", ""))


def _is_open(case: Case) -> bool:
    return case.state == "open"


def _remind(_person: Person, case: Case, form: Form) -> Answer:
    _do(by_hand.remind, case.id, _number(form, "task"), form=form)
    return None


def _extension(person: Person, case: Case, form: Form) -> Answer:
    task_id = _number(form, "task")
    with house().sessions.read() as session:
        task = session.get(Task, task_id)
    if task is None or task.case_id != case.id or not may(person, "task.ask-extension", task):
        raise NotFound("没有这项任务，或不能由您申请延期；请从案卷页面进入。")
    _do(requests.ask_extension, task_id, _number(form, "days"), form=form)
    return None


def _pause(_person: Person, case: Case, form: Form) -> Answer:
    _do(requests.ask_pause, case.id, form=form)
    return None


def _resume_clock(_person: Person, case: Case, form: Form) -> Answer:
    _do(requests.resume_clock, case.id, form=form)
    return None


def _identity(person: Person, case: Case, form: Form) -> Answer:
    """What was opened goes into the answer and nowhere else."""
    with house().sessions.begin() as session:
        return identity.open_identity(session, house().keys, person, case.id, form.get("reason", ""), clock.now())


def _start(process: str) -> Callable[[Person, Case, Form], Answer]:
    def start(person: Person, case: Case, form: Form) -> Answer:
        begun: int = _do(by_hand.start_beside, case.id, process, form=form)["started_case"]
        with house().sessions.read() as session:
            return begun if queries.sees(session, person, begun) else None

    return start


def _merge(_person: Person, case: Case, form: Form) -> Answer:
    _do(by_hand.merge, case.id, form.get("into", ""), form=form)
    return None


def _link(person: Person, case: Case, form: Form) -> Answer:
    with house().sessions.read() as session:
        other = queries.by_number(session, person, form.get("to", ""))
    _do(by_hand.link, case.id, other.id, form.get("relation", ""), form=form)
    return None


def _hand(verb: Callable[[Session, Any, Any, int], None]) -> Callable[[Person, Case, Form], Answer]:
    def act(_person: Person, case: Case, form: Form) -> Answer:
        _do(verb, case.id, form=form)
        return None

    return act


def _number(form: Form, name: str) -> int:
    text = form.get(name, "")
    if not text.isdecimal() or len(text) > 15:
        raise Invalid("没有选择环节，或数字不对；请返回重新选择。")
    return int(text)


def _asks(verb: str) -> Callable[[Person, Sequence[Task]], bool]:
    return lambda person, tasks: any(task.limit_at is not None and may(person, verb, task) for task in tasks)


_asks_extension, _asks_pause = _asks("task.ask-extension"), _asks("task.ask-pause")

ACTS: Mapping[str, CaseAct] = {
    "remind": CaseAct(lambda p, c, s, t, _x: bool(t) and _is_open(c) and may(p, "task.remind", None, s.facts), _remind, _l("已催办。")),
    "extension": CaseAct(
        lambda p, c, _s, t, x: _is_open(c) and not x and _asks_extension(p, t), _extension, _l("延期申请已提交，等主任批准。")
    ),
    "pause": CaseAct(
        lambda p, c, _s, t, x: _is_open(c) and not x and c.paused_at is None and _asks_pause(p, t),
        _pause,
        _l("暂停计时的申请已提交，等营商办决定。"),
    ),
    "resume-clock": CaseAct(
        lambda p, c, _s, _t, x: _is_open(c) and not x and c.paused_at is not None and may(p, "limit.resume"),
        _resume_clock,
        _l("已恢复计时。"),
    ),
    "identity": CaseAct(lambda _p, c, s, _t, _x: s.identity and c.kind == "complaint", _identity),
    "special-supervision": CaseAct(
        lambda p, c, s, _t, _x: c.kind == "complaint" and s.facts["sees"] and may(p, "special-supervision.start"),
        _start("special-supervision"),
        _l("已启动专项督办。"),
    ),
    "accountability": CaseAct(
        lambda p, c, s, _t, _x: c.kind != "accountability" and s.facts["sees"] and may(p, "accountability.start"),
        _start("accountability"),
        _l("已起草问责移送。"),
    ),
    "merge": CaseAct(
        lambda p, c, s, _t, x: _is_open(c) and not x and c.kind == "complaint" and may(p, "case.merge", c, s.facts), _merge, _l("已并案。")
    ),
    "link": CaseAct(lambda p, c, s, _t, _x: may(p, "case.link", c, s.facts), _link, _l("已关联。"), tab="links"),
    "suspend": CaseAct(
        lambda p, c, s, _t, x: _is_open(c) and not x and may(p, "case.suspend", c, s.facts), _hand(by_hand.suspend), _l("已中止办理。")
    ),
    "resume": CaseAct(
        lambda p, c, s, _t, x: _is_open(c) and x and may(p, "case.suspend", c, s.facts), _hand(by_hand.resume), _l("已恢复办理。")
    ),
    "cancel": CaseAct(lambda p, c, s, _t, _x: _is_open(c) and may(p, "case.cancel", c, s.facts), _hand(by_hand.cancel), _l("已终止办理。")),
}
