"""Answers as a person of the demo would give them: every field of the form, checked as the web checks it."""

from __future__ import annotations

import random
import tomllib
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from engine import clock
from engine.bpm.forms import Choices, Component, Form, Level
from engine.errors import Invalid

HABITS = tomllib.loads((Path(__file__).parent / "habits.toml").read_text(encoding="utf-8"))
WORDS = "已按规定办理,有关情况见附件。"


class Answerer:
    """Fills forms; the same random numbers give the same answers."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance

    def answer(
        self,
        form: Form,
        variables: Mapping[str, Any],
        choices: Mapping[str, Choices],
        decided: Mapping[str, Any],
        functions: Mapping[str, Any],
    ) -> dict[str, Any]:
        """Checked answers; ``decided`` fields have these values. Raises Invalid when a field cannot be filled: a fault of the demo."""
        values = self._level(form.level, choices, decided, variables)
        outcome = form.check(values, variables, choices=choices, functions=functions)
        if outcome.errors:
            raise Invalid("; ".join(f"{path}: {fault}" for path, fault in outcome.errors.items()), form=form.id)
        return outcome.answers

    def _level(
        self, level: Level, choices: Mapping[str, Choices], decided: Mapping[str, Any], variables: Mapping[str, Any]
    ) -> dict[str, Any]:
        return {c.key: self._value(c, choices, decided, variables) for c in level.fields if not c.attachment}

    def _value(self, field: Component, choices: Mapping[str, Choices], decided: Mapping[str, Any], variables: Mapping[str, Any]) -> Any:
        if field.key in decided:
            return decided[field.key]
        if field.level is not None:
            row = self._level(field.level, choices, {}, {})
            return [row] if field.type == "dynamiclist" else row
        return _FILLERS[field.type](self, field, self._options(field, choices), variables)

    def _options(self, field: Component, choices: Mapping[str, Choices]) -> Sequence[Any]:
        return [value for value, _ in (choices.get(field.options_from, ()) if field.options_from else field.choices)]

    def _text(self, field: Component, _options: Sequence[Any], variables: Mapping[str, Any]) -> str:
        words = HABITS["words"].get(field.key)
        if words is None and field.type == "textfield":
            return str(variables.get(field.key) or _NAMES.get(field.bounds.pattern) or "李明")
        text = str(self.chance.choice(words or [WORDS]))
        while len(text) < field.bounds.min_length:
            text += WORDS
        return text

    def _choice(self, field: Component, options: Sequence[Any], variables: Mapping[str, Any]) -> Any:
        if field.options_from and variables.get(field.key) in options:
            return variables[field.key]
        weights = HABITS["choices"].get(field.key, {})
        known = [option for option in options if weights.get(option)]
        if known:
            return self.chance.choices(known, [weights[option] for option in known])[0]
        if field.options_from:
            return self.chance.choice(options) if options else None
        return options[0] if options else None

    def _several(self, field: Component, options: Sequence[Any], variables: Mapping[str, Any]) -> list[Any]:
        if field.options_from:
            given = variables.get(field.key) or []
            return [option for option in given if option in options]
        return list(options) if field.required else list(options[:2])

    def _checkbox(self, field: Component, _options: Sequence[Any], variables: Mapping[str, Any]) -> bool:
        if field.required:
            return True
        if isinstance(variables.get(field.key), bool):
            return bool(variables[field.key])
        return bool(self.chance.random() * 100 < HABITS["yes"].get(field.key, 0))

    def _number(self, field: Component, _options: Sequence[Any], variables: Mapping[str, Any]) -> int:
        return int(variables.get(field.key) or field.bounds.minimum or 1)

    def _moment(self, field: Component, _options: Sequence[Any], _variables: Mapping[str, Any]) -> str:
        here = clock.local(clock.now())
        later = timedelta(days=self.chance.randint(15, 45)) if field.bounds.not_past or "deadline" in field.key else timedelta(0)
        if field.subtype == "time":
            return f"{here:%H:%M}"
        return f"{here + later:%Y-%m-%d}" if field.subtype == "date" else f"{here + later:%Y-%m-%dT%H:%M}"


_NAMES = {"phone": "13800001234", "email": "demo@example.com"}
_FILLERS: Mapping[str, Any] = {
    "textfield": Answerer._text,
    "textarea": Answerer._text,
    "number": Answerer._number,
    "checkbox": Answerer._checkbox,
    "radio": Answerer._choice,
    "select": Answerer._choice,
    "checklist": Answerer._several,
    "taglist": Answerer._several,
    "datetime": Answerer._moment,
}
