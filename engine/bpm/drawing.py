"""A drawing: XML → checked and ready to run, or all its Problems at once."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from SpiffWorkflow.bpmn.parser.ValidationException import ValidationException

from engine.bpm import decisions, forms, markup, rules
from engine.bpm.elements import Element, Sheet
from engine.bpm.markup import BPMN
from engine.bpm.parser import parse_specs
from engine.bpm.reading import Reading
from engine.errors import Problem, Refused


@dataclass(frozen=True, eq=False)
class Drawing:
    """A process folder that may run. ``key`` is the id of its process; ``calls``: ids of the processes that it calls;
    ``messages``: names of those it waits for; ``timer_start``: the value of a timer start event (``R/P1D`` …), or None."""

    key: str
    name: str
    definition_id: int
    files: Mapping[str, bytes]
    elements: Mapping[str, Element]
    calls: frozenset[str]
    messages: frozenset[str]
    timer_start: str | None
    decisions: Mapping[str, decisions.Table]
    sheet: Sheet
    specs: Mapping[str, Any]
    _reach: dict[str, Mapping[str, frozenset[str]]] = field(default_factory=dict)

    def reach(self, join: str) -> Mapping[str, frozenset[str]]:
        """Element → those incoming flows of ``join`` that a token on it may come to without passing ``join``."""
        found = self._reach.get(join)
        if found is None:
            found = self._reach[join] = _reach(self.elements, join)
        return found


def parse(
    files: Mapping[str, bytes],
    *,
    operations: Mapping[str, frozenset[str] | None],
    definition_id: int,
    shared_decisions: frozenset[str],
    called: frozenset[str],
) -> Drawing:
    """The drawing in ``files`` (path in the folder → content). ``operations``: name → its parameters (None: any);
    ``shared_decisions``: ids of decisions in shared folders; ``called``: ids of processes that may be called.
    Raises Refused with every Problem at once."""
    root, file = _document(files)
    sheet = _sheet(root, file)
    tables, problems = _tables(files)
    context = rules.Context(files, operations, frozenset(tables) | shared_decisions, called | {sheet.key})
    problems += rules.check(sheet, context)
    problems += [fault for path in sorted(files) if path.endswith(".form") for fault in forms.compile(files[path], path).problems]
    if any(problem.severity == "error" for problem in problems):
        raise Refused(problems)
    return _drawing(root, sheet, files, tables, definition_id)


def elements(files: Mapping[str, bytes]) -> tuple[str, Mapping[str, Element]]:
    """The file that is drawn and its elements, read without judging them. Raises Refused where it cannot be read."""
    root, file = _document(files)
    return file, _sheet(root, file).elements


def restore(files: Mapping[str, bytes], definition_id: int) -> Drawing:
    """The drawing of a version that was deployed: it kept the rules of its day, so it runs on although rules have become stricter.
    Raises Refused only where it can no longer be read."""
    root, file = _document(files)
    sheet = _sheet(root, file)
    return _drawing(root, sheet, files, _tables(files)[0], definition_id)


def warnings(
    files: Mapping[str, bytes],
    *,
    operations: Mapping[str, frozenset[str] | None],
    definition_id: int = 0,
    shared_decisions: frozenset[str],
    called: frozenset[str],
) -> list[Problem]:
    """What is not good in a drawing but does not stop it from running; arguments as of ``parse``."""
    root, file = _document(files)
    sheet = _sheet(root, file)
    context = rules.Context(files, operations, frozenset(_tables(files)[0]) | shared_decisions, called | {sheet.key})
    return [problem for problem in rules.check(sheet, context) if problem.severity == "warning"]


def _document(files: Mapping[str, bytes]) -> tuple[Any, str]:
    drawn = sorted(path for path in files if path.endswith(".bpmn") and "/" not in path)
    if len(drawn) != 1:
        raise Refused([Problem("one-drawing", "", "", "流程文件夹里应当有且只有一个 .bpmn 流程图。", ", ".join(drawn))])
    root = markup.parse(files[drawn[0]], drawn[0])
    if root.tag != BPMN + "definitions":
        raise Refused([Problem("xml", "", "", "文件不是 BPMN 2.0 流程图。", drawn[0])])
    return root, drawn[0]


def _sheet(root: Any, file: str) -> Sheet:
    processes = root.findall(BPMN + "process")
    if len(processes) != 1 or not processes[0].get("id"):
        raise Refused([Problem("one-process", "", "", "流程图里应当有且只有一个流程（一个泳池），并且有编号。", file)])
    return Reading(root, processes[0], file).sheet()


def _tables(files: Mapping[str, bytes]) -> tuple[dict[str, decisions.Table], list[Problem]]:
    tables: dict[str, decisions.Table] = {}
    problems: list[Problem] = []
    for path in sorted(files):
        if path.endswith(".dmn"):
            try:
                tables |= decisions.parse(files[path], path)
            except Refused as refused:
                problems += refused.problems
    return tables, problems


def _drawing(root: Any, sheet: Sheet, files: Mapping[str, bytes], tables: dict[str, decisions.Table], definition_id: int) -> Drawing:
    elements = sheet.elements.values()
    begin = sheet.starts[sheet.key][0].event
    waits = ("startEvent", "boundaryEvent", "intermediateCatchEvent", "receiveTask")
    return Drawing(
        key=sheet.key,
        name=sheet.name,
        definition_id=definition_id,
        files=dict(files),
        elements=sheet.elements,
        calls=frozenset(e.called for e in elements if e.kind == "callActivity"),
        messages=frozenset(e.event.message for e in elements if e.kind in waits and e.event.kind == "message"),
        timer_start=begin.value if begin.kind == "timer" else None,
        decisions=tables,
        sheet=sheet,
        specs=_specs(root, sheet),
    )


def _specs(root: Any, sheet: Sheet) -> Mapping[str, Any]:
    try:
        return parse_specs(root, sheet)
    except (ValidationException, RecursionError) as error:
        raise Refused(
            [Problem("parser", sheet.key, sheet.name, "流程图太复杂或画法不完整，不能解析；请拆分或重新画。", sheet.file)]
        ) from error


def _reach(elements: Mapping[str, Element], join: str) -> Mapping[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for flow in elements[join].incoming:
        seen, queue = {join, flow.source}, deque([flow.source])
        while queue:
            element = elements[queue.popleft()]
            found.setdefault(element.id, set()).add(flow.id)
            before = [f.source for f in element.incoming] + ([element.attached_to] if element.attached_to else [])
            for name in before:
                if name not in seen:
                    seen.add(name)
                    queue.append(name)
    return {name: frozenset(flows) for name, flows in found.items()}
