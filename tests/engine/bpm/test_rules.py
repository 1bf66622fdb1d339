"""Each rule: a drawing that breaks it is refused with the element and a sentence; and the drawing around it is legal."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from engine.bpm import drawing
from engine.errors import Refused
from tests.engine.bpm.draw import Sketch, multi, props, timer
from tests.engine.bpm.play import Play, parse

Change = Callable[[Sketch], None]


def legal() -> Sketch:
    """A legal drawing: s → a → x → (b | e), b → e, with a sub-process."""
    sketch = Sketch()
    sketch.user("a")
    sketch.node("exclusiveGateway", "x")
    sketch.user("b")
    inside = Sketch("sub")
    inside.user("inner")
    inside.end("ie")
    inside.start("inner", "ie", id="is")
    sketch.sub("sub", inside)
    sketch.end()
    sketch.start("a", "x", "b", "sub", "e")
    sketch.flows[2] = (*sketch.flows[2][:3], "n > 1")
    sketch.flow("x", "e", default=True)
    return sketch


def found(sketch: Sketch, extra: str = "", forms: bool = True) -> set[tuple[str, str]]:
    files = sketch.files(extra)
    if not forms:
        files = {path: content for path, content in files.items() if path.endswith(".bpmn")}
    operations = {"cases/record": frozenset({"field"}), "any": None}
    try:
        drawing.parse(files, operations=operations, definition_id=1, shared_decisions=frozenset({"shared"}), called=frozenset({"other"}))
    except Refused as refused:
        assert all(problem.sentence.endswith(("。", "）")) and problem.file == "p.bpmn" for problem in refused.problems)
        return {(problem.rule, problem.element) for problem in refused.problems}
    return set()


def beside(sketch: Sketch, *between: str) -> None:
    """Put elements between b and the sub-process."""
    sketch.flows = [flow for flow in sketch.flows if (flow[1], flow[2]) != ("b", "sub")]
    for n, (source, target) in enumerate(zip(("b", *between), (*between, "sub"), strict=True)):
        sketch.flows.append((f"extra{n}", source, target, None))


def put(kind: str, body: str = "", extension: str = "", **attributes: str) -> Change:
    def change(sketch: Sketch) -> None:
        sketch.node(kind, "new", body, extension, **attributes)
        beside(sketch, "new")

    return change


def bound(body: str, host: str = "a", interrupting: bool = True, to: str = "e") -> Change:
    def change(sketch: Sketch) -> None:
        sketch.boundary("new", host, body.replace("MESSAGE", sketch.message("m")), interrupting)
        if to:
            sketch.flow("new", to)

    return change


def inner(sketch: Sketch, old: str, new: str) -> None:
    sketch.parts = [part.replace(old, new) for part in sketch.parts]


def event_part(start: str) -> Change:
    def change(sketch: Sketch) -> None:
        inside = Sketch("part")
        inside.user("px")
        inside.end("pe")
        inside.start("px", "pe", id="new", body=start)
        sketch.sub("part", inside, by_event=True)

    return change


def service(operation: str, **parameters: str) -> Change:
    def change(sketch: Sketch) -> None:
        sketch.service("new", operation, **parameters)
        beside(sketch, "new")

    return change


def with_flow(source: str, target: str, condition: str | None = None) -> Change:
    return lambda sketch: sketch.flow(source, target, condition) and None


def with_loop(loop: str) -> Change:
    return lambda sketch: inner(sketch, 'id="b" name="b"@b@>', f'id="b" name="b"@b@>{loop}')


def condition(text: str | None) -> Change:
    def change(sketch: Sketch) -> None:
        sketch.flows[2] = (*sketch.flows[2][:3], text)

    return change


ERROR = '<bpmn:errorEventDefinition errorRef="E"/>'
SCRIPT = "<spiffworkflow:preScript>import os</spiffworkflow:preScript>"
NO_LIST = "<bpmn:multiInstanceLoopCharacteristics/>"
BAD: list[tuple[str, str, Change]] = [
    ("unsupported", "new", put("task")),
    ("unsupported", "new", put("manualTask")),
    ("unsupported", "new", put("complexGateway")),
    ("unsupported", "new", put("transaction")),
    ("unsupported", "new", put("adHocSubProcess")),
    ("unsupported", "new", lambda s: s.node("dataStoreReference", "new") and None),
    ("unsupported", "new", lambda s: s.node("dataObjectReference", "new") and None),
    ("unsupported", "new", lambda s: s.node("choreographyTask", "new") and None),
    ("unsupported", "new", put("callActivity", calledElement="other", isForCompensation="true")),
    ("unsupported", "new", put("receiveTask", messageRef="M_m", instantiate="true")),
    ("unsupported", "new", put("eventBasedGateway", instantiate="true")),
    ("unsupported", "new", put("sendTask", "<bpmn:dataInputAssociation/>")),
    ("unsupported", "new", put("sendTask", "<bpmn:ioSpecification/>")),
    ("script", "new", put("scriptTask", "<bpmn:script>import os</bpmn:script>")),
    ("script", "new", put("serviceTask", extension=SCRIPT)),
    ("unsupported-event", "new", put("intermediateThrowEvent", "<bpmn:signalEventDefinition/>")),
    ("unsupported-event", "new", put("intermediateThrowEvent", "<bpmn:linkEventDefinition/>")),
    ("unsupported-event", "new", put("intermediateThrowEvent", "<bpmn:compensateEventDefinition/>")),
    ("unsupported-event", "new", put("intermediateCatchEvent", "<bpmn:conditionalEventDefinition/>")),
    ("unsupported-event", "new", put("intermediateCatchEvent")),
    ("unsupported-event", "e", lambda s: inner(s, 'id="e" name="e"@e@>', 'id="e" name="e"@e@><bpmn:signalEventDefinition/>')),
    ("unsupported-event", "e", lambda s: inner(s, 'id="e" name="e"@e@>', 'id="e" name="e"@e@><bpmn:cancelEventDefinition/>')),
    ("unsupported-event", "s", lambda s: inner(s, 'id="s" name="s"@s@>', 'id="s" name="s"@s@><bpmn:signalEventDefinition/>')),
    ("unsupported-event", "new", bound("<bpmn:compensateEventDefinition/>")),
    ("several-events", "new", put("intermediateCatchEvent", timer("P1D") + timer("P2D"))),
    ("no-start", "p", lambda s: inner(s, '<bpmn:startEvent id="s" name="s"@s@></bpmn:startEvent>', "")),
    ("no-start", "sub", lambda s: inner(s, '<bpmn:startEvent id="is" name="is"></bpmn:startEvent>', "")),
    ("several-starts", "new", lambda s: s.node("startEvent", "new") and s.flow("new", "b") and None),
    ("inner-start", "is", lambda s: inner(s, 'id="is" name="is">', 'id="is" name="is">' + timer("P1D"))),
    ("event-part-start", "new", event_part("")),
    ("event-part-start", "new", event_part(ERROR)),
    ("event-part-start", "new", event_part('<bpmn:escalationEventDefinition escalationRef="X"/>')),
    ("no-end", "sub", lambda s: inner(s, "endEvent", "intermediateThrowEvent")),
    ("no-way-to-end", "new", lambda s: put("exclusiveGateway")(s) or _endless(s)),
    ("no-outgoing", "new", lambda s: s.user("new") and s.flow("x", "new", "n > 9") and None),
    ("no-outgoing", "new", bound(timer("P1D"), to="")),
    ("after-end", "e", with_flow("e", "b")),
    ("before-start", "s", with_flow("b", "s")),
    ("implicit-split", "a", with_flow("a", "e")),
    ("condition-here", "a", with_flow("a", "e", "n > 1")),
    ("loose-flow", "b", with_flow("b", "nowhere")),
    ("loose-flow", "a", with_flow("a", "inner")),
    ("boundary-host", "new", bound(timer("P1D"), host="x")),
    ("boundary-host", "new", bound(timer("P1D"), host="inner")),
    ("boundary-host", "new", bound(ERROR, host="a")),
    ("error-interrupts", "new", bound(ERROR, host="sub", interrupting=False)),
    ("no-default", "x", lambda s: s.defaults.clear()),
    ("no-condition", "x", condition(None)),
    ("default-condition", "x", lambda s: s.defaults.update(x=s.flows[2][0])),
    ("only-exit", "new", lambda s: put("exclusiveGateway")(s) or s.flows.append(("cond", *s.flows.pop()[1:3], "n > 1"))),
    ("default-here", "a", lambda s: s.defaults.update(a=s.flows[1][0])),
    ("event-gateway", "new", put("eventBasedGateway")),
    ("unreachable", "new", lambda s: s.user("new") and s.flow("new", "e") and None),
    ("loop", "b", with_loop(NO_LIST)),
    ("loop", "b", with_loop("<bpmn:standardLoopCharacteristics/>")),
    ("loop", "b", with_loop(multi("units", output_item="x"))),
    ("expression", "b", with_loop(multi("units", condition="votes >"))),
    ("timer", "new", put("intermediateCatchEvent", timer(""))),
    ("timer", "new", put("intermediateCatchEvent", "<bpmn:timerEventDefinition/>")),
    ("timer", "new", put("intermediateCatchEvent", timer("P999999D"))),
    ("timer-cycle", "new", put("intermediateCatchEvent", timer("R/P1D", "timeCycle"))),
    ("timer-cycle", "new", bound(timer("R/P1D", "timeCycle"))),
    ("expression", "new", put("intermediateCatchEvent", timer("3 days"))),
    ("expression", "new", put("intermediateCatchEvent", timer('__import__("os")', "timeDate"))),
    ("no-message", "new", put("intermediateCatchEvent", "<bpmn:messageEventDefinition/>")),
    ("no-message", "new", put("receiveTask")),
    ("no-message", "new", put("sendTask", messageRef="M_unknown")),
    ("expression", "new", put("sendTask", "", props({"correlation": "a b c ="}), messageRef="M_m")),
    ("expression", "x", condition("n >")),
    ("expression", "x", condition("open('/etc/passwd')")),
    ("expression", "x", condition("().__class__")),
    ("expression", "b", lambda s: inner(s, 'name="role" value="clerk"', 'name="role" value="=1 +"')),
    ("no-role", "b", lambda s: inner(s, 'name="role" value="clerk"', 'name="stage" value="x"')),
    ("no-unit", "b", lambda s: inner(s, 'name="role" value="clerk"', 'name="role" value="unit.handler"')),
    ("no-unit", "b", lambda s: inner(s, 'name="role" value="clerk"', 'name="role" value="lead"')),
    ("no-form", "b", lambda s: s.forms.discard("b")),
    ("no-operation", "new", put("serviceTask")),
    ("unknown-operation", "new", service("cases/nothing")),
    ("unknown-parameter", "new", service("cases/record", field='"x"', other="1")),
    ("empty-parameter", "new", service("cases/record", field="")),
    ("expression", "new", service("cases/record", field="1 +")),
    ("unknown-decision", "new", put("businessRuleTask")),
    ("unknown-process", "new", put("callActivity", calledElement="missing")),
    ("unknown-process", "new", put("callActivity")),
    ("call-variables", "new", put("callActivity", "", props({"inputs": "a b"}), calledElement="other")),
    ("reserved-id", "Root", lambda s: s.user("Root") and beside(s, "Root")),
    ("bad-id", "a b", lambda s: s.user("a b") and beside(s, "a b")),
    ("duplicate-id", "inner", lambda s: s.user("inner") and beside(s, "inner")),
]


def _endless(sketch: Sketch) -> None:
    """Let the new gateway lead to itself only."""
    sketch.flows = [flow for flow in sketch.flows if flow[1] != "new"]
    sketch.user("again")
    sketch.chain("new", "again", "new")


def test_the_legal_drawing_has_no_problem():
    assert found(legal()) == set()


@pytest.mark.parametrize(("rule", "element", "change"), BAD, ids=[f"{n}-{rule}" for n, (rule, _, _) in enumerate(BAD)])
def test_what_breaks_a_rule_is_refused_by_it(rule, element, change):
    sketch = legal()
    sketch.message("m")
    change(sketch)
    assert (rule, element) in found(sketch, extra='<bpmn:error id="E" name="E" errorCode="E"/>')


def test_all_problems_come_at_once():
    sketch = legal()
    sketch.defaults.clear()
    sketch.forms.discard("b")
    condition("n >")(sketch)
    assert {("no-default", "x"), ("no-form", "b"), ("expression", "x")} <= found(sketch)


@pytest.mark.parametrize("beside_it", ["dataStore", "choreography", "globalUserTask", "correlationProperty"])
def test_what_stands_beside_the_process_and_is_not_run_is_refused(beside_it):
    assert ("unsupported", "other") in found(legal(), extra=f'<bpmn:{beside_it} id="other" name="other"/>')


def test_more_than_one_pool_is_refused():
    pools = '<bpmn:collaboration id="c"><bpmn:participant id="p1" processRef="p"/><bpmn:participant id="p2"/></bpmn:collaboration>'
    assert ("one-pool", "p") in found(legal(), extra=pools)


def test_one_pool_is_allowed():
    assert found(legal(), extra='<bpmn:collaboration id="c"><bpmn:participant id="p1" processRef="p"/></bpmn:collaboration>') == set()


def test_a_process_that_is_not_executable_is_refused():
    sketch = legal()
    files = {path: content.replace(b'isExecutable="true"', b'isExecutable="false"') for path, content in sketch.files().items()}
    with pytest.raises(Refused) as refused:
        drawing.parse(files, operations={}, definition_id=1, shared_decisions=frozenset(), called=frozenset())
    assert [p.rule for p in refused.value.problems] == ["not-executable"]


def test_a_drawing_with_too_many_elements_is_refused():
    sketch = Sketch()
    names = [f"t{n}" for n in range(260)]
    for name in names:
        sketch.user(name)
    sketch.end()
    sketch.start(*names, "e")
    assert found(sketch) == {("too-large", "p")}


def test_the_longest_chain_that_is_allowed_can_be_parsed_and_run():
    sketch = Sketch()
    names = [f"t{n}" for n in range(248)]
    for name in names:
        sketch.user(name)
    sketch.end()
    play = Play(parse(sketch.start(*names, "e")))
    assert play.tasks == ["t0"]


def test_a_task_without_a_name_is_only_warned_about():
    sketch = legal()
    inner(sketch, 'id="b" name="b"', 'id="b" name=""')
    assert found(sketch) == set()
    around = {"operations": {}, "shared_decisions": frozenset(), "called": frozenset()}
    assert [(p.rule, p.element) for p in drawing.warnings(sketch.files(), **around)] == [("no-name", "b")]
