"""One answer: from what was sent (strings of a page, or JSON) to a typed value, and what is wrong with it.

Text → str, number → int or Decimal, checkbox → bool, radio and select → the choice's value, checklist and taglist → list of these,
date → date, datetime → aware datetime, time → "HH:MM". Nothing given → None.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from engine.bpm.feel.limits import ExpressionError
from engine.bpm.feel.numbers import exact, parsed
from engine.bpm.feel.times import day as read_day
from engine.bpm.feel.times import moment as read_moment
from engine.bpm.forms import sentences as say
from engine.bpm.forms.components import Component
from engine.bpm.forms.patterns import PATTERNS
from engine.bpm.forms.sentences import Fault, fault

Choices = Sequence[tuple[Any, str]]
Checked = tuple[Any, Fault | None]
_KEPT = frozenset("\n\t")


def text(component: Component, raw: Any, _: Choices) -> Checked:
    """Text without blanks around it, one kind of line end, and no control characters."""
    if raw is not None and not isinstance(raw, str):
        return None, fault(say.NO_TEXT)
    value = (raw or "").replace("\r\n", "\n").replace("\r", "\n").strip()
    if component.type == "textfield":
        value = value.replace("\n", " ")
    if not value:
        return None, fault(say.REQUIRED) if component.required else None
    return value, _text_fault(component, value)


def _text_fault(component: Component, value: str) -> Fault | None:
    bounds, count = component.bounds, len(value)
    if count > bounds.max_length:
        return fault(say.TOO_LONG, most=bounds.max_length, count=count)
    if count < bounds.min_length:
        return fault(say.TOO_SHORT, least=bounds.min_length, count=count)
    if any(unicodedata.category(sign) in ("Cc", "Cs") and sign not in _KEPT for sign in value):
        return fault(say.INVISIBLE)
    if bounds.pattern:
        fits, sentence = PATTERNS[bounds.pattern]
        return None if fits(value) else fault(sentence)
    return None


def number(component: Component, raw: Any, _: Choices) -> Checked:
    """A number; full-width digits are read too."""
    if raw is None or (isinstance(raw, str) and not raw.strip()):
        return None, fault(say.REQUIRED) if component.required else None
    try:
        value = parsed(unicodedata.normalize("NFKC", raw[:100])) if isinstance(raw, str) else exact(raw)
    except ExpressionError:
        value = None
    return value, fault(say.NO_NUMBER) if value is None else _number_fault(component, value)


def _number_fault(component: Component, value: int | Decimal) -> Fault | None:
    bounds = component.bounds
    if bounds.minimum is not None and value < bounds.minimum:
        return fault(say.TOO_SMALL, least=bounds.minimum)
    if bounds.maximum is not None and value > bounds.maximum:
        return fault(say.TOO_LARGE, most=bounds.maximum)
    if bounds.digits is not None and isinstance(value, Decimal) and value != round(value, bounds.digits):
        return fault(say.TOO_FINE, digits=bounds.digits) if bounds.digits else fault(say.WHOLE)
    return None


def checkbox(component: Component, raw: Any, _: Choices) -> Checked:
    """Ticked or not; one that is required must be ticked."""
    known = {True: True, False: False, None: False, "": False, "1": True, "on": True, "true": True, "false": False}
    if not isinstance(raw, bool | str | None) or raw not in known:
        return False, fault(say.NO_YES_NO)
    return known[raw], fault(say.TICK) if component.required and not known[raw] else None


def choice(component: Component, raw: Any, choices: Choices) -> Checked:
    """One of the choices, by its text."""
    if raw is None or raw == "":
        return None, fault(say.CHOOSE) if component.required else None
    found = _chosen([raw], choices)
    return (found[0], None) if found else (None, fault(say.NO_CHOICE))


def several(component: Component, raw: Any, choices: Choices) -> Checked:
    """Some of the choices, in their order, each once."""
    given = [item for item in (raw if isinstance(raw, list) else [raw]) if item is not None and item != ""]
    found = _chosen(given, choices)
    if len(found) != len({_key(item) for item in given}):
        return found, fault(say.NO_CHOICE)
    return found, fault(say.CHOOSE_SOME) if component.required and not found else None


def _key(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _chosen(given: Sequence[Any], choices: Choices) -> list[Any]:
    wanted = {_key(item) for item in given}
    return [value for value, _ in choices if _key(value) in wanted]


def day(component: Component, raw: Any, _: Choices) -> Checked:
    """A day between 1900 and 2200."""
    value = raw if isinstance(raw, date) else read_day(raw.strip()) if isinstance(raw, str) else None
    return _timed(component, raw, read_day(value), say.NO_DATE)


def moment(component: Component, raw: Any, _: Choices) -> Checked:
    """A moment; one without a zone is one of China."""
    return _timed(component, raw, read_moment(raw.strip() if isinstance(raw, str) else raw), say.NO_MOMENT)


def _timed(component: Component, raw: Any, value: date | None, sentence: str) -> Checked:
    if raw is None or raw == "":
        return None, fault(say.REQUIRED) if component.required else None
    fits = value is not None and 1900 <= value.year <= 2200
    return (value, None) if fits else (None, fault(sentence))


def clock(component: Component, raw: Any, _: Choices) -> Checked:
    """A time of day as "HH:MM"."""
    if raw is None or raw == "":
        return None, fault(say.REQUIRED) if component.required else None
    try:
        return time.fromisoformat(raw).strftime("%H:%M"), None
    except (TypeError, ValueError):
        return None, fault(say.NO_TIME)


def kind(component: Component) -> str:
    """The name of its check below."""
    return component.subtype if component.type == "datetime" else component.type


CHECKS: dict[str, Callable[[Component, Any, Choices], Checked]] = {
    "textfield": text, "textarea": text, "number": number, "checkbox": checkbox, "radio": choice, "select": choice,
    "checklist": several, "taglist": several, "date": day, "datetime": moment, "time": clock,
}  # fmt: skip


def is_past(value: Any, today: date) -> bool:
    """Does the day or moment lie before ``today``?"""
    found = read_day(value) if isinstance(value, date | datetime) else None
    return found is not None and found < today


def is_future(value: Any, today: date) -> bool:
    """Does the day or moment lie after ``today``?"""
    found = read_day(value) if isinstance(value, date | datetime) else None
    return found is not None and found > today
