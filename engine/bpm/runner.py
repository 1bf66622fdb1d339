"""Start, complete, wake, deliver: state in, Advance out. The state that is given is never changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any

from engine.bpm import state as states
from engine.bpm.firing import fire
from engine.bpm.results import Advance, ClosedTask, Subscribed, Token, World
from engine.bpm.scope import failure
from engine.bpm.tokens import STARTED, LiveToken
from engine.bpm.workflows import Instance
from engine.errors import Conflict

NEVER = datetime.max.replace(tzinfo=UTC)


def start(world: World, key: str, bindings: Mapping[str, int], variables: Mapping[str, Any]) -> Advance:
    """Begin an instance. ``bindings``: process key → definition id, for the process and all that it calls; the instance stays on
    them. Raises StepFailed."""
    instance = Instance(world, world.drawing(bindings[key]), bindings, dict(variables))
    return _advance(instance, instance.begin)


def complete(world: World, state: bytes, token: str, answers: Mapping[str, Any]) -> Advance:
    """Complete a user task with a person's answers. Raises StepFailed; Conflict when nobody is awaited there any more."""
    instance = states.load(world, state)
    task = instance.find(token)
    if task is None or not task.is_open_task:
        raise Conflict("这项任务已经办完或取消，请刷新页面。", token=token)
    task.answers = dict(answers)
    instance.closed.append(ClosedTask(task.id, task.element.id, "completed"))
    return _advance(instance, task.run, task)


def wake(world: World, state: bytes) -> Advance:
    """Fire the timers that are due at ``world.at``, one at a time, in the order of their moments. Raises StepFailed."""
    return _wake(states.load(world, state))


def deliver(world: World, state: bytes, token: str, payload: Mapping[str, Any]) -> Advance:
    """Give a message to the token that waits for it. Raises StepFailed; Conflict when it waits no longer."""
    instance = states.load(world, state)
    receiver = instance.find(token)
    if receiver is None or "correlation" not in receiver.internal_data:
        raise Conflict("流程已经不再等这条消息，请刷新页面。", token=token)
    return _advance(instance, lambda: fire(receiver, payload), receiver)


def tokens(world: World, state: bytes) -> list[Token]:
    """Where the tokens stand, for showing them on the drawings."""
    instance = states.load(world, state)
    return [Token(t.id, t.workflow.process, t.element.id, _word(t), t.due_at) for t in instance.all_tokens()]


def variables(state: bytes) -> dict[str, Any]:
    """The variables of the top scope."""
    found: dict[str, Any] = states.read(state)["w"][0][1]
    return found


def seen(world: World, state: bytes, token: str) -> dict[str, Any]:
    """The variables that a waiting token sees: those of its scope, of its round and of the scopes around. Empty for an unknown token."""
    found = states.load(world, state).find(token)
    return dict(found.data) if found is not None else {}


def bindings(state: bytes) -> dict[str, int]:
    """The definitions a running instance stays on: process key → definition id."""
    found: dict[str, int] = states.read(state)["b"]
    return found


def _word(token: LiveToken) -> str:
    if token.listens:
        return "listening"
    if token.is_open_task:
        return "task"
    return "inside" if token._state == STARTED else "waiting"


def _wake(instance: Instance) -> Advance:
    while not instance.over:
        due, token = _earliest(instance)
        if token is None or due > instance.world.at:
            break
        _run(instance, partial(fire, token), token)
    return _outcome(instance)


def _run(instance: Instance, act: Callable[[], Any], token: LiveToken | None = None) -> None:
    try:
        act()
        instance.settle()
    except Exception as error:
        if token is None:
            raise
        raise failure(token.element, error, instance.world.passes) from error
    instance.work()


def _advance(instance: Instance, act: Callable[[], Any], token: LiveToken | None = None) -> Advance:
    _run(instance, act, token)
    return _outcome(instance)


def _earliest(instance: Instance) -> tuple[datetime, LiveToken | None]:
    waiting = [(due, int(token.id), token) for token in instance.all_tokens() if (due := token.due_at) is not None]
    due, _, first = min(waiting, key=lambda entry: entry[:2]) if waiting else (NEVER, 0, None)
    return due, first


def _outcome(instance: Instance) -> Advance:
    subscriptions = tuple(
        Subscribed(t.id, t.trigger.event.message, t.internal_data["correlation"])
        for t in instance.all_tokens()
        if "correlation" in t.internal_data
    )
    due, waiting = _earliest(instance)
    return Advance(
        state=states.store(instance),
        variables=dict(instance.variables),
        opened=tuple(instance.opened.values()),
        closed=tuple(instance.closed),
        steps=tuple(instance.steps),
        subscriptions=subscriptions,
        thrown=tuple(instance.thrown),
        due_at=None if waiting is None else due,
        finished=instance.over,
        outcome=instance.outcome,
    )
