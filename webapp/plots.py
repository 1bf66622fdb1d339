"""Small plots as plain geometry for SVG: no script, every mark a link to the cases it counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 420, 200  # of the view box
LEFT, RIGHT, TOP, BOTTOM = 34, 6, 12, 22  # margins inside it


@dataclass(frozen=True, slots=True)
class Mark:
    """A bar, a dot or a tick: where it is, what a reader hears, where it leads."""

    x: float
    y: float
    width: float
    height: float
    kind: str
    label: str
    href: str = ""


@dataclass(frozen=True, slots=True)
class Tick:
    """A label on an axis with its place."""

    at: float
    text: str


@dataclass(frozen=True, slots=True)
class Plot:
    """All that the template needs to draw: marks, line paths by kind, ticks of both axes."""

    marks: tuple[Mark, ...]
    lines: tuple[tuple[str, str], ...]
    across: tuple[Tick, ...]
    up: tuple[Tick, ...]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    base: int = HEIGHT - BOTTOM


@dataclass(frozen=True, slots=True)
class Series:
    """A row of values, one a month, None where there is none; ``links`` and ``labels`` are parallel to it."""

    kind: str
    values: Sequence[float | None]
    labels: Sequence[str]
    links: Sequence[str]


def step(most: float, ticks: int = 4) -> int:
    """A round distance between ticks so that about ``ticks`` of them reach ``most``."""
    for unit in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000):
        if unit * ticks >= most:
            return unit
    return int(most // ticks) + 1


def columns(months: Sequence[str], bars: Sequence[Series], ticks: Series) -> Plot:
    """Groups of bars by month, with a tick where last year stood."""
    most = max([v or 0 for s in (*bars, ticks) for v in s.values], default=0) or 1
    unit = step(most)
    top = unit * max(1, -(-int(most) // unit))
    slot = (WIDTH - LEFT - RIGHT) / max(1, len(months))
    thick = slot * 0.36
    marks = []
    for n, series in enumerate(bars):
        for i, value in enumerate(series.values):
            height = _up(value or 0, top)
            x = LEFT + slot * i + slot * 0.12 + n * (thick + 1)
            marks.append(
                Mark(
                    round(x, 1),
                    round(HEIGHT - BOTTOM - height, 1),
                    round(thick, 1),
                    round(height, 1),
                    series.kind,
                    series.labels[i],
                    series.links[i],
                )
            )
    for i, value in enumerate(ticks.values):
        if value is not None:
            y = HEIGHT - BOTTOM - _up(value, top)
            marks.append(
                Mark(
                    round(LEFT + slot * i + slot * 0.06, 1),
                    round(y - 1, 1),
                    round(slot * 0.88, 1),
                    2,
                    ticks.kind,
                    ticks.labels[i],
                    ticks.links[i],
                )
            )
    return Plot(tuple(marks), (), _across(months, slot), _upward(top, unit))


def rates(months: Sequence[str], present: Series, before: Series) -> Plot:
    """Two lines of rates in per cent (0 … 100); dots of the present one lead to its cases."""
    slot = (WIDTH - LEFT - RIGHT) / max(1, len(months))
    lines = tuple((s.kind, _path(s.values, slot)) for s in (before, present))
    dots = tuple(
        Mark(round(_middle(i, slot), 1), round(HEIGHT - BOTTOM - _up(v, 100), 1), 8, 8, present.kind, present.labels[i], present.links[i])
        for i, v in enumerate(present.values)
        if v is not None
    )
    return Plot(dots, lines, _across(months, slot), _upward(100, 25, "%"))


def _up(value: float, top: float) -> float:
    return (HEIGHT - TOP - BOTTOM) * value / top


def _middle(i: int, slot: float) -> float:
    return LEFT + slot * (i + 0.5)


def _path(values: Sequence[float | None], slot: float) -> str:
    """An SVG path that breaks where there is no value."""
    parts, pen = [], "M"
    for i, value in enumerate(values):
        if value is None:
            pen = "M"
            continue
        parts.append(f"{pen}{_middle(i, slot):.1f} {HEIGHT - BOTTOM - _up(value, 100):.1f}")
        pen = "L"
    return " ".join(parts)


def _across(months: Sequence[str], slot: float) -> tuple[Tick, ...]:
    return tuple(Tick(round(_middle(i, slot), 1), text) for i, text in enumerate(months))


def _upward(top: int, unit: int, sign: str = "") -> tuple[Tick, ...]:
    return tuple(Tick(round(HEIGHT - BOTTOM - _up(v, top), 1), f"{v}{sign}") for v in range(0, top + 1, unit))
