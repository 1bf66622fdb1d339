"""Units and action groups: loaded once from ``bpmn/organisation.toml``, then edited on an administration page."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.errors import Conflict, Invalid, NotFound
from engine.journal.append import append
from engine.people.acts import ActLike
from engine.people.models import ActionGroup, GroupUnit, Unit

KINDS: Mapping[str, str] = {"office": "营商办", "department": "部门", "park": "开发园区", "town": "镇区", "organ": "党委机关"}
PARTS = ("lead", "member")


def load_organisation(session: Session, _ports: object, act: ActLike, path: Path) -> int:
    """Load units and groups where there is no unit yet; returns how many units there are. Raises Invalid on a broken file."""
    if session.scalar(select(Unit.id).limit(1)) is None:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        for unit in data["units"]:
            session.add(_unit(unit))
        session.flush()
        for group in data["groups"]:
            session.add(_group(group, {unit["id"] for unit in data["units"]}))
        session.flush()
        append(session, "house", act.actor, act.at, "organisation.load", path.name, {"units": len(data["units"])})
    return len(session.scalars(select(Unit.id)).all())


def create_unit(session: Session, _ports: object, act: ActLike, *, id: str, name: str, kind: str = "department", name_en: str = "") -> Unit:
    """A new unit. Raises Conflict when the code is taken, Invalid when it or the kind is wrong."""
    if session.get(Unit, id) is not None:
        raise Conflict("这个单位代码已被使用；请换一个。")
    unit = _unit({"id": id, "name": name, "kind": kind, "name_en": name_en})
    session.add(unit)
    session.flush()
    append(session, "house", act.actor, act.at, "unit.create", id, {"name": unit.name, "kind": kind})
    return unit


def edit_unit(
    session: Session,
    _ports: object,
    act: ActLike,
    unit_id: str,
    *,
    name: str | None = None,
    name_en: str | None = None,
    kind: str | None = None,
    active: bool | None = None,
) -> Unit:
    """Change a unit (None: leave as it is); its code stays."""
    unit = session.get(Unit, unit_id)
    if unit is None:
        raise NotFound("没有这个单位；可能已被删除。")
    wanted = {"name": name, "name_en": name_en, "kind": kind, "active": active}
    changes = {key: [getattr(unit, key), new] for key, new in wanted.items() if new is not None and new != getattr(unit, key)}
    if kind is not None and kind not in KINDS:
        raise Invalid("没有这种单位类别；请从列表中选择。", fields={"kind": "没有这种单位类别；请从列表中选择。"})
    for key, (_old, new) in changes.items():
        setattr(unit, key, new)
    if changes:
        append(session, "house", act.actor, act.at, "unit.edit", unit_id, changes)
    return unit


def edit_group(
    session: Session, _ports: object, act: ActLike, group_id: int, *, lead: Iterable[str], members: Iterable[str]
) -> ActionGroup:
    """Set the lead units (牵头单位) and responsible units (责任单位) of an action group."""
    group = session.get(ActionGroup, group_id)
    if group is None:
        raise NotFound("没有这个专项行动组；请从列表中选择。")
    lead, members = sorted(lead), sorted(members)
    wanted = {*((unit, "lead") for unit in lead), *((unit, "member") for unit in members)}
    for unit_id, _part in wanted:
        if session.get(Unit, unit_id) is None:
            raise Invalid("没有这个单位；请从列表中选择。")
    for row in [m for m in group.members if (m.unit_id, m.part) not in wanted]:
        group.members.remove(row)
    for unit_id, part in sorted(wanted - {(m.unit_id, m.part) for m in group.members}):
        group.members.append(GroupUnit(unit_id=unit_id, part=part))
    append(session, "house", act.actor, act.at, "group.edit", str(group_id), {"lead": lead, "members": members})
    return group


def unit_names(session: Session) -> dict[str, str]:
    """Unit id → name, of all units."""
    return {row.id: row.name for row in session.execute(select(Unit.id, Unit.name).order_by(Unit.id))}


def group_names(session: Session) -> dict[int, str]:
    """Area 1 … 9 → name of its action group."""
    return {row.id: row.name for row in session.execute(select(ActionGroup.id, ActionGroup.name).order_by(ActionGroup.id))}


def _unit(data: Mapping[str, Any]) -> Unit:
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,59}", data["id"]):
        sentence = "单位代码只能用小写字母、数字和横线；请改正后再提交。"
        raise Invalid(sentence, fields={"id": sentence})
    if data.get("kind", "department") not in KINDS:
        raise Invalid("没有这种单位类别；请从列表中选择。", fields={"kind": "没有这种单位类别；请从列表中选择。"})
    return Unit(id=data["id"], name=data["name"], kind=data.get("kind", "department"), name_en=data.get("name_en", ""))


def _group(data: Mapping[str, Any], units: set[str]) -> ActionGroup:
    members = [(unit, "lead") for unit in data.get("lead", [])] + [(unit, "member") for unit in data.get("members", [])]
    missing = sorted({unit for unit, _part in members} - units)
    if missing:
        raise Invalid("行动组里有单位表中没有的单位；请先在 units 中写明。", units=missing, group=data["id"])
    rows = [GroupUnit(unit_id=unit, part=part) for unit, part in dict.fromkeys(members)]
    return ActionGroup(id=data["id"], name=data["name"], name_en=data.get("name_en", ""), members=rows)
