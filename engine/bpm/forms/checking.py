"""All answers of a form: what is hidden is pruned, what is unknown dropped, the rest checked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from engine.bpm.feel.scope import Layer
from engine.bpm.forms import sentences as say
from engine.bpm.forms.components import Component, Level
from engine.bpm.forms.sentences import Fault, fault
from engine.bpm.forms.values import CHECKS, Choices, is_future, is_past, kind

Functions = Mapping[str, Callable[..., Any]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """``answers``: typed values by key; ``errors``: path → fault; ``hidden``: paths that are not shown (``#id`` for layout).

    A path is the name of the field on the page: ``cause``, ``group-key``, ``rows-0-problem``.
    """

    answers: dict[str, Any]
    errors: dict[str, Fault]
    hidden: frozenset[str]


@dataclass(slots=True)
class Checking:
    """One check. ``choices``: name of ``options_from`` → choices; ``files``: path → names of the files that were sent."""

    functions: Functions
    choices: Mapping[str, Choices]
    files: Mapping[str, Sequence[str]]
    errors: dict[str, Fault] = field(default_factory=dict)
    hidden: set[str] = field(default_factory=set)

    def level(
        self, level: Level, raw: Mapping[str, Any], given: Mapping[str, Any], outer: Mapping[str, Any], path: str = ""
    ) -> dict[str, Any]:
        """The answers of one level. ``given``: values it had before; ``outer``: what conditions may read beyond it."""
        known: dict[str, Any] = dict.fromkeys(level.keys)
        scope = Layer(known, outer)
        for component in level.order:
            where = path + component.key
            if self._hides(component, scope):
                self.hidden.add(where)
            elif component.locked:
                known[component.key] = given.get(component.key)
            else:
                known[component.key] = self._value(component, raw, given, scope, where)
        self.hidden |= {f"{path}#{component.id}" for component in level.layout if self._hides(component, scope)}
        shown = (c for c in level.fields if path + c.key not in self.hidden and not c.locked)
        return {component.key: known[component.key] for component in shown}

    def _hides(self, component: Component, scope: Layer) -> bool:
        return any(expression.evaluate(scope, self.functions) is True for expression in component.hides)

    def _value(self, component: Component, raw: Mapping[str, Any], given: Mapping[str, Any], scope: Layer, where: str) -> Any:
        sent, before = raw.get(component.key), given.get(component.key)
        if component.type == "group" and component.level:
            return self.level(component.level, mapping(sent), mapping(before), scope, f"{where}-")
        if component.type == "dynamiclist":
            return self._rows(component, sent, before, scope, where)
        if component.attachment:
            return self._files(component, before, where)
        return self._answer(component, sent, scope, where)

    def _rows(self, component: Component, sent: Any, before: Any, scope: Layer, where: str) -> list[dict[str, Any]]:
        rows = sent if isinstance(sent, list) else []
        if sent is not None and not isinstance(sent, list):
            self.errors[where] = fault(say.NO_ROWS)
        if len(rows) > component.most_rows:
            self.errors[where] = fault(say.TOO_MANY_ROWS, most=component.most_rows)
            rows = rows[: component.most_rows]
        earlier = before if isinstance(before, list) else []
        level = component.level or Level()
        return [
            self.level(level, mapping(row), mapping(earlier[place]) if place < len(earlier) else {}, scope, f"{where}-{place}-")
            for place, row in enumerate(rows)
        ]

    def _files(self, component: Component, before: Any, where: str) -> list[str]:
        names = [str(name) for name in self.files.get(where, ()) or (before if isinstance(before, list) else ())]
        if component.required and not names:
            self.errors[where] = fault(say.ATTACH)
        return names

    def _answer(self, component: Component, sent: Any, scope: Layer, where: str) -> Any:
        choices: Choices = component.choices
        if component.options_from:  # where nothing was chosen they need not be read
            choices = self.choices.get(component.options_from, ()) if sent not in (None, "", []) else ()
        value, wrong = CHECKS[kind(component)](component, sent, choices)
        today = self.functions.get("today")
        if wrong is None and component.bounds.not_past and today and is_past(value, today()):
            wrong = fault(say.IN_THE_PAST)
        if wrong is None and component.has("not_future") and today and is_future(value, today()):
            wrong = fault(say.IN_THE_FUTURE)
        if wrong is None and component.has("after_today") and today and value and not is_future(value, today()):
            wrong = fault(say.NOT_AHEAD)
        if wrong:
            self.errors[where] = wrong
        return value


def mapping(value: Any) -> Mapping[str, Any]:
    """The value if it is a mapping, else an empty one."""
    return value if isinstance(value, Mapping) else {}
