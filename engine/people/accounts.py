"""People, posts and substitutes: created and edited here, every act in the journal's chain ``house``.

Each verb is called as ``verb(session, ports, act, …)``; it needs nothing of ``ports``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.errors import Conflict, Invalid, NotFound
from engine.journal.append import append
from engine.people import passwords, sign_in
from engine.people.acts import ActLike
from engine.people.models import Post, Substitution, Unit, User
from engine.people.organisation import load_organisation
from engine.people.permissions import ROLES

__all__ = [
    "change_own_password",
    "change_settings",
    "create_user",
    "edit_user",
    "end_substitution",
    "get_user",
    "load_organisation",
    "set_password",
    "set_posts",
    "substitute",
]
PostKey = tuple[str, str | None, int | None]  # role, unit, area
ACCOUNT = re.compile(r"[a-z0-9][a-z0-9._-]{1,59}")
SETTINGS: Mapping[str, tuple[Any, ...]] = {"language": ("zh", "en"), "theme": ("auto", "light", "dark")}


def create_user(
    session: Session,
    _ports: object,
    act: ActLike,
    *,
    account: str,
    name: str,
    password: str,
    posts: Iterable[PostKey] = (),
    email: str = "",
) -> User:
    """A new account. Raises Invalid (account, name, password, post) or Conflict (account taken)."""
    account = account.strip().lower()
    if not ACCOUNT.fullmatch(account):
        raise _invalid("account", "账号只能用小写字母、数字、点、横线和下划线，2 至 60 个字符。")
    if session.scalar(select(User.id).where(User.account == account)) is not None:
        raise Conflict("这个账号已经有人使用；请换一个。", fields={"account": "这个账号已经有人使用；请换一个。"})
    passwords.check_strength(password, account)
    user = User(account=account, name=_name(name), email=_email(email), created_at=act.at, password_hash=passwords.hash_password(password))
    user.settings = {}
    session.add(user)
    session.flush()
    _journal(session, act, "person.create", account, {"name": user.name})
    set_posts(session, None, act, user.id, posts)
    return user


def edit_user(
    session: Session,
    _ports: object,
    act: ActLike,
    user_id: int,
    *,
    name: str | None = None,
    email: str | None = None,
    active: bool | None = None,
) -> User:
    """Change name, address or activity (None: leave as it is). A deactivated account is signed out at once."""
    user = get_user(session, user_id)
    wanted = {"name": None if name is None else _name(name), "email": None if email is None else _email(email), "active": active}
    changes = {key: [getattr(user, key), value] for key, value in wanted.items() if value is not None and value != getattr(user, key)}
    if changes.get("active") == [True, False]:
        _refuse_last_admin(session, user)
        sign_in.sign_out_everywhere(session, user.id)
    for key, (_old, new) in changes.items():
        setattr(user, key, new)
    if changes:
        _journal(session, act, "person.edit", user.account, _no_address(changes))
    return user


def set_posts(session: Session, _ports: object, act: ActLike, user_id: int, posts: Iterable[PostKey]) -> User:
    """Let the person hold exactly ``posts``. Raises Invalid for an unknown role, or a post without the unit or group it needs."""
    user = get_user(session, user_id)
    wanted = {_checked(session, post) for post in posts}
    had = {(post.role, post.unit_id, post.area) for post in user.posts}
    if any(role == "admin" for role, _u, _a in had) and not any(role == "admin" for role, _u, _a in wanted):
        _refuse_last_admin(session, user)
    for post in [p for p in user.posts if (p.role, p.unit_id, p.area) not in wanted]:
        user.posts.remove(post)
    for role, unit_id, area in sorted(wanted - had, key=str):
        user.posts.append(Post(role=role, unit_id=unit_id, area=area))
    session.flush()
    if wanted != had:
        _journal(session, act, "person.posts", user.account, {"old": _lists(had), "new": _lists(wanted)})
    return user


def set_password(session: Session, _ports: object, act: ActLike, user_id: int, password: str, keep: str | None = None) -> None:
    """A new password; all sessions of the person end, except the one whose token is ``keep``."""
    user = get_user(session, user_id)
    passwords.check_strength(password, user.account)
    user.password_hash = passwords.hash_password(password)
    sign_in.sign_out_everywhere(session, user.id, keep)
    _journal(session, act, "person.password", user.account, {})


def change_own_password(session: Session, ports: object, act: ActLike, *, old: str, new: str, keep: str | None = None) -> None:
    """The person's own change: needs the old password. Raises Invalid when it is wrong."""
    user = get_user(session, act.actor.user_id or 0)
    if not passwords.matches(user.password_hash, old):
        raise _invalid("old", "原密码不对；请重新输入。")
    set_password(session, ports, act, user.id, new, keep)


def change_settings(session: Session, _ports: object, act: ActLike, *, settings: Mapping[str, Any]) -> User:
    """The person's own settings: ``language``, ``theme``, ``notices`` (kind → list of channels), ``webhook`` (address)."""
    user = get_user(session, act.actor.user_id or 0)
    for key, allowed in SETTINGS.items():
        if key in settings and settings[key] not in allowed:
            raise _invalid(key, "没有这个选项；请从列表中选择。")
    known = {key: settings[key] for key in (*SETTINGS, "notices", "webhook", "digest") if key in settings}
    told_by = sorted(key for key in known if key not in SETTINGS and known[key] != user.settings.get(key))
    user.settings = {**user.settings, **known}
    session.flush()
    if told_by:  # whom acts tell is remembered until the house's chain grows
        _journal(session, act, "user.settings", user.account, {"changed": told_by})
    return user


def substitute(
    session: Session, _ports: object, act: ActLike, *, absent_id: int, substitute_id: int, starts_on: date, ends_on: date, reason: str = ""
) -> Substitution:
    """代理: ``substitute_id`` stands in for ``absent_id`` from ``starts_on`` to ``ends_on``, both included."""
    absent, stand_in = get_user(session, absent_id), get_user(session, substitute_id)
    if absent.id == stand_in.id:
        raise _invalid("substitute_id", "不能由本人代理本人；请选择另一位同事。")
    if ends_on < starts_on:
        raise _invalid("ends_on", "结束日期不能早于开始日期。")
    if not stand_in.active:
        raise _invalid("substitute_id", "代理人的账号已停用；请选择另一位同事。")
    row = Substitution(absent_id=absent.id, substitute_id=stand_in.id, starts_on=starts_on, ends_on=ends_on, reason=reason.strip()[:500])
    session.add(row)
    session.flush()
    period = {"from": starts_on.isoformat(), "to": ends_on.isoformat(), "reason": row.reason}
    _journal(session, act, "substitution.start", absent.account, {"substitute": stand_in.account, **period})
    return row


def end_substitution(session: Session, _ports: object, act: ActLike, substitution_id: int) -> None:
    """End a substitution now; the journal keeps that it was."""
    row = session.get(Substitution, substitution_id)
    if row is None:
        raise NotFound("没有这条代理记录；可能已经结束。")
    absent, stand_in = get_user(session, row.absent_id), get_user(session, row.substitute_id)
    session.delete(row)
    _journal(session, act, "substitution.end", absent.account, {"substitute": stand_in.account})


def get_user(session: Session, user_id: int) -> User:
    """The user with this id. Raises NotFound."""
    user = session.get(User, user_id)
    if user is None:
        raise NotFound("没有这个账号；可能已被删除。")
    return user


def _checked(session: Session, post: PostKey) -> PostKey:
    role, unit_id, area = post[0], post[1] or None, post[2] or None
    if role not in ROLES:
        raise _invalid("posts", "没有这个岗位；请从列表中选择。")
    if role.startswith("unit.") and unit_id is None:
        raise _invalid("posts", "责任单位的岗位要选择单位。")
    if role == "lead" and area is None:
        raise _invalid("posts", "牵头单位的岗位要选择专项行动组。")
    if unit_id is not None and session.get(Unit, unit_id) is None:
        raise _invalid("posts", "没有这个单位；请从列表中选择。")
    return role, unit_id, area


def _refuse_last_admin(session: Session, user: User) -> None:
    others = select(Post.id).join(User).where(Post.role == "admin", User.active, User.id != user.id).limit(1)
    if any(post.role == "admin" for post in user.posts) and session.scalar(others) is None:
        raise Conflict("这是最后一位系统管理员；请先指定另一位管理员。")


def _no_address(changes: Mapping[str, Any]) -> dict[str, Any]:
    return {key: "changed" if key == "email" else value for key, value in changes.items()}


def _name(name: str) -> str:
    name = " ".join(name.split())[:100]
    if not name:
        raise _invalid("name", "请填写姓名。")
    return name


def _email(email: str) -> str:
    email = email.strip()
    if email and not re.fullmatch(r"[^@\s\x00-\x1f<>,;:\"]{1,64}@[A-Za-z0-9.-]{1,190}", email):
        raise _invalid("email", "邮箱地址不对；请核对。")
    return email


def _lists(posts: Iterable[PostKey]) -> list[list[Any]]:
    return sorted(([*post] for post in posts), key=str)


def _invalid(field: str, sentence: str) -> Invalid:
    return Invalid(sentence, fields={field: sentence})


def _journal(session: Session, act: ActLike, verb: str, subject: str, data: Mapping[str, Any]) -> None:
    append(session, "house", act.actor, act.at, verb, subject, data)
