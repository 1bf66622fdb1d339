"""Walks the drawings of bpmn/: operations are played, answers go through the forms, the state is stored and loaded at every step."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from engine.bpm import drawing, forms, moments, runner
from engine.bpm.drawing import Drawing
from engine.bpm.forms import Component
from engine.bpm.results import Advance, Call, OpenedTask, World
from engine.calendar import Calendar
from engine.cases.operations import table

ROOT = Path(__file__).parents[2] / "bpmn"
MONDAY = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # nine o'clock in China
CALENDAR = Calendar({})
CHOICES = {
    "units": [("market-bureau", "市市场局"), ("approval-bureau", "市行政审批局"), ("court", "市法院")],
    "other_units": [("approval-bureau", "市行政审批局"), ("court", "市法院")],
    "towns": [("xiliu", "西柳镇"), ("haicheng-park", "海城经济开发区")],
    "areas": [("1", "干部作风"), ("2", "简政放权"), ("6", "基层“好狠”")],
    "categories": [("审批时限长", "审批时限长"), ("乱收费", "乱收费")],
    "co_units": [("court", "市法院")],
    "duplicates": [("12", "营商投诉〔2026〕0012")],
}
COMPLAINT = {
    "case_id": 7,
    "channel": "portal",
    "real_name": False,
    "anonymous": False,
    "collusion": False,
    "priority": "normal",
    "area": 2,
    "category": "审批时限长",
    "place": "xiliu",
    "lead_unit": None,
    "co_units": [],
    "returns": 0,
    "redos": 0,
    "extensions": 0,
    "received_at": MONDAY,
}


def folders() -> list[str]:
    """Folders that hold a diagram."""
    return sorted(path.parent.name for path in ROOT.glob("*/*.bpmn"))


def files(folder: str) -> dict[str, bytes]:
    """A folder as it is deployed."""
    return {str(f.relative_to(ROOT / folder)): f.read_bytes() for f in sorted((ROOT / folder).rglob("*")) if f.is_file()}


@cache
def operations() -> Mapping[str, frozenset[str] | None]:
    """Operations that drawings may name, with their parameters."""
    found = table(files=None, keys=None)  # type: ignore[arg-type]
    return {name: None if "*" in op.parameters else frozenset(op.parameters) for name, op in found.items()}


@cache
def drawings() -> dict[str, Drawing]:
    """Every drawing, parsed; the definition id is its place in the alphabet."""
    names = folders()
    return {name: parse(name, number) for number, name in enumerate(names, 1)}


def parse(folder: str, definition_id: int = 1) -> Drawing:
    """One drawing. Raises Refused with all its problems."""
    return drawing.parse(
        files(folder),
        operations=operations(),
        definition_id=definition_id,
        shared_decisions=frozenset({"time-limits", "escalation"}),
        called=frozenset(folders()),
    )


class Walk:
    """One history of a drawing. ``seen``: what was passed, by process; ``taken``: flows of gateways."""

    def __init__(self, key: str, play: Mapping[str, Callable[[Call], Any]] | None = None, **variables: Any) -> None:
        self.key, self.at, self.calls = key, MONDAY, list[Call]()
        self.by_id = {d.definition_id: d for d in drawings().values()}
        self.play = dict(play or {})
        self.open: dict[str, OpenedTask] = {}
        self.seen: set[tuple[str, str]] = set()
        self.taken: set[tuple[str, str, str]] = set()
        self.counts: dict[str, int] = {}
        self.leads: tuple[str, datetime] | None = None
        bindings = {name: d.definition_id for name, d in drawings().items()}
        self._take(runner.start(self._world(), key, bindings, variables))

    # acts
    def do(self, element: str, *, unit: str | None = None, **answers: Any) -> Walk:
        """Complete the open task of this element (of this unit): what is not given is filled in, as a person would; the form checks it."""
        task = self.task(element, unit)
        schema = self.by_id[task.definition_id].files[f"forms/{task.properties.get('form') or element}.form"]
        form = forms.compile(schema)
        given = {c.key: answers.pop(c.key, filled(c, self.at)) for c in form.level.fields}
        assert not answers, f"the form of {element} has no fields {sorted(answers)}"
        outcome = form.check(given, task.variables, functions=moments.functions(self.at, CALENDAR), choices=CHOICES)
        assert not outcome.errors, (element, {path: str(fault) for path, fault in outcome.errors.items()})
        return self._take(runner.complete(self._world(), self.state, task.token, outcome.answers))

    def hear(self, message: str, **payload: Any) -> Walk:
        """A message comes to the token that waits for it."""
        waiting = [s for s in self.last.subscriptions if s.message == message]
        assert len(waiting) == 1, (message, self.last.subscriptions)
        return self._take(runner.deliver(self._world(), self.state, waiting[0].token, payload))

    def wait(self, **by: float) -> Walk:
        """Let time pass, to the next timer at most, and wake what is due."""
        self.at += timedelta(**by)
        return self._take(runner.wake(self._world(), self.state))

    # what is there
    def task(self, element: str, unit: str | None = None) -> OpenedTask:
        """The open task of this element (of this unit)."""
        found = [task for task in self.open.values() if task.element == element and unit in (None, task.properties.get("unit"))]
        assert len(found) == 1, f"{element} is not the one open task of {self.tasks}"
        return found[0]

    @property
    def tasks(self) -> list[str]:
        return sorted(task.element for task in self.open.values())

    @property
    def operations(self) -> list[str]:
        return [call.operation for call in self.calls]

    @property
    def variables(self) -> Mapping[str, Any]:
        return runner.variables(self.state)

    @property
    def outcome(self) -> str:
        assert self.last.finished, self.tasks
        return self.last.outcome

    def calls_of(self, operation: str) -> list[Mapping[str, Any]]:
        """Parameters of each call of an operation."""
        return [call.parameters for call in self.calls if call.operation == operation]

    # the world
    def _world(self) -> World:
        return World(self.at, self.by_id.__getitem__, self._perform, self._decide, moments.functions(self.at, CALENDAR))

    def _decide(self, definition_id: int, decision: str, variables: Mapping[str, Any]) -> Mapping[str, Any]:
        return self.by_id[definition_id].decisions[decision].decide(variables, moments.functions(self.at, CALENDAR)) or {}  # type: ignore[return-value]

    def _perform(self, call: Call) -> Mapping[str, Any]:
        self.calls.append(call)
        if call.operation in self.play:
            return self.play[call.operation](call) or {}
        if call.operation == "cases/record":
            return dict(call.parameters)
        if call.operation == "cases/count":
            what = str(call.parameters["what"])
            self.counts[what] = self.counts.get(what, int(call.variables.get(what) or 0)) + 1
            return {what: self.counts[what]}
        if call.operation == "cases/assign-units":
            lead = call.parameters["lead_unit"]
            if self.leads is None or self.leads[0] != lead:
                self.leads = lead, self.at
            return {"assigned_at": self.leads[1]}
        played = {"cases/issue-letter": {"letter_number": "1", "issued_at": self.at}, "cases/open-ledger-row": {"ledger_row": 3}}
        return played.get(call.operation, {})

    # bookkeeping
    def _take(self, advance: Advance) -> Walk:
        self.last, self.state = advance, advance.state
        for closed in advance.closed:
            del self.open[closed.token]
        for opened in advance.opened:
            self.open[opened.token] = opened
        trail = [(step.process, step.element) for step in advance.steps]
        waiting = {(token.process, token.element) for token in runner.tokens(self._world(), advance.state)}
        self.seen |= set(trail)
        for place, (process, element) in enumerate(trail):
            flows = drawings()[process].elements[element].outgoing
            after = set(trail[place + 1 :]) | waiting
            self.taken |= {(process, element, f.target) for f in flows if (process, f.target) in after}
        return self._hear_itself(advance)

    def _hear_itself(self, advance: Advance) -> Walk:
        """Messages that the process throws come back to it, as the house does."""
        for thrown in advance.thrown:
            found = [s for s in self.last.subscriptions if (s.message, s.correlation) == (thrown.message, thrown.correlation)]
            if found:
                self._take(runner.deliver(self._world(), self.state, found[0].token, thrown.payload))
        return self


def filled(component: Component, at: datetime) -> Any:
    """What a diligent person would put into a field."""
    if component.type in ("textfield", "textarea"):
        return "写明情况。" * (1 + component.bounds.min_length // 5)
    if component.type == "datetime":
        return (at if component.has("not_future") else at + timedelta(days=10)).date().isoformat()
    if component.type == "number":
        return component.bounds.minimum or 1
    if component.type == "checkbox":
        return component.required
    if component.level is not None:
        return [{c.key: filled(c, at) for c in component.level.fields}]
    choices = list(component.choices) or CHOICES.get(component.options_from, [])
    first = choices[0][0] if choices and component.required else None
    return [first] if first is not None and component.type in ("checklist", "taglist") else first


def ways() -> tuple[list[Callable[[], Walk]], Callable[[Callable[[], Walk]], Callable[[], Walk]]]:
    """A list of ways through a drawing, and the decorator that adds one."""
    found: list[Callable[[], Walk]] = []

    def way(walked: Callable[[], Walk]) -> Callable[[], Walk]:
        found.append(walked)
        return walked

    return found, way


def never_walked(process: str, walks: list[Walk]) -> list[str]:
    """Elements and gateway exits of a drawing that none of the walks has passed."""
    seen = {element for walk in walks for key, element in walk.seen if key == process}
    taken = {(source, target) for walk in walks for key, source, target in walk.taken if key == process}
    elements = drawings()[process].elements.values()
    missing = [element.id for element in elements if element.id not in seen]
    exits = [(e.id, flow.target) for e in elements if e.kind in ("exclusiveGateway", "parallelGateway") for flow in e.outgoing]
    return missing + [f"{source} → {target}" for source, target in exits if (source, target) not in taken]
