"""From the flat names of a page to nested values: ``rows-0-problem`` → ``{"rows": [{"problem": …}]}``.

Every row brings a hidden ``rows-0`` so that it exists although nothing in it is ticked. The buttons ``_add`` (value: path of the list)
and ``_remove`` (value: path of the row) are obeyed here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from engine.bpm.forms import Component, Level


class Sent(Protocol):
    """What is needed of a MultiDict of werkzeug."""

    def get(self, key: str, default: Any = None) -> Any: ...
    def getlist(self, key: str) -> Sequence[str]: ...
    def __iter__(self) -> Any: ...
    def __contains__(self, key: object) -> bool: ...


@dataclass(frozen=True, slots=True)
class Nesting:
    """Reads one submission. ``quiet``: it is not final, so a field that was not on the page keeps its earlier value."""

    sent: Sent
    quiet: bool

    def level(self, level: Level, given: Mapping[str, Any], path: str = "") -> dict[str, Any]:
        """The values of one level; ``given``: its earlier ones."""
        return {component.key: self._value(component, given.get(component.key), path + component.key) for component in level.fields}

    def _value(self, component: Component, before: Any, name: str) -> Any:
        if component.type == "group" and component.level:
            return self.level(component.level, before if isinstance(before, Mapping) else {}, f"{name}-")
        if component.type == "dynamiclist":
            return self._rows(component, before, name)
        if component.type in ("checklist", "taglist"):
            return list(self.sent.getlist(name))
        if component.type == "checkbox":
            return name in self.sent
        if self.quiet and name not in self.sent:
            return component.default if before is None else before
        return self.sent.get(name)

    def _rows(self, component: Component, before: Any, name: str) -> list[dict[str, Any]]:
        level, removed = component.level or Level(), self.sent.get("_remove")
        if self.quiet and f"_list-{name}" not in self.sent:
            return before if isinstance(before, list) else [{} for _ in range(component.rows)]
        kept = [n for n in row_numbers(self.sent, name, component.most_rows) if component.fixed_rows or removed != f"{name}-{n}"]
        rows = [self.level(level, {}, f"{name}-{number}-") for number in kept]
        if self.sent.get("_add") == name and not component.fixed_rows and len(rows) < component.most_rows:
            rows.append(defaults(level))
        return rows


def row_numbers(sent: Sent, name: str, most: int) -> list[int]:
    """The numbers of the rows of the list ``name`` that were sent, in order; at most one more than allowed."""
    found = set()
    for key in sent:
        if key.startswith(f"{name}-"):
            number = key[len(name) + 1 :].partition("-")[0]
            if number.isascii() and number.isdigit() and len(number) < 6:
                found.add(int(number))
    return sorted(found)[: most + 1]


def defaults(level: Level) -> dict[str, Any]:
    """What an empty level begins with."""
    return beginning(level, {})


def beginning(level: Level, given: Mapping[str, Any]) -> dict[str, Any]:
    """What a page shows first: earlier values, else the defaults, else as many empty rows as the list begins with."""
    return {component.key: _first(component, given.get(component.key)) for component in level.fields}


def _first(component: Component, before: Any) -> Any:
    level = component.level or Level()
    if component.has("fresh"):  # answered anew each time the step comes round
        return component.default
    if component.type == "group":
        return beginning(level, before if isinstance(before, Mapping) else {})
    if component.type == "dynamiclist":
        rows = before if isinstance(before, list) and before else [{}] * component.rows
        return [beginning(level, row if isinstance(row, Mapping) else {}) for row in rows[: component.most_rows]]
    return component.default if before is None else before
