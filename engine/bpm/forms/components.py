"""The parts of a form, as compiled from form-js JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.bpm.expressions import Expression

LAYOUT = frozenset({"text", "separator", "spacer"})
CHOICES = frozenset({"radio", "select", "checklist", "taglist"})
SEVERAL = frozenset({"checklist", "taglist"})
INPUTS = frozenset({"textfield", "textarea", "number", "checkbox", "datetime"}) | CHOICES
CONTAINERS = frozenset({"group", "dynamiclist"})
TYPES = LAYOUT | INPUTS | CONTAINERS


@dataclass(frozen=True, slots=True)
class Bounds:
    """What an answer must keep to; None: no bound of its own."""

    min_length: int = 0
    max_length: int = 500
    minimum: Any = None
    maximum: Any = None
    digits: int | None = None
    pattern: str = ""
    not_past: bool = False


@dataclass(frozen=True, slots=True)
class Component:
    """One component. ``key`` is "" for layout and for groups that give their fields no name of their own."""

    type: str
    id: str
    key: str = ""
    label: str = ""
    description: str = ""
    text: str = ""
    subtype: str = ""  # of datetime: date, time, datetime
    required: bool = False
    locked: bool = False  # shown, never taken from what is sent
    default: Any = None
    hides: tuple[Expression, ...] = ()  # of the component and of the groups without a name around it
    choices: tuple[tuple[Any, str], ...] = ()
    options_from: str = ""
    bounds: Bounds = field(default_factory=Bounds)
    properties: Mapping[str, str] = field(default_factory=dict)
    components: tuple[Component, ...] = ()
    level: Level | None = None  # of a group with a name, or of a dynamic list
    rows: int = 1
    most_rows: int = 50
    fixed_rows: bool = False
    prefix: str = ""
    suffix: str = ""
    columns: int = 16

    @property
    def attachment(self) -> bool:
        """Does it take files? Its answer is the list of their names."""
        return self.has("attachment")

    def has(self, name: str) -> bool:
        """Is the property set, and not to "false"?"""
        return self.properties.get(name, "false").lower() not in ("", "false", "no")

    def needs(self) -> frozenset[str]:
        """The names that its conditions read, those of its inner components included, except what these name among themselves."""
        own = frozenset(name for expression in self.hides for name in expression.names)
        inner = frozenset(name for component in self.components for name in component.needs())
        return own | (inner - self.level.keys if self.level else inner)


@dataclass(frozen=True, slots=True)
class Level:
    """The components whose answers lie side by side: of the form, a named group, or a row.

    ``fields`` are in the order of the page, ``order`` is one in which each comes after what its condition reads.
    """

    components: tuple[Component, ...] = ()
    fields: tuple[Component, ...] = ()
    order: tuple[Component, ...] = ()
    layout: tuple[Component, ...] = ()  # what has a condition but no answer
    keys: frozenset[str] = frozenset()
    deciding: frozenset[str] = frozenset()  # keys that conditions read

    def walk(self, path: str = "") -> Iterator[tuple[str, Component]]:
        """Every field with its path, the inner ones after their container; rows count as ``list.key``."""
        for component in self.fields:
            yield path + component.key, component
            if component.level:
                yield from component.level.walk(f"{path}{component.key}.")


def spread(components: tuple[Component, ...]) -> Iterator[Component]:
    """The components of one level: groups without a name, then what is in them."""
    for component in components:
        yield component
        if component.type == "group" and not component.key:
            yield from spread(component.components)


def level(components: tuple[Component, ...]) -> tuple[Level, list[Component]]:
    """The level that these components make, and those whose conditions depend on each other in a circle."""
    every = tuple(spread(components))
    fields = tuple(component for component in every if component.key)
    keys = frozenset(component.key for component in fields)
    order, circular = _ordered(fields)
    needs = frozenset(name for component in every for name in component.needs())
    layout = tuple(component for component in every if not component.key)
    return Level(components, fields, order, layout, keys, keys & needs), circular


def _ordered(fields: tuple[Component, ...]) -> tuple[tuple[Component, ...], list[Component]]:
    keys = {component.key for component in fields}
    waiting = {component.key: component.needs() & keys for component in fields}
    left = list(fields)
    order: list[Component] = []
    while left:
        done = {component.key for component in order}
        ready = [component for component in left if waiting[component.key] <= done]
        if not ready:
            return (*order, *left), left
        order += ready
        left = [component for component in left if component not in ready]
    return tuple(order), []
