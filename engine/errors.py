"""Every refusal of Duban. Each carries a sentence in Chinese that says what is wrong and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class DubanError(Exception):
    """Base of all refusals; ``sentence`` is what a person reads (Chinese, a gettext message id)."""

    status = 400

    def __init__(self, sentence: str, **details: object) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.details = details


class NotFound(DubanError):
    """The thing does not exist, or this person may not know that it does."""

    status = 404


class Forbidden(DubanError):
    """The person may see the thing but not do this with it."""

    status = 403


class Conflict(DubanError):
    """Somebody else was faster; ``details`` say who did what and when."""

    status = 409


class Invalid(DubanError):
    """What was given does not fit; ``details["fields"]`` maps field → sentence where a form was given."""

    status = 422


class Unavailable(DubanError):
    """The house cannot do it now for want of a disk or a line; the same act again may succeed. Never a fault of a step."""

    status = 503


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault of a drawing, form, table or letter."""

    rule: str
    element: str
    name: str
    sentence: str
    file: str = ""
    severity: str = "error"  # error | warning

    def __str__(self) -> str:
        where = f"{self.file}: " if self.file else ""
        return f"{where}{self.element}（{self.name or '—'}）：{self.sentence} [{self.rule}]"


class Refused(DubanError):
    """A drawing, form, table or letter that must not be deployed; ``problems`` lists every fault at once."""

    status = 422

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(p) for p in problems))
