"""What the template draws: one control for each component that is shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from engine.bpm.expressions import string
from engine.bpm.forms import Choices, Component, Level
from engine.clock import local
from webapp.forms.blocks import blocks

LONG_LIST = 12  # more choices than this become a list to scroll instead of boxes


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a dynamic list."""

    name: str
    controls: list[Control]


@dataclass(frozen=True, slots=True)
class Control:
    """A component on the page. ``value``: text for inputs, bool for a checkbox, list of texts for several choices and for files."""

    component: Component
    name: str
    value: Any = ""
    error: str = ""
    options: Sequence[tuple[str, str, bool]] = ()  # value, label, selected
    refreshes: bool = False  # a condition reads it
    controls: list[Control] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)

    @property
    def id(self) -> str:
        """Its id in the page, which error links point to."""
        return f"field-{self.name}"

    @property
    def described_by(self) -> str:
        """Ids of hint and error, for aria-describedby."""
        return " ".join([f"{self.id}-error"] * bool(self.error) + [f"{self.id}-hint"] * bool(self.component.description))

    @property
    def width(self) -> int:
        """Columns of twelve (form-js counts sixteen)."""
        return max(1, round(self.component.columns * 12 / 16))

    @property
    def input_type(self) -> str:
        """The type of a native ``<input>``."""
        if self.component.type == "datetime":
            return "datetime-local" if self.component.subtype == "datetime" else self.component.subtype
        return {"手机号": "tel", "联系电话": "tel", "邮箱": "email"}.get(self.component.bounds.pattern, "text")

    def blocks(self, text: str) -> list[tuple[str, list[str]]]:
        """The blocks of a text component, whose ``text`` the page has translated."""
        return blocks(text)

    @property
    def scrolls(self) -> bool:
        """Are there too many choices for boxes?"""
        return len(self.options) > LONG_LIST and self.component.type == "taglist"


@dataclass(frozen=True, slots=True)
class Drawing:
    """Makes the controls of one page."""

    hidden: frozenset[str]
    errors: Mapping[str, str]
    choices: Mapping[str, Choices]
    files: Mapping[str, Sequence[str]]

    def level(
        self, level: Level, values: Mapping[str, Any], given: Mapping[str, Any], path: str = "", refreshes: bool = False
    ) -> list[Control]:
        """The controls of a level that are shown. ``given``: values for what is locked."""
        return self._several(level.components, level, values, given, path, refreshes)

    def _several(
        self, components: Sequence[Component], level: Level, values: Mapping[str, Any], given: Mapping[str, Any], path: str, refreshes: bool
    ) -> list[Control]:
        found = []
        for component in components:
            name = path + (component.key or f"#{component.id}")
            if name in self.hidden:
                continue
            if component.key:
                decides = refreshes or component.key in level.deciding
                found.append(self._control(component, name, (given if component.locked else values).get(component.key), given, decides))
            else:
                inner = self._several(component.components, level, values, given, path, refreshes)
                found.append(Control(component, name.replace("#", ""), controls=inner))
        return found

    def _control(self, component: Component, name: str, value: Any, given: Mapping[str, Any], refreshes: bool) -> Control:
        inner, before = component.level, given.get(component.key)
        if component.type == "group" and inner:
            controls = self.level(inner, _mapping(value), _mapping(before), f"{name}-", refreshes)
            return Control(component, name, controls=controls, refreshes=refreshes)
        if component.type == "dynamiclist" and inner:
            values = value if isinstance(value, list) else []
            earlier = before if isinstance(before, list) else []
            rows = [
                Row(
                    f"{name}-{n}",
                    self.level(inner, _mapping(row), _mapping(earlier[n] if n < len(earlier) else {}), f"{name}-{n}-", refreshes),
                )
                for n, row in enumerate(values)
            ]
            return Control(component, name, rows=rows, error=self.errors.get(name, ""), refreshes=refreshes)
        if component.attachment:
            value = list(self.files.get(name, ()) or (before if isinstance(before, list) else ()))
        return self._input(component, name, value, refreshes)

    def _input(self, component: Component, name: str, value: Any, refreshes: bool) -> Control:
        error = self.errors.get(name, "")
        if component.attachment:
            return Control(component, name, value, error)
        if component.type == "checkbox":
            return Control(component, name, value in (True, "1", "on", "true"), error, refreshes=refreshes)
        choices = self.choices.get(component.options_from, ()) if component.options_from else component.choices
        picked = {written(item) for item in value} if isinstance(value, list) else {written(value)}
        options = [(written(key), label, written(key) in picked) for key, label in choices]
        text = sorted(picked) if isinstance(value, list) else written(value)
        return Control(component, name, text, error, options, refreshes)


def written(value: Any) -> str:
    """A value as the ``value`` of an input: what a person typed stays as it is, moments are on the clock of China."""
    if value is None or isinstance(value, str):
        return value or ""
    if isinstance(value, datetime):
        return local(value).strftime("%Y-%m-%dT%H:%M")
    if isinstance(value, bool | int | float | Decimal | date):
        return string(value) or ""
    return ""


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
