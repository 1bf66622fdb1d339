"""The public figures: what came in, what was done, without anybody's data."""

from __future__ import annotations

from dataclasses import dataclass

from flask import render_template

from engine import clock
from engine.indicators import public as open_figures
from engine.indicators.public import Line
from webapp import names
from webapp.portal import pages
from webapp.security import limiter
from webapp.session import house, public


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a table with its name."""

    name: str
    received: int | None
    closed: int | None


@pages.get("/statistics")
@public
@limiter.limit("60 per minute")
def statistics() -> str:
    """The last twelve months."""
    with house().sessions.read() as session:
        found, areas = open_figures.figures(session, clock.now()), names.areas(session)
    return render_template(
        "portal/statistics.html",
        figures=found,
        months=[Row(_month(line), line.received, line.closed) for line in found.by_month],
        areas=[Row(areas.get(line.key, str(line.key)), line.received, line.closed) for line in found.by_area if isinstance(line.key, int)],
    )


def _month(line: Line) -> str:
    return f"{line.key.year}-{line.key.month:02d}" if not isinstance(line.key, int) else str(line.key)
