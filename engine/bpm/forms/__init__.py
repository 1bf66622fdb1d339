"""Forms: form-js JSON, compiled once; the server alone decides what is shown, required and kept.

``compile`` reads a schema and notes its faults in ``Form.problems``; ``Form.check`` checks answers, from a page (strings) or from JSON.
Conditions (``conditional.hide``) are FEEL: a name is first one of the row, then of the form, then of ``initial`` (process variables).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import orjson

from engine.bpm.forms.checking import Checking, Functions, Outcome
from engine.bpm.forms.components import Component, Level
from engine.bpm.forms.patterns import PATTERNS
from engine.bpm.forms.reading import Reading
from engine.bpm.forms.sentences import Fault
from engine.bpm.forms.values import CHECKS, Choices, kind
from engine.errors import Problem

__all__ = ["PATTERNS", "Choices", "Component", "Fault", "Form", "Functions", "Level", "Outcome", "compile"]
MOST_BYTES = 500_000


@dataclass(frozen=True, slots=True)
class Form:
    """A compiled form. ``problems`` must be empty before it is deployed; ``level`` holds its components."""

    id: str
    level: Level
    problems: tuple[Problem, ...]
    options_from: frozenset[str] = frozenset()  # names of the choices that ``check`` must be given

    def check(
        self,
        values: Mapping[str, Any],
        initial: Mapping[str, Any] | None = None,
        *,
        functions: Functions | None = None,
        choices: Mapping[str, Choices] | None = None,
        files: Mapping[str, Sequence[str]] | None = None,
    ) -> Outcome:
        """Check ``values`` (nested by key; a dynamic list is a list of mappings). ``initial``: earlier answers and variables, read only.

        Raises ExpressionError when a condition cannot be evaluated.
        """
        checking = Checking(functions or {}, choices or {}, files or {})
        answers = checking.level(self.level, values, initial or {}, initial or {})
        return Outcome(answers, checking.errors, frozenset(checking.hidden))

    def marked(self, name: str) -> dict[str, str]:
        """Path (``key``, ``group.key``, ``rows.key``) → value of the property ``name``, as ``case`` or ``ledger``, where it is set."""
        return {path: component.properties[name] for path, component in self.level.walk() if component.has(name)}


@lru_cache(512)
def compile(schema: bytes, file: str = "") -> Form:
    """Compile form-js JSON; whatever is wrong with it is in ``problems`` of the result, all at once. ``file`` is named in them."""
    reading = Reading(file)
    document: Any = None
    with suppress(orjson.JSONDecodeError):
        document = orjson.loads(schema) if len(schema) <= MOST_BYTES else None
    if not isinstance(document, dict) or not isinstance(document.get("components"), list):
        problem = Problem("form-json", "", "", "表单文件不是有效的 form-js JSON，或超过 500 KB。", file)
        return Form("", Level(), (problem,))
    level = reading.level(document["components"], {"id": document.get("id", "")})
    _check_defaults(level, reading)
    options_from = frozenset(component.options_from for _, component in level.walk() if component.options_from)
    return Form(str(document.get("id", "")), level, tuple(reading.problems), options_from)


def _check_defaults(level: Level, reading: Reading) -> None:
    for _, component in level.walk():
        if component.default is None or component.level or component.options_from:
            continue
        _, wrong = CHECKS[kind(component)](component, component.default, component.choices)
        if wrong and component.default not in ("", False):
            reading.problem("form-default", {"id": component.id, "label": component.label}, f"默认值不合要求：{wrong}")
