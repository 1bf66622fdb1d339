"""Home (首页): what needs this person today, the lights of units or of oneself, three plots that open to the cases behind them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint, redirect, render_template, url_for
from flask_babel import gettext as _
from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from engine import clock
from engine.cases.models import Case
from engine.cases.queries import visible_cases
from engine.indicators import overview
from engine.indicators.months import Month
from engine.people.permissions import OFFICE, may
from engine.people.person import Person
from engine.processes import limits
from webapp import inbox, lines, names, plots
from webapp.i18n import language
from webapp.ledgers import common
from webapp.plots import Series
from webapp.session import house, person_or_none, public

pages = Blueprint("home", __name__)
LEADERS = (*OFFICE, "leader", "lead", "auditor", "discipline")  # they see units; others see themselves
URGENT = 10  # tasks on the page


@pages.get("/")
@public
def index() -> Response | str:
    """The page after signing in; a stranger is led to the portal."""
    person = person_or_none()
    if person is None:
        return redirect(url_for("portal.index"))
    at = clock.now()
    with house().sessions.read() as session:
        counts = inbox.counts(session, person, at)
        context = {
            "urgent": lines.of(session, person, inbox.most_urgent(session, person, at, URGENT)),
            "counts": counts,
            "mine": inbox.together(counts["mine"], counts["posts"]),
            "tabs": inbox.tabs(),
            **_units(session, person, at),
            **_plots(session, person, at),
        }
        return render_template("home/index.html", **context, **common())


def _units(session: Session, person: Person, at: datetime) -> dict[str, Any]:
    """Open cases by unit and light for leaders; ``units`` is None for others, who see their own counts."""
    if not person.acts_as(*LEADERS):
        return {"units": None}
    visible = visible_cases(person)
    rows = overview.lights_by_unit(session, visible, limits.lights(Case, at))
    for row in rows:
        row.name = names.units(session).get(row.unit_id or "", row.name)
    return {"units": rows, "most": max((row.total for row in rows), default=1)}


def _plots(session: Session, person: Person, at: datetime) -> dict[str, Any]:
    if not may(person, "figures.see"):
        return {"show_plots": False}
    visible = visible_cases(person)
    flow = overview.flow(session, visible, at)
    rates, before = overview.punctual(session, visible, at)
    return {
        "show_plots": True,
        "flow": flow,
        "flow_plot": _flow_plot(flow),
        "punctual": rates,
        "rate_plot": _rate_plot(rates, before),
        "spots": _spots(session, visible, at),
    }


def _flow_plot(flow: list[overview.Flow]) -> plots.Plot:
    months = [f.month for f in flow]
    received = Series(
        "received",
        [f.received for f in flow],
        [_("%(month)s 收件 %(n)s 件", month=_name(f.month), n=f.received) for f in flow],
        [_cases("received", m) for m in months],
    )
    closed = Series(
        "closed",
        [f.closed for f in flow],
        [_("%(month)s 办结 %(n)s 件", month=_name(f.month), n=f.closed) for f in flow],
        [_cases("closed", m) for m in months],
    )
    before = Series(
        "before",
        [f.received_before or None for f in flow],
        [_("%(month)s 收件 %(n)s 件", month=_name(f.month.plus(-12)), n=f.received_before) for f in flow],
        [_cases("received", m.plus(-12)) for m in months],
    )
    return plots.columns([str(m.month) for m in months], (received, closed), before)


def _rate_plot(rates: list[overview.Punctual], before: list[overview.Punctual]) -> plots.Plot:
    labels = [
        _("%(month)s 按期办结率 %(rate)s%%（%(n)s / %(all)s）", month=_name(p.month), rate=p.rate, n=p.on_time, all=p.closed) for p in rates
    ]
    present = Series("rate", [p.rate for p in rates], labels, [_cases("closed", p.month) for p in rates])
    return plots.rates([str(p.month.month) for p in rates], present, Series("before", [p.rate for p in before], [], []))


def _spots(session: Session, visible: ColumnElement[bool], at: datetime) -> list[dict[str, Any]]:
    since = clock.local(at - overview.PERIOD).date().isoformat()
    return [
        {
            "word": names.wording(session, "category", spot.category),
            "now": spot.now,
            "before": spot.before,
            "href": url_for("cases.index", kind="complaint", category=spot.category, received_from=since),
        }
        for spot in overview.hot_spots(session, visible, at)
    ]


def _cases(what: str, month: Month) -> str:
    """The list of the complaints received or closed in a month."""
    last = month.plus(1).first.fromordinal(month.plus(1).first.toordinal() - 1)
    return url_for("cases.index", kind="complaint", **{f"{what}_from": month.first.isoformat(), f"{what}_to": last.isoformat()})  # type: ignore[arg-type]


def _name(month: Month) -> str:
    return f"{month.year}-{month.month:02d}" if language() == "en" else f"{month.year}年{month.month}月"
