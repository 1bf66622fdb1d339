"""A step of a drawing that issues a letter has its template beside it: asked when a folder is deployed, not when a case stands still."""

from __future__ import annotations

import re
from collections.abc import Mapping

from engine.bpm import drawing
from engine.bpm.elements import Element
from engine.errors import Problem, Refused

_CONSTANT = re.compile(r'\s*"([^"\\]*)"\s*')  # a FEEL text; what is computed is known only when the step is performed
_ALWAYS: Mapping[str, str] = {"supervision/letter": "supervision-letter"}


def inspect(files: Mapping[str, bytes]) -> list[Problem]:
    """Each step whose letter has no ``documents/<letter>.docx`` in the folder. A drawing that cannot be read is refused elsewhere."""
    try:
        file, elements = drawing.elements(files)
    except Refused:
        return []
    named = ((element, _letter(element)) for element in elements.values() if element.kind == "serviceTask")
    return [_problem(file, element, letter) for element, letter in named if letter and f"documents/{letter}.docx" not in files]


def _letter(element: Element) -> str:
    """The letter that a step issues; empty for none, and for one that is computed."""
    if element.operation != "cases/issue-letter":
        return _ALWAYS.get(element.operation, "")
    constant = _CONSTANT.fullmatch(element.parameters.get("letter", ""))
    return constant[1] if constant else ""


def _problem(file: str, element: Element, letter: str) -> Problem:
    sentence = f"没有文书模板，请在流程文件夹里加上 documents/{letter}.docx，或改正参数 letter。"
    return Problem("no-letter", element.id, element.name, sentence, file)
