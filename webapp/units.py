"""Administration of units and of the nine action groups."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response

from engine.errors import Conflict, Invalid
from engine.people import organisation, permissions
from engine.people.models import ActionGroup, Unit
from webapp import words
from webapp.profile import field_errors
from webapp.session import actor, current_person, house, may

pages = Blueprint("units", __name__, url_prefix="/units")
Answer = Response | str | tuple[str, int]


@pages.get("/")
@may("people.see")
def index() -> str:
    """All units, by kind, and the groups."""
    return _page()


@pages.post("/")
@may("people.edit")
def create() -> Answer:
    """Add a unit."""
    given: dict[str, Any] = {name: request.form.get(name, "").strip() for name in ("id", "name", "name_en", "kind")}
    if not given["name"]:
        return _page({"name": _("请填写单位名称。")}), 422
    return _try(lambda: house().act(organisation.create_unit, by=actor(), **given))


@pages.post("/<unit_id>")
@may("people.edit")
def edit(unit_id: str) -> Answer:
    """Change a unit's name, kind or activity."""
    given: dict[str, Any] = {name: request.form.get(name, "").strip() or None for name in ("name", "kind")}
    name_en, active = request.form.get("name_en", "").strip(), bool(request.form.get("active"))
    return _try(lambda: house().act(organisation.edit_unit, unit_id, name_en=name_en, active=active, by=actor(), **given))


@pages.post("/groups/<int:group_id>")
@may("people.edit")
def edit_group(group_id: int) -> Answer:
    """Set the lead and responsible units of an action group."""
    chosen = {part: request.form.getlist(part) for part in ("lead", "members")}
    return _try(lambda: house().act(organisation.edit_group, group_id, lead=chosen["lead"], members=chosen["members"], by=actor()))


def _try(act: Callable[[], object]) -> Answer:
    try:
        act()
    except (Invalid, Conflict) as refusal:
        return _page(field_errors(refusal)), refusal.status
    flash(_("已保存。"), "success")
    return redirect(url_for("units.index"))


def _page(errors: dict[str, str] | None = None) -> str:
    with house().sessions.read() as session:
        units = list(session.scalars(select(Unit).order_by(Unit.kind, Unit.id)))
        groups = list(session.scalars(select(ActionGroup).order_by(ActionGroup.id)))
    return render_template(
        "units/index.html",
        units=units,
        names={unit.id: unit.name for unit in units},
        groups=groups,
        kinds=words.choices("unit-kind"),
        errors=errors or {},
        may_edit=permissions.may(current_person(), "people.edit"),
    )
