"""The marks of issue 2 and what was measured against them; printed as one table at the end of ``make bench``."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Mark:
    """One figure. ``most``: the target, None where there is none; ``note`` says what else was seen."""

    subject: str
    database: str
    measured: float
    unit: str
    most: float | None = None
    note: str = ""

    @property
    def verdict(self) -> str:
        if self.most is None:
            return "–"
        return "ok" if self.measured <= self.most else "**missed**"

    def line(self) -> str:
        target = "–" if self.most is None else f"≤ {self.most:g} {self.unit}"
        return f"| {self.subject} | {self.database} | {self.measured:.4g} {self.unit} | {target} | {self.verdict} | {self.note} |"


@dataclass(slots=True)
class Marks:
    """All figures of a run, in the order they came."""

    found: list[Mark] = field(default_factory=list)

    def add(self, subject: str, database: str, measured: float, unit: str, most: float | None = None, note: str = "") -> None:
        self.found.append(Mark(subject, database, measured, unit, most, note))

    def table(self) -> str:
        head = ["| what | database | measured | target | | note |", "|---|---|---|---|---|---|"]
        return "\n".join([*head, *(mark.line() for mark in self.found)])


MARKS = Marks()


def quantile(values: list[float], part: float) -> float:
    """The smallest value that ``part`` of them do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))]
