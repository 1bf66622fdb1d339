"""A person's saved filters of the lists (个人视图)."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.cases.models import SavedView
from engine.errors import Invalid

MOST = 20  # views a person may keep on one page
LONGEST = 40  # characters of a name


def of(session: Session, user_id: int, page: str) -> Sequence[SavedView]:
    """The views this person saved on ``page``, in the order of their names."""
    return session.scalars(select(SavedView).where(SavedView.user_id == user_id, SavedView.page == page).order_by(SavedView.name)).all()


def save(session: Session, user_id: int, page: str, name: str, query: str) -> SavedView:
    """Keep ``query`` (a URL query string) under ``name``; the same name is overwritten. Raises Invalid."""
    name = " ".join(name.split())
    if not name or len(name) > LONGEST:
        raise Invalid("请给视图起一个不超过 40 个字的名称。", fields={"name": "请给视图起一个不超过 40 个字的名称。"})
    view = session.scalar(select(SavedView).where(SavedView.user_id == user_id, SavedView.page == page, SavedView.name == name))
    if view is not None:
        view.query = query[:2000]
        return view
    kept = session.scalar(select(func.count()).where(SavedView.user_id == user_id, SavedView.page == page)) or 0
    if kept >= MOST:
        raise Invalid("最多保存 20 个视图，请先删除不用的。")
    view = SavedView(user_id=user_id, page=page, name=name, query=query[:2000])
    session.add(view)
    session.flush()
    return view


def remove(session: Session, user_id: int, view_id: int) -> str | None:
    """Forget one of the person's own views and return its page; None when there is no such view."""
    view = session.get(SavedView, view_id)
    if view is None or view.user_id != user_id:
        return None
    session.delete(view)
    return view.page
