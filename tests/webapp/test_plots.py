"""Plots: every value becomes a mark in its place, with its link."""

from __future__ import annotations

from itertools import pairwise

import pytest

from webapp import plots
from webapp.plots import Series


def series(kind: str, *values: float | None) -> Series:
    return Series(kind, values, [f"{kind} {v}" for v in values], [f"/{kind}/{n}" for n, _ in enumerate(values)])


def test_bars_stand_on_the_axis_and_their_heights_are_as_their_values() -> None:
    plot = plots.columns(["1", "2"], (series("received", 4, 8), series("closed", 0, 2)), series("before", None, 6))
    bars = {mark.label: mark for mark in plot.marks}
    assert bars["received 8"].height == pytest.approx(2 * bars["received 4"].height, abs=0.1)
    assert {round(bar.y + bar.height) for name, bar in bars.items() if not name.startswith("before")} == {plot.base}
    assert "before None" not in bars and bars["before 6"].href == "/before/1"


def test_bars_of_a_month_lie_beside_each_other_and_inside_the_picture() -> None:
    twelve = [str(n) for n in range(12)]
    plot = plots.columns(twelve, (series("received", *range(12)), series("closed", *range(12))), series("before", *[None] * 12))
    spans = sorted((mark.x, mark.x + mark.width) for mark in plot.marks)
    assert all(one[1] <= other[0] for one, other in pairwise(spans))
    assert spans[0][0] >= plot.left and spans[-1][1] <= plot.width


def test_nothing_to_show_is_an_empty_plot_not_an_error() -> None:
    assert plots.columns(["1"], (series("received", 0),), series("before", None)).up[0].text == "0"
    assert plots.rates(["1"], series("rate", None), series("before", None)).marks == ()


def test_a_line_breaks_where_there_is_no_value() -> None:
    plot = plots.rates(["1", "2", "3", "4"], series("rate", 50, None, 100, 0), series("before", None, None, None, None))
    path = dict(plot.lines)["rate"]
    assert path.count("M") == 2 and path.count("L") == 1
    assert len(plot.marks) == 3


@pytest.mark.parametrize(("most", "unit"), [(1, 1), (4, 1), (5, 2), (17, 5), (41, 20), (900, 500), (30_000, 7501)])
def test_ticks_are_round_and_few(most: int, unit: int) -> None:
    assert plots.step(most) == unit
