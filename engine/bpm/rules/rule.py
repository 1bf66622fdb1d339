"""What a rule is given and what it gives."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from engine.bpm.elements import Element, Sheet
from engine.errors import Problem


@dataclass(frozen=True, slots=True)
class Context:
    """What there is around the drawing: the folder's files, operations (name → parameters, None: any), decisions, callable processes."""

    files: Mapping[str, bytes]
    operations: Mapping[str, frozenset[str] | None]
    decisions: frozenset[str]
    called: frozenset[str]


Rule = Callable[[Sheet, Context], Iterator[Problem]]


def problem(rule: str, sheet: Sheet, element: Element | None, sentence: str, *, id: str = "", severity: str = "error") -> Problem:
    """A Problem of an element, or of the drawing as a whole."""
    if element is None:
        return Problem(rule, id or sheet.key, sheet.name if not id else "", sentence, sheet.file, severity)
    return Problem(rule, element.id, element.name, sentence, sheet.file, severity)
