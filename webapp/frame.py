"""What every page stands in: the rail, the top bar, and the few functions that templates call."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import Flask, current_app, g, request, url_for
from flask import session as cookie
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from engine import clock
from engine.outbox.models import Notice
from engine.people import permissions
from engine.settings import MEGABYTE, Settings
from webapp import lights, words
from webapp.i18n import sentence
from webapp.session import house, person_or_none

THEMES = ("auto", "light", "dark")


@dataclass(frozen=True, slots=True)
class Place:
    """An entry of the rail: shown to whoever may ``verb``, once its page exists. ``bar``: also in the bar of a small screen."""

    endpoint: str
    icon: str
    label: Any
    verb: str | None = None
    bar: bool = False
    also: tuple[str, ...] = ()  # further blueprints of this part of the house


RAIL = (
    Place("home.index", "home", _l("首页"), bar=True),
    Place("tasks.inbox", "inbox", _l("待办"), bar=True),
    Place("cases.index", "folders", _l("案件"), "case.list", bar=True, also=("intake",)),
    Place("ledgers.index", "table", _l("台账"), "ledger.complaints", bar=True),
    Place("processes.index", "sitemap", _l("流程"), "definition.see"),
    Place("incidents.index", "activity", _l("运行"), "incident.see"),
    Place("journal.index", "history", _l("日志"), "journal.see"),
    Place("people.index", "settings", _l("管理"), "people.see", also=("units", "calendar", "attempts")),
)


def install(app: Flask, settings: Settings) -> None:
    """Make the frame's functions known to the templates."""
    app.jinja_env.globals.update(
        may=lambda verb, thing=None, facts=None: permissions.may(person_or_none(), verb, thing, facts),
        rail=rail,
        here=here,
        exists=exists,
        theme=theme,
        unread=unread,
        new_key=lambda: uuid.uuid4().hex,
        word=words.word,
        light_of=lights.light_of,
        local=clock.local,
        page_url=page_url,
        sentence=sentence,
        demo=settings.demo,
    )
    app.jinja_env.filters.update(moment=moment, day=day, filesizeformat=size)
    app.context_processor(lambda: {"person": person_or_none(), "now": clock.now})


def rail() -> list[Place]:
    """The entries that this person may see and whose pages exist."""
    someone = person_or_none()
    return [p for p in RAIL if exists(p.endpoint) and (p.verb is None or permissions.may(someone, p.verb))]


def exists(endpoint: str) -> bool:
    """Is there such a page?"""
    return endpoint in current_app.view_functions


def here(place: Place) -> bool:
    """Is the present page in this part of the house?"""
    return request.blueprint in (place.endpoint.split(".", maxsplit=1)[0], *place.also)


def theme() -> str:
    """``auto``, ``light`` or ``dark``: the person's setting, else this browser's switch."""
    someone = person_or_none()
    chosen = (someone.settings.get("theme") if someone else None) or cookie.get("theme")
    return chosen if chosen in THEMES else "auto"


def unread() -> int:
    """How many notices the person has not read; asked once a request."""
    someone = person_or_none()
    if someone is None:
        return 0
    if "unread" not in g:
        with house().sessions.read() as session:
            counted = select(func.count()).select_from(Notice).where(Notice.user_id == someone.id, Notice.read_at.is_(None))
            g.unread = session.scalar(counted) or 0
    return int(g.unread)


def moment(value: datetime | None) -> str:
    """``2026-11-24 16:30`` on the wall clock of China; a dash for None."""
    return clock.local(value).strftime("%Y-%m-%d %H:%M") if value else "—"


def day(value: date | datetime | None) -> str:
    """``2026-11-24``; of a moment, its date in China; a dash for None."""
    if isinstance(value, datetime):
        value = clock.local(value).date()
    return value.isoformat() if value else "—"


def page_url(**changes: Any) -> str:
    """The address of the present page with some arguments of its query changed; None removes one."""
    query = request.args.to_dict(flat=False)
    for name, value in changes.items():
        query[name] = [] if value is None else list(value) if isinstance(value, list | tuple) else [value]
    given = {**(request.view_args or {}), **{name: values for name, values in query.items() if values}}
    return url_for(request.endpoint or "", **given)


def size(count: int) -> str:
    """How large a file is: 42 字节, 3.5 KB, 1.2 MB."""
    if count < 1024:
        return str(_("%(n)s 字节", n=count))
    return f"{count / 1024:.1f} KB" if count < MEGABYTE else f"{count / MEGABYTE:.1f} MB"
