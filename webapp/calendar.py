"""The working calendar of a year: the published one with the administrator's days laid over it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from engine import clock
from engine.calendar import Calendar
from engine.cases import calendar_days
from engine.errors import Invalid, NotFound
from engine.people import permissions
from webapp.profile import field_errors
from webapp.session import actor, current_person, house, may

pages = Blueprint("calendar", __name__, url_prefix="/calendar")
Answer = Response | str | tuple[str, int]
FIRST, LAST = 2004, 2100
LONGEST = 31  # days that one form sets apart


@dataclass(frozen=True, slots=True)
class Cell:
    """One day of the year's sheet; ``own``: set apart by the administrator."""

    day: date
    working: bool
    name: str
    tentative: bool
    own: bool


@pages.get("/")
@may("calendar.see")
def index() -> str:
    """A year, month by month."""
    return _page(_year())


@pages.post("/")
@may("calendar.edit")
def set_days() -> Answer:
    """Set a day, or the days of a period, apart."""
    first, last = _day("first"), _day("last") or _day("first")
    if first is None or last is None or last < first or (last - first).days >= LONGEST:
        return _page(_year(), {"first": _("请填写日期；一次最多设置 31 天。")}), 422
    working, name = request.form.get("working") == "yes", request.form.get("name", "")
    days = [(first + timedelta(days=n), working, name) for n in range((last - first).days + 1)]
    return _try(first.year, lambda: house().act(calendar_days.set_days, days, by=actor()))


@pages.post("/<day>/clear")
@may("calendar.edit")
def clear(day: str) -> Answer:
    """Let the published calendar rule a day again."""
    try:
        chosen = date.fromisoformat(day)
    except ValueError:
        raise NotFound("没有这一天；请从日历中选择。") from None
    return _try(chosen.year, lambda: house().act(calendar_days.clear_day, chosen, by=actor()))


def _try(year: int, act: Callable[[], object]) -> Answer:
    try:
        act()
    except Invalid as refusal:
        return _page(year, field_errors(refusal)), 422
    flash(_("日历已保存。已开始计算的期限不变，新的期限按新日历计算。"), "success")
    return redirect(url_for("calendar.index", year=year))


def _day(name: str) -> date | None:
    try:
        return date.fromisoformat(request.form.get(name, ""))
    except ValueError:
        return None


def _year() -> int:
    year = request.values.get("year", 0, type=int)
    return year if FIRST <= year <= LAST else clock.local(clock.now()).year


def _page(year: int, errors: dict[str, str] | None = None) -> str:
    with house().sessions.read() as session:
        known = house().calendar(session)
    months = [_month(known, year, month) for month in range(1, 13)]
    cells = [cell for month in months for cell in month]
    return render_template(
        "calendar/index.html",
        year=year,
        months=months,
        working=sum(cell.working for cell in cells),
        tentative=any(cell.tentative for cell in cells),
        own=[cell for cell in cells if cell.own],
        today=clock.local(clock.now()).date(),
        errors=errors or {},
        may_edit=permissions.may(current_person(), "calendar.edit"),
    )


def _month(known: Calendar, year: int, month: int) -> list[Cell]:
    first = date(year, month, 1)
    after = date(year + (month == 12), month % 12 + 1, 1)
    days = [first + timedelta(days=n) for n in range((after - first).days)]
    return [
        Cell(day, bool(found), found.name, found.tentative, day in known.overrides) for day in days for found in [known.is_working(day)]
    ]
