"""A form and what was sent to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext

from engine.bpm import forms
from engine.bpm.forms import Choices, Fault, Form, Functions
from webapp.forms.controls import Control, Drawing
from webapp.forms.sent import Nesting, Sent, beginning


@dataclass(frozen=True, slots=True)
class PageForm:
    """A compiled form that pages bind."""

    form: Form

    @property
    def problems(self) -> tuple[Any, ...]:
        """What is wrong with the schema; empty for every form that was deployed."""
        return self.form.problems

    def bind(
        self,
        raw: Sent | None,
        initial: Mapping[str, Any] | None = None,
        functions: Functions | None = None,
        *,
        choices: Mapping[str, Choices] | None = None,
        files: Mapping[str, Sequence[str]] | None = None,
        quiet: bool = False,
    ) -> Bound:
        """Bind what a browser sent; None: the page is shown for the first time.

        ``initial``: earlier answers and variables of the process. ``files``: path → names of the files that were sent (the door stores
        them). ``quiet``: show what was sent without errors, for a draft or a refresh; so are the buttons that add and remove rows.
        """
        initial, files = initial or {}, {path: names for path, names in (files or {}).items() if names}
        moved = raw is not None and ("_add" in raw or "_remove" in raw)
        nesting = Nesting(raw, quiet or moved) if raw is not None else None
        values = nesting.level(self.form.level, initial) if nesting else beginning(self.form.level, initial)
        outcome = self.form.check(values, initial, functions=functions, choices=choices, files=files)
        silent = raw is None or quiet or moved
        errors = {} if silent else {path: worded(fault) for path, fault in outcome.errors.items()}
        drawing = Drawing(outcome.hidden, errors, choices or {}, files)
        controls = drawing.level(self.form.level, values, initial)
        return Bound(self.form, controls, errors, outcome.answers, moved, not silent and not outcome.errors)

    def answers(
        self,
        raw: Sent,
        initial: Mapping[str, Any],
        functions: Functions,
        *,
        choices: Mapping[str, Choices],
        files: Mapping[str, Sequence[str]],
    ) -> dict[str, Any] | None:
        """The checked answers of a form sent finally, without its controls; None when ``bind`` would show it again."""
        if "_add" in raw or "_remove" in raw:
            return None
        files = {path: names for path, names in files.items() if names}
        values = Nesting(raw, False).level(self.form.level, initial)
        outcome = self.form.check(values, initial, functions=functions, choices=choices, files=files)
        return None if outcome.errors else outcome.answers


@dataclass(frozen=True, slots=True)
class Bound:
    """A form as it stands. ``valid``: it was sent finally and everything fits; only then do ``answers`` count.

    ``moved``: a row was added or removed, so the page is to be shown again.
    """

    form: Form
    controls: list[Control]
    errors: dict[str, str]
    answers: dict[str, Any] = field(repr=False)
    moved: bool
    valid: bool

    @property
    def faults(self) -> list[tuple[str, str, str]]:
        """(id to jump to, label, sentence) of each error, in the order of the page."""
        return [(control.id, control.component.label, control.error) for control in walk(self.controls) if control.error]

    @property
    def has_files(self) -> bool:
        """Must the page's form be multipart?"""
        return any(control.component.attachment for control in walk(self.controls))


def walk(controls: list[Control]) -> Iterator[Control]:
    """Every control, the inner ones after their container."""
    for control in controls:
        yield control
        yield from walk(control.controls)
        for row in control.rows:
            yield from walk(row.controls)


def worded(fault: Fault) -> str:
    """The sentence in the language of the page."""
    return str(gettext(fault.sentence)) % fault.details if fault.details else str(gettext(fault.sentence))


def compile(schema: bytes, file: str = "") -> PageForm:
    """Compile form-js JSON (kept by content)."""
    return PageForm(forms.compile(schema, file))
