"""Live state ↔ bytes. The drawing is never in it, and neither is what has been passed: only tokens and variables.

Layout (JSON): ``f`` format, ``k`` key of the process, ``b`` bindings (process key → definition id), ``n`` serial of the last token,
``o`` outcome, ``w`` scopes, the outermost first: [id of the token around it, its variables or null, [[id, spec, state, kept], …]].
Dates, moments, durations and decimals are ``{"$": [type, text]}``; a dict of a user that has the key "$" is ``{"$": ["dict", …]}``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import orjson

from engine.bpm.feel.times import Months
from engine.bpm.results import StepFailed, World
from engine.bpm.scope import Scope
from engine.bpm.tokens import LiveToken
from engine.bpm.workflows import Inner, Instance

FORMAT = 1
TAG = "$"
_NESTED = (dict, list)  # what orjson makes that may hold a tag
_MARK = b'"$":'
_OPTIONS = orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_SUBCLASS

_OUT: dict[type, Callable[[Any], list[Any]]] = {
    datetime: lambda value: ["moment", value.isoformat()],
    date: lambda value: ["date", value.isoformat()],
    Decimal: lambda value: ["decimal", str(value)],
    timedelta: lambda value: ["duration", value.days, value.seconds, value.microseconds],
    Months: lambda value: ["months", value.count],
}
_IN: dict[str, Callable[..., Any]] = {
    "moment": datetime.fromisoformat,
    "date": date.fromisoformat,
    "decimal": Decimal,
    "duration": timedelta,
    "months": Months,
    "dict": lambda value: {key: _restore(inner) for key, inner in value.items()},
}


def dumps(document: Any) -> bytes:
    """JSON with typed values. Raises TypeError for a value that has no form in it."""
    tags = 0

    def tagged(value: Any) -> Any:
        nonlocal tags
        if isinstance(value, Mapping) and not isinstance(value, dict):
            return dict(value)
        tags += 1
        return {TAG: _OUT[type(value)](value)}

    try:
        raw = orjson.dumps(document, tagged, _OPTIONS)
        if raw.count(_MARK) != tags:
            raw = orjson.dumps(_escaped(document), tagged, _OPTIONS)
    except KeyError as error:
        raise TypeError("a value of this type cannot be stored") from error
    return raw


def loads(raw: bytes) -> Any:
    """What ``dumps`` was given."""
    document = orjson.loads(raw)
    return _restore(document) if _MARK in raw else document


def _escaped(value: Any) -> Any:
    if isinstance(value, dict):
        inner = {key: _escaped(v) for key, v in value.items()}
        return {TAG: ["dict", inner]} if TAG in value else inner
    if isinstance(value, list | tuple):
        return [_escaped(v) for v in value]
    return value


def _restore(value: Any) -> Any:
    if isinstance(value, dict):
        if TAG in value:
            kind, *given = value[TAG]
            return _IN[kind](*given)
        return {key: _restore(inner) if type(inner) in _NESTED else inner for key, inner in value.items()}
    if isinstance(value, list):
        return [_restore(inner) if type(inner) in _NESTED else inner for inner in value]
    return value


def store(instance: Instance) -> bytes:
    """The bytes of an instance. Raises StepFailed when a variable holds something that cannot be stored."""
    document = {
        "f": FORMAT,
        "k": instance.drawing.key,
        "b": instance.bindings,
        "n": instance.serial,
        "o": instance.outcome,
        "w": [_scope_row(scope) for scope in instance.scopes()],
    }
    try:
        return dumps(document)
    except TypeError as error:
        raise StepFailed("", "", "流程变量里有不能保存的值，请检查操作返回的内容。") from error


def load(world: World, raw: bytes) -> Instance:
    """The instance of these bytes, ready to run in ``world``."""
    document = read(raw)
    rows = document["w"]
    instance = Instance(world, world.drawing(document["b"][document["k"]]), document["b"], rows[0][1])
    instance.serial, instance.outcome = document["n"], document["o"]
    instance.over = not rows[0][2]
    _place(instance, rows[0][2])
    for owner_id, variables, tokens in rows[1:]:
        owner = instance.find(owner_id)
        assert owner is not None
        drawing = instance.drawing_inside(owner)
        inner = Inner(instance.spec_inside(owner, drawing), owner, drawing)
        inner.share(variables)
        instance.subprocesses[owner_id] = inner
        _place(inner, tokens)
    return instance


def read(raw: bytes) -> Any:
    """The document of a state. Raises ValueError when its format is unknown."""
    document = loads(raw)
    if document["f"] != FORMAT:
        raise ValueError(f"state has format {document['f']}, this program reads {FORMAT}")
    return document


def _scope_row(scope: Scope) -> list[Any]:
    owner = scope.owner
    tokens = [(t.id, t.task_spec.name, t._state, t.internal_data) for t in scope.tasks.values()]
    return [None if owner is None else owner.id, scope.variables if scope.owns else None, tokens]


def _place(scope: Scope, rows: list[list[Any]]) -> None:
    specs = scope.spec.task_specs
    for token_id, spec, state, kept in rows:
        token = LiveToken(scope, specs[spec], state, token_id)
        token.internal_data = kept
