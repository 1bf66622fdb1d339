"""Administration of people: accounts, posts, passwords, substitutes. No case content."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import or_, select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from engine import clock
from engine.errors import Conflict, Invalid
from engine.people import accounts, permissions
from engine.people.models import Post, Substitution, User
from engine.people.organisation import group_names, unit_names
from webapp import words
from webapp.profile import field_errors
from webapp.session import actor, current_person, house, may, token

pages = Blueprint("people", __name__, url_prefix="/people")
Answer = Response | str | tuple[str, int]
EMPTY_ROWS = 2  # for further posts, below those that a person holds


@pages.get("/")
@may("people.see")
def index() -> str:
    """All people, by name, account, post or unit."""
    wanted = {name: request.args.get(name, "").strip()[:100] for name in ("q", "role", "unit", "active")}
    with house().sessions.read() as session:
        people = list(session.scalars(_query(wanted)))
        return render_template("people/index.html", people=people, wanted=wanted, roles=words.choices("role"), **_names(session))


@pages.get("/new")
@may("people.edit")
def new() -> str:
    """The form for a new account."""
    return _new_page({})


@pages.post("/")
@may("people.edit")
def create() -> Answer:
    """Open an account."""
    given: dict[str, Any] = {name: request.form.get(name, "") for name in ("account", "name", "email", "password")}
    try:
        user = house().act(accounts.create_user, by=actor(), posts=_posts(), **given)
    except (Invalid, Conflict) as refusal:
        return _new_page(field_errors(refusal)), refusal.status
    flash(_("账号已开通。"), "success")
    return redirect(url_for("people.show", user_id=user.id))


@pages.get("/<int:user_id>")
@may("people.see")
def show(user_id: int) -> str:
    """One person: account, posts, substitutes."""
    return _page(user_id)


@pages.post("/<int:user_id>")
@may("people.edit")
def edit(user_id: int) -> Answer:
    """Change name, address, activity."""
    return _try(
        user_id,
        lambda: house().act(
            accounts.edit_user,
            user_id,
            name=request.form.get("name", ""),
            email=request.form.get("email", ""),
            active=bool(request.form.get("active")),
            by=actor(),
        ),
    )


@pages.post("/<int:user_id>/posts")
@may("people.edit")
def set_posts(user_id: int) -> Answer:
    """Let the person hold exactly these posts."""
    return _try(user_id, lambda: house().act(accounts.set_posts, user_id, _posts(), by=actor()))


@pages.post("/<int:user_id>/password")
@may("people.edit")
def set_password(user_id: int) -> Answer:
    """Set a new password; all sessions of the person end (one's own present one stays)."""
    keep = token() if user_id == current_person().id else None
    return _try(user_id, lambda: house().act(accounts.set_password, user_id, request.form.get("password", ""), keep, by=actor()))


@pages.post("/<int:user_id>/substitutes")
@may("people.edit")
def substitute(user_id: int) -> Answer:
    """Name a substitute for a period."""
    return _try(
        user_id,
        lambda: house().act(
            accounts.substitute,
            absent_id=user_id,
            substitute_id=request.form.get("substitute_id", 0, type=int),
            starts_on=_day("starts_on"),
            ends_on=_day("ends_on"),
            reason=request.form.get("reason", ""),
            by=actor(),
        ),
    )


@pages.post("/<int:user_id>/substitutes/<int:substitution_id>/end")
@may("people.edit")
def end_substitute(user_id: int, substitution_id: int) -> Answer:
    """End a substitution."""
    return _try(user_id, lambda: house().act(accounts.end_substitution, substitution_id, by=actor()))


def _query(wanted: dict[str, str]) -> Any:
    query = select(User).order_by(User.active.desc(), User.id)
    if wanted["q"]:
        query = query.where(
            or_(User.name.contains(wanted["q"], autoescape=True), User.account.contains(wanted["q"].lower(), autoescape=True))
        )
    for column, name in ((Post.role, "role"), (Post.unit_id, "unit")):
        if wanted[name]:
            query = query.where(User.posts.any(column == wanted[name]))
    if wanted["active"] in ("yes", "no"):
        query = query.where(User.active == (wanted["active"] == "yes"))
    return query


def _posts() -> list[accounts.PostKey]:
    """The rows of the form that name a post."""
    rows = zip(*(request.form.getlist(f"post.{name}") for name in ("role", "unit", "area")), strict=False)
    return [(role, unit or None, int(area) if area.isdigit() else None) for role, unit, area in rows if role]


def _day(name: str) -> date:
    try:
        return date.fromisoformat(request.form.get(name, ""))
    except ValueError:
        sentence = "请填写日期。"
        raise Invalid(sentence, fields={name: sentence}) from None


def _names(session: Session) -> dict[str, Any]:
    return {"units": unit_names(session), "groups": group_names(session)}


def _try(user_id: int, act: Callable[[], object]) -> Answer:
    try:
        act()
    except (Invalid, Conflict) as refusal:
        return _page(user_id, field_errors(refusal)), refusal.status
    flash(_("已保存。"), "success")
    return redirect(url_for("people.show", user_id=user_id))


def _new_page(errors: dict[str, str]) -> str:
    with house().sessions.read() as session:
        rows = [*_posts(), *[("", None, None)] * EMPTY_ROWS]
        return render_template("people/new.html", errors=errors, rows=rows, roles=words.choices("role"), **_names(session))


def _page(user_id: int, errors: dict[str, str] | None = None) -> str:
    today = clock.local(clock.now()).date()
    with house().sessions.read() as session:
        user = accounts.get_user(session, user_id)
        everyone = list(session.scalars(select(User).order_by(User.name)))
        either = or_(Substitution.absent_id == user_id, Substitution.substitute_id == user_id)
        substitutions = list(session.scalars(select(Substitution).where(either).order_by(Substitution.starts_on.desc()).limit(50)))
        names = _names(session)
    held: list[Any] = [(post.role, post.unit_id, post.area) for post in sorted(user.posts, key=lambda p: p.id)]
    return render_template(
        "people/show.html",
        user=user,
        rows=[*held, *[("", None, None)] * EMPTY_ROWS],
        roles=words.choices("role"),
        others=[
            ("", _("请选择")),
            *((each.id, f"{each.name}（{each.account}）") for each in everyone if each.active and each.id != user_id),
        ],
        people={each.id: each.name for each in everyone},
        substitutions=substitutions,
        today=today,
        errors=errors or {},
        may_edit=permissions.may(current_person(), "people.edit"),
        **names,
    )
