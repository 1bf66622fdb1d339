"""CPU of "load, complete one user task, run on, store" on the real complaint drawing: ours and plain SpiffWorkflow, in turns.

Thread-CPU time, no database. Parses all drawings when it is imported.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from time import thread_time
from typing import Any

from engine.bpm import drawing, moments, runner
from engine.bpm.drawing import Drawing
from engine.bpm.results import Call, World
from engine.calendar import Calendar
from tests.benchmarks.plain_complaint import Feel, PlainComplaint

ROOT = Path(__file__).parents[2]
AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
FUNCTIONS = moments.functions(AT, Calendar({}))
TEXT = "经现场核查，情况属实，已要求限期整改。" * 4  # about what a person writes into a field
START = {
    "case_id": 7, "channel": "portal", "real_name": False, "anonymous": False, "collusion": False, "priority": "normal", "area": 2,
    "category": "审批时限长", "place": "xiliu", "lead_unit": None, "co_units": [], "returns": 0, "redos": 0, "extensions": 0,
    "received_at": AT,
}  # fmt: skip
BEFORE = [
    ("accept", {"intake": "accept", "accept_note": TEXT}),
    ("verify", {"verify_result": "substantiated", "findings": TEXT}),
    ("assign", {"lead_unit": "market-bureau", "requirements": TEXT}),
    ("sign_for", {"receipt": "sign"}),
]
ROUND = [
    ("judge", {"demand": "reasonable", "judgement": TEXT}),
    ("plan", {"measures": TEXT, "standard": TEXT, "deadline": "2026-03-20"}),
    ("check_plan", {"plan_verdict": "pass", "plan_opinion": TEXT}),
    ("carry_out", {"result": TEXT, "progress": [{"on": "2026-03-10", "text": TEXT}]}),
    ("sign_result", {"result_signature": "signed"}),
    ("check_result", {"result_verdict": "pass", "check_note": TEXT}),
]
AGAIN = ("call_back", {"solved": "no", "satisfaction": "dissatisfied", "call_note": TEXT})
AFTER = [("call_back", {"solved": "yes", "satisfaction": "satisfied"}), ("strike_off", {"summary": TEXT})]


def history(redos: int) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The acts of a complaint that is done again so many times."""
    yield from BEFORE
    for _ in range(redos):
        yield from ROUND
        yield AGAIN
    yield from ROUND
    yield from AFTER


def folder(name: str) -> dict[str, bytes]:
    """A folder of bpmn/ as it is deployed."""
    top = ROOT / "bpmn" / name
    return {str(path.relative_to(top)): path.read_bytes() for path in sorted(top.rglob("*")) if path.is_file()}


class EveryOperation(dict[str, Any]):
    """An operation table that knows every name."""

    def __contains__(self, key: object) -> bool:
        return True

    def __getitem__(self, key: str) -> None:
        return None


def parsed() -> dict[str, Drawing]:
    """All drawings, by name."""
    names = sorted(path.parent.name for path in (ROOT / "bpmn").glob("*/*.bpmn"))
    around = {"operations": EveryOperation(), "shared_decisions": frozenset({"time-limits", "escalation"}), "called": frozenset(names)}
    return {name: drawing.parse(folder(name), definition_id=number, **around) for number, name in enumerate(names, 1)}


DRAWINGS = parsed()
BY_ID = {found.definition_id: found for found in DRAWINGS.values()}


def perform(operation: str, given: Mapping[str, Any], variables: Mapping[str, Any]) -> Mapping[str, Any]:
    """A played operation; a redo is always the first, so that the drawing goes round as often as we like."""
    if operation.startswith("decide/"):
        return DRAWINGS["complaint"].decisions[operation.removeprefix("decide/")].decide(variables, FUNCTIONS) or {}  # type: ignore[return-value]
    if operation == "cases/count":
        return {str(given["what"]): 1}
    played = {
        "cases/assign-units": {"assigned_at": AT},
        "cases/issue-letter": {"letter_number": "1"},
        "cases/open-ledger-row": {"ledger_row": 3},
    }
    return dict(given) if operation == "cases/record" else played.get(operation, {})


class Ours:
    """One instance; ``state`` is what is stored between two steps."""

    def __init__(self) -> None:
        self.world = World(AT, BY_ID.__getitem__, self._perform, self._decide, FUNCTIONS)
        bindings = {name: found.definition_id for name, found in DRAWINGS.items()}
        self.open: dict[str, str] = {}
        self._take(runner.start(self.world, "complaint", bindings, START))

    def _perform(self, call: Call) -> Mapping[str, Any]:
        return perform(call.operation, call.parameters, call.variables)

    def _decide(self, definition_id: int, decision: str, variables: Mapping[str, Any]) -> Mapping[str, Any]:
        return BY_ID[definition_id].decisions[decision].decide(variables, FUNCTIONS) or {}  # type: ignore[return-value]

    def complete(self, element: str, answers: Mapping[str, Any]) -> None:
        """Load, complete a user task, run on, store."""
        token = next(token for token, open_element in self.open.items() if open_element == element)
        self._take(runner.complete(self.world, self.state, token, answers))

    def _take(self, advance: Any) -> None:
        self.state = advance.state
        for task in advance.closed:
            del self.open[task.token]
        self.open.update({task.token: task.element for task in advance.opened})


def plain() -> PlainComplaint:
    """A plain instance of the same drawing."""
    drawings = {name: found.files[f"{name}.bpmn"] for name, found in DRAWINGS.items()}
    return PlainComplaint(drawings, "complaint", Feel(perform, FUNCTIONS), START)


def measured(run: Ours | PlainComplaint, redos: int) -> tuple[list[float], list[int]]:
    """CPU seconds and size of the state, step by step."""
    times, sizes = [], []
    for element, answers in history(redos):
        begun = thread_time()
        run.complete(element, answers)
        times.append(thread_time() - begun)
        sizes.append(len(run.state))
    return times, sizes


def redo_costs(rounds: int) -> tuple[float, float]:
    """CPU seconds of the first and of the 50th redo, the least of several runs."""
    firsts, lasts = [], []
    for _ in range(rounds):
        times, _ = measured(Ours(), 50)
        length = len(ROUND) + 1
        firsts.append(sum(times[len(BEFORE) : len(BEFORE) + length]))
        lasts.append(sum(times[len(BEFORE) + 49 * length : len(BEFORE) + 50 * length]))
    return min(firsts), min(lasts)


@dataclass(frozen=True, slots=True)
class Measured:
    """CPU seconds of one step and bytes of the state, median of the runs; CPU seconds of the first and the 50th redo."""

    ours: float
    plain: float
    state: float
    largest: int
    plain_state: float
    first: float
    fiftieth: float


def measure(rounds: int) -> Measured:
    """Ours and plain in turns, so that both meet the same machine."""
    ours: list[float] = []
    theirs: list[float] = []
    sizes: list[int] = []
    plain_sizes: list[int] = []
    for _ in range(rounds):
        for _ in range(3):
            times, size = measured(Ours(), 1)
            ours.append(sum(times) / len(times))
            sizes += size
        times, size = measured(plain(), 1)
        theirs.append(sum(times) / len(times))
        plain_sizes += size
    return Measured(median(ours), median(theirs), median(sizes), max(sizes), median(plain_sizes), *redo_costs(rounds))
