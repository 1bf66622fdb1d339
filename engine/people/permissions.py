"""May X do Y: one table, verb → rule. Which rows a person sees is the same rule as SQL: engine.cases.queries.visible_cases.

A verb that is not in the table is refused. Things are looked at by their attributes (a task has role, unit_id, area, assignee_id,
status; a case has kind, area, lead_unit_id), so that this layer knows no process and no case. ``facts`` bring what must be asked
of the database: ``sees`` (the person sees the case's row), ``units`` (ids of the units that take part).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from engine.errors import Forbidden
from engine.journal.actor import Actor
from engine.people.person import Person, PostView

Facts = Mapping[str, Any]
Rule = Callable[[Person, Any, Facts], bool]

OFFICE = ("office.intake", "office.supervision", "office.director")
REFERRAL = ("discipline", "office.director", "leader", "auditor")  # who reads accountability cases
ROLES: Mapping[str, str] = {
    "leader": "领导小组",
    "office.intake": "营商办受理岗",
    "office.supervision": "营商办督办岗",
    "office.director": "营商办主任",
    "lead": "牵头单位",
    "unit.handler": "责任单位经办人",
    "unit.leader": "责任单位负责人",
    "discipline": "市纪委监委",
    "organisation": "市委组织部",
    "publicity": "市委宣传部",
    "inspector": "检查人员",
    "designer": "流程管理员",
    "auditor": "审计人员",
    "admin": "系统管理员",
}


def may(person: Person | None, verb: str, thing: Any = None, facts: Facts | None = None) -> bool:
    """May ``person`` do ``verb`` with ``thing``? Nobody may do what is not in the table; None is a stranger."""
    rule = RULES.get(verb)
    return person is not None and rule is not None and rule(person, thing, facts or {})


def require(person: Person | None, verb: str, thing: Any = None, facts: Facts | None = None) -> None:
    """Raises Forbidden with a sentence when ``may`` says no."""
    if not may(person, verb, thing, facts):
        raise Forbidden("您没有权限执行这项操作；如确有需要，请联系系统管理员调整岗位。", verb=verb)


def candidate_posts(person: Person, task: Any) -> list[PostView]:
    """The posts (own first, then lent) by which the person is a candidate for ``task``."""
    return [post for post in person.all_posts() if _fits(post, task)]


def _fits(post: PostView, task: Any) -> bool:
    """A task of a unit or of an action group is for that one only; one whose unit is missing is for nobody."""
    if not task.role or post.role != task.role:
        return False
    if task.role.startswith("unit."):
        return bool(task.unit_id) and post.unit_id == task.unit_id
    if task.role == "lead":
        return bool(task.area) and post.area == task.area
    return True


def actor_for(person: Person, task: Any = None) -> Actor:
    """Who acts: the person, or the person for an absent one when only the substitution gives the right to ``task``."""
    return Actor(person.id, person.name, for_id=None if task is None else _for_whom(person, task))


def _for_whom(person: Person, task: Any) -> int | None:
    if task.assignee_id is not None:
        return task.assignee_id if task.assignee_id != person.id and person.absent(task.assignee_id) else None
    posts = candidate_posts(person, task)
    return posts[0].for_id if posts else None


def _roles(*roles: str) -> Rule:
    """One of these posts, own or lent."""
    return lambda person, _thing, _facts: person.acts_as(*roles)


def _own(*roles: str) -> Rule:
    """One of these posts, one's own only."""
    return lambda person, _thing, _facts: person.holds_any(*roles)


def _both(*rules: Rule) -> Rule:
    return lambda person, thing, facts: all(rule(person, thing, facts) for rule in rules)


def _either(*rules: Rule) -> Rule:
    return lambda person, thing, facts: any(rule(person, thing, facts) for rule in rules)


def _anybody(_person: Person, _thing: Any, _facts: Facts) -> bool:
    return True


def _sees(_person: Person, _case: Any, facts: Facts) -> bool:
    return bool(facts.get("sees"))


def _is_open(_person: Person, task: Any, _facts: Facts) -> bool:
    return bool(task.status == "open")


def _unassigned(_person: Person, task: Any, _facts: Facts) -> bool:
    return task.assignee_id is None


def _is_mine(person: Person, task: Any, _facts: Facts) -> bool:
    return task.assignee_id in person.ids()


def _is_candidate(person: Person, task: Any, _facts: Facts) -> bool:
    return bool(candidate_posts(person, task))


def _is_owner(person: Person, task: Any, _facts: Facts) -> bool:
    return task.owner_id in person.ids()


def _leads_the_unit(person: Person, task: Any, _facts: Facts) -> bool:
    """The leader of the unit, or of the action group, that the task waits in."""
    return any(p.role == "unit.leader" and p.unit_id == task.unit_id for p in person.all_posts() if task.unit_id) or (
        task.role == "lead" and task.area in person.areas()
    )


def _in_the_unit(person: Person, task: Any, _facts: Facts) -> bool:
    return task.unit_id in person.units()


def _takes_part(person: Person, _case: Any, facts: Facts) -> bool:
    return bool(person.units() & set(facts.get("units", ())))


def _reads_narrative(person: Person, case: Any, facts: Facts) -> bool:
    if not facts.get("sees"):
        return False
    readers = REFERRAL if case.kind == "accountability" else (*OFFICE, *REFERRAL)
    return person.acts_as(*readers) or bool(facts.get("drafts"))


def _is_no_referral(_person: Person, case: Any, _facts: Facts) -> bool:
    return bool(case is None or case.kind != "accountability")


RULES: Mapping[str, Rule] = {
    # tasks
    "task.see": _either(_is_mine, _is_owner, _is_candidate, _leads_the_unit, _sees),
    "task.claim": _both(_is_open, _unassigned, _is_candidate),
    "task.unclaim": _both(_is_open, _is_mine),
    "task.complete": _both(_is_open, _either(_is_mine, _both(_unassigned, _is_candidate))),
    "task.delegate": _both(_is_open, _is_mine),
    "task.give-back": _both(_is_open, _is_mine),
    "task.take-back": _both(_is_open, _is_owner),
    "task.assign": _both(_is_open, _either(_roles("office.director"), _both(_sees, _roles("office.supervision")), _leads_the_unit)),
    "task.ask-extension": _both(_is_open, _either(_is_mine, _in_the_unit)),
    "task.ask-pause": _both(_is_open, _either(_is_mine, _in_the_unit)),
    "task.remind": _both(_sees, _roles("office.supervision", "office.director")),
    "limit.extend": _roles("office.director"),
    "limit.pause": _roles("office.supervision", "office.director"),
    "limit.resume": _roles("office.supervision", "office.director"),
    # cases
    "case.list": _anybody,
    "case.see": _sees,
    "case.register": _roles(*OFFICE),
    "case.narrative": _reads_narrative,
    "case.office": _both(_sees, _roles(*OFFICE, *REFERRAL)),  # office-only remarks, files, letters
    "case.identity.open": _both(_sees, _is_no_referral, _roles(*OFFICE)),
    "case.comment": _both(_sees, _roles(*OFFICE, "leader", "lead", "unit.handler", "unit.leader", "discipline")),
    "case.comment.office": _both(_sees, _roles(*OFFICE, "leader", "discipline")),
    "case.attach": _both(_sees, _roles(*OFFICE, "lead", "unit.handler", "unit.leader", "discipline")),
    "case.watch": _sees,
    "case.link": _both(_sees, _roles(*OFFICE)),
    "case.merge": _both(_sees, _is_no_referral, _roles(*OFFICE)),
    "case.cancel": _both(_sees, _roles("office.director")),
    "case.suspend": _both(_sees, _roles("office.supervision", "office.director")),
    "case.journal": _both(_sees, _roles(*OFFICE, *REFERRAL)),
    "accountability.start": _roles("office.supervision", "office.director", "leader"),
    "special-supervision.start": _roles("office.director", "leader"),
    # lists and figures
    "ledger.complaints": _anybody,  # every list shows only the rows of visible_cases
    "ledger.rectifications": _anybody,
    "ledger.referrals": _roles(*REFERRAL),
    "ledger.export": _anybody,
    "figures.see": _roles(*OFFICE, "leader", "lead", "unit.handler", "unit.leader", "discipline", "organisation", "auditor"),
    # the house
    "people.edit": _own("admin"),
    "people.see": _own("admin", "auditor"),
    "substitution.own": _anybody,
    "calendar.edit": _own("admin"),
    "calendar.see": _anybody,
    "definition.see": _either(_own("designer", "admin", "auditor"), _roles(*OFFICE, "leader")),
    "definition.deploy": _own("designer"),
    "incident.see": _own("admin", "designer", "auditor"),
    "incident.retry": _own("admin"),
    "attempts.see": _own("admin", "auditor"),
    "journal.see": _own("auditor"),
    "administration.see": _either(_own("designer", "admin", "auditor"), _roles(*OFFICE, "leader")),
}
