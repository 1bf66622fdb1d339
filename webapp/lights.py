"""A light (灯) is never only a colour: it has a shape, a word, and says how long is left or how late it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import g
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from engine import clock
from engine.calendar import Calendar
from engine.processes.limits import light
from webapp.session import house

WORDS = {"green": _l("绿灯"), "yellow": _l("黄灯"), "red": _l("红灯"), "black": _l("黑灯"), "paused": _l("暂停计时"), "none": _l("不限时")}
ORDER = ("black", "red", "yellow", "green", "paused", "none")  # most urgent first


@dataclass(frozen=True, slots=True)
class Light:
    """``key`` names colour and shape, ``word`` the light, ``left`` the time that is left or gone ('' when there is none to tell)."""

    key: str
    word: str
    left: str = ""


def light_of(thing: Any, at: datetime | None = None) -> Light:
    """The light of a task, case or row that has ``limit_at``, ``yellow_at``, ``black_at`` and ``paused_at``."""
    at = at or clock.now()
    key = light(thing, at)
    return Light(key, str(WORDS[key]), _left(thing, key, at))


def _left(thing: Any, key: str, at: datetime) -> str:
    if key in ("none", "paused") or thing.limit_at is None:
        return ""
    if getattr(thing, "limit_kind", "wd") == "wd":
        return _workdays(thing.limit_at, at)
    days = (clock.local(thing.limit_at).date() - clock.local(at).date()).days
    if thing.limit_at < at:
        return str(ngettext("逾期 %(num)d 天", "逾期 %(num)d 天", max(-days, 1)))
    return str(_("今天到期") if days == 0 else ngettext("还剩 %(num)d 天", "还剩 %(num)d 天", days))


def _workdays(limit_at: datetime, at: datetime) -> str:
    if limit_at < at:
        return str(ngettext("逾期 %(num)d 个工作日", "逾期 %(num)d 个工作日", max(calendar().workdays_between(limit_at, at), 1)))
    days = calendar().workdays_between(at, limit_at)
    return str(_("今天到期") if days == 0 else ngettext("还剩 %(num)d 个工作日", "还剩 %(num)d 个工作日", days))


def calendar() -> Calendar:
    """The working calendar with the administrator's days, read once a request."""
    if "calendar" not in g:
        with house().sessions.read() as session:
            g.calendar = house().calendar(session)
    found: Calendar = g.calendar
    return found
