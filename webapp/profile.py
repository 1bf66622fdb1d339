"""What a person sets for themselves: language, theme, notices, password, a substitute. The two switches work for everybody."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask import session as cookie
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response

from engine import clock
from engine.errors import DubanError, Forbidden, Invalid
from engine.outbox.queue import CHANNELS, DEFAULT, KINDS
from engine.people import accounts
from engine.people.models import Substitution, User
from webapp.frame import THEMES
from webapp.i18n import LANGUAGES, sentence
from webapp.security import own_page
from webapp.session import actor, current_person, house, person_or_none, public, signed_in, token

pages = Blueprint("profile", __name__)


@pages.post("/switch")
@public
def switch() -> Response:
    """Language or theme, kept for this browser and, when signed in, for the person."""
    chosen = {name: request.form[name] for name, known in (("language", LANGUAGES), ("theme", THEMES)) if request.form.get(name) in known}
    cookie.update(chosen)
    if chosen and person_or_none() is not None:
        house().act(accounts.change_settings, settings=chosen, by=actor())
    return redirect(own_page(request.form.get("next")) or "/")


@pages.get("/profile")
@signed_in
def form() -> str:
    """The person's settings."""
    return _page()


@pages.post("/profile/notices")
@signed_in
def notices() -> Response | tuple[str, int]:
    """Which notices go by which channel."""
    chosen: dict[str, Any] = {kind: [c for c in CHANNELS if request.form.get(f"{kind}.{c}")] for kind in KINDS}
    settings = {"notices": chosen, "webhook": request.form.get("webhook", "").strip()[:500]}
    return _try(lambda: house().act(accounts.change_settings, settings=settings, by=actor()), _("通知方式已保存。"))


@pages.post("/profile/password")
@signed_in
def password() -> Response | tuple[str, int]:
    """A new password; all other sessions of the person end, and this one gets a new token."""
    new = request.form.get("new", "")
    if new != request.form.get("again", ""):
        return _page({"again": _("两次输入的新密码不一样；请重新输入。")}), 422
    return _try(
        lambda: house().act(accounts.change_own_password, old=request.form.get("old", ""), new=new, keep=token(), by=actor()),
        _("密码已更改，其他设备上的登录已退出。"),
    )


@pages.post("/profile/substitute")
@signed_in
def substitute() -> Response | tuple[str, int]:
    """Name a substitute for a period of one's own absence."""
    try:
        starts_on, ends_on = (date.fromisoformat(request.form.get(name, "")) for name in ("starts_on", "ends_on"))
    except ValueError:
        return _page({"starts_on": _("请填写开始和结束日期。")}), 422
    return _try(
        lambda: house().act(
            accounts.substitute,
            absent_id=current_person().id,
            substitute_id=request.form.get("substitute_id", 0, type=int),
            reason=request.form.get("reason", ""),
            by=actor(),
            starts_on=starts_on,
            ends_on=ends_on,
        ),
        _("代理人已设置。"),
    )


@pages.post("/profile/substitute/<int:substitution_id>/end")
@signed_in
def end_substitute(substitution_id: int) -> Response:
    """End a substitution of one's own."""
    with house().sessions.read() as session:
        row = session.get(Substitution, substitution_id)
    if row is None or row.absent_id != current_person().id:
        raise Forbidden("只能结束本人的代理；他人的请联系管理员。")
    house().act(accounts.end_substitution, substitution_id, by=actor())
    flash(_("代理已结束。"), "success")
    return redirect(url_for("profile.form"))


def _try(act: Any, done: str) -> Response | tuple[str, int]:
    try:
        act()
    except Invalid as refusal:
        return _page(field_errors(refusal)), 422
    flash(done, "success")
    return redirect(url_for("profile.form"))


def field_errors(refusal: DubanError) -> dict[str, str]:
    """Field → sentence in the language of the page; ``""`` holds what belongs to no field."""
    fields = refusal.details.get("fields")
    if not isinstance(fields, dict) or not fields:
        return {"": sentence(refusal)}
    return {str(name): _(str(text)) for name, text in fields.items()}


def _page(errors: dict[str, str] | None = None) -> str:
    me = current_person()
    with house().sessions.read() as session:
        user = session.get(User, me.id)
        people = list(session.scalars(select(User).where(User.active, User.id != me.id).order_by(User.name)))
        since = clock.local(clock.now()).date()
        mine = select(Substitution).where(Substitution.absent_id == me.id, Substitution.ends_on >= since).order_by(Substitution.starts_on)
        substitutions = list(session.scalars(mine))
    wanted = {kind: me.settings.get("notices", {}).get(kind, DEFAULT.get(kind, ())) for kind in KINDS}
    return render_template(
        "profile/form.html",
        user=user,
        options=[("", _("请选择")), *((each.id, f"{each.name}（{each.account}）") for each in people)],
        names={each.id: each.name for each in people},
        substitutions=substitutions,
        kinds=KINDS,
        channels=CHANNELS,
        wanted=wanted,
        errors=errors or {},
        today=since,
    )
