"""A message has come, or a moment: what the token that waited for it does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.bpm import timing
from engine.bpm.tokens import LiveToken

WAITED_FOR = ("due", "cycle", "correlation", "race", "host", "arm")


def fire(token: LiveToken, payload: Mapping[str, Any] | None = None) -> None:
    """Set a waiting token going; ``payload`` goes to the variables of its scope."""
    kept = token.internal_data
    token.due = token.due_at
    if payload:
        token.workflow.write(payload)
    if "arm" in kept:
        _start_part(token)
    elif "host" in kept:
        _leave_by_boundary(token)
    else:
        _go_on(token)


def _go_on(token: LiveToken) -> None:
    scope, race = token.workflow, token.internal_data.get("race")
    _stop_waiting(token)
    if race is not None:
        for other in [t for t in scope.tasks.values() if t.internal_data.get("race") == race]:
            scope.cancel(other)
    token._ready()


def _leave_by_boundary(token: LiveToken) -> None:
    scope = token.workflow
    if token.element.interrupting:
        host = scope.tasks[token.internal_data["host"]]
        _stop_waiting(token)
        scope.cancel(host)
        token._ready()
    else:
        beside = _beside(token)
        _wait_again(token)
        beside._ready()


def _start_part(token: LiveToken) -> None:
    if token.trigger.interrupting:
        _stop_waiting(token)
        token.workflow.clear(keep=token)
        token.task_spec._update(token)
    else:
        beside = _beside(token)
        _wait_again(token)
        beside.task_spec._update(beside)


def _beside(token: LiveToken) -> LiveToken:
    beside = LiveToken(token.workflow, token.task_spec)
    beside.due = token.due
    return beside


def _wait_again(token: LiveToken) -> None:
    """Messages may come again, a cycle goes on from its grid, any other timer fires once."""
    kept = token.internal_data
    if "cycle" in kept:
        further = timing.following(kept["cycle"], token.instance.world.at)
        if further is not None:
            token.internal_data = kept | further
            return
    if "due" in kept:
        del token.workflow.tasks[token.id]


def _stop_waiting(token: LiveToken) -> None:
    for name in WAITED_FOR:
        token.internal_data.pop(name, None)
