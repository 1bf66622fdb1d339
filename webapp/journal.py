"""The journal of the house for auditors: accounts, posts, drawings, calendar and settings, newest first. That of a case is on its page."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, render_template, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from engine.journal import HOUSE, history
from engine.journal.models import Entry
from webapp import names
from webapp.session import house, may

pages = Blueprint("journal", __name__, url_prefix="/journal")
SHOWN = 50  # rows of a page
ACTS: Mapping[str, Any] = {
    "person.create": _l("开通账号"),
    "person.edit": _l("修改人员"),
    "person.posts": _l("调整岗位"),
    "person.password": _l("重设密码"),
    "user.settings": _l("修改个人设置"),
    "substitution.start": _l("指定代理"),
    "substitution.end": _l("结束代理"),
    "unit.create": _l("新设单位"),
    "unit.edit": _l("修改单位"),
    "group.edit": _l("修改行动组"),
    "organisation.load": _l("导入机构"),
    "calendar.set": _l("设定工作日历"),
    "calendar.clear": _l("恢复官方日历"),
    "definition.deploy": _l("部署流程"),
}
LABELS: Mapping[str, Any] = {
    "name": _l("名称"),
    "kind": _l("类别"),
    "old": _l("原来"),
    "new": _l("现在"),
    "changed": _l("改动"),
    "version": _l("版本"),
    "digest": _l("摘要"),
    "note": _l("说明"),
    "again": _l("再次启用"),
    "substitute": _l("代理人"),
    "from": _l("开始"),
    "to": _l("结束"),
    "reason": _l("事由"),
    "units": _l("单位"),
    "lead": _l("牵头单位"),
    "members": _l("责任单位"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One act as people read it. ``details`` are (label, value); ``absent``: the person who was stood in for."""

    entry: Entry
    act: str
    actor: str
    absent: str
    details: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Page:
    """One page of rows; ``next``: the position after which the older ones come."""

    rows: list[Row]
    next: int | None
    previous: None = None


@pages.get("/")
@may("journal.see")
def index() -> str:
    """The rows of one page, all or those of one kind of act."""
    act, after = request.args.get("act", ""), request.args.get("after", "")
    before = int(after) if after.isdecimal() and len(after) < 16 else None
    with house().sessions.read() as session:
        found = history(session, HOUSE, before=before, limit=SHOWN + 1, acts=[act] if act in ACTS else None)
        absent = names.people(session, (row.for_id for row in found))
    shown = found[:SHOWN]
    page = Page([_row(entry, absent) for entry in shown], shown[-1].position if len(found) > SHOWN else None)
    return render_template("journal/index.html", page=page, acts=ACTS, chosen=act, later=before is not None)


def _row(entry: Entry, absent: Mapping[int, str]) -> Row:
    actor = entry.actor if entry.actor_id is not None else str(_(entry.actor))
    details = tuple((str(LABELS.get(name, name)), _text(value)) for name, value in entry.data.items() if value not in (None, "", {}, []))
    return Row(entry, str(ACTS.get(entry.act, entry.act)), actor, absent.get(entry.for_id or 0, ""), details)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(_("是") if value else _("否"))
    if isinstance(value, dict):
        return "; ".join(f"{LABELS.get(name, name)}: {_text(item)}" for name, item in value.items())
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list) else str(value)
