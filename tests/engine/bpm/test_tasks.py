"""User, service and business rule tasks, through store and load."""

from __future__ import annotations

import pytest

from engine.bpm import runner
from engine.bpm.results import StepFailed, World
from engine.errors import Conflict, Invalid
from tests.engine.bpm.draw import Sketch, multi
from tests.engine.bpm.play import START, Play, parse

TABLE = """<?xml version="1.0"?><definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="x">
<decision id="routing" name="routing"><decisionTable id="t" hitPolicy="UNIQUE"><input id="i" label="area"><inputExpression id="ie"
typeRef="number"><text>area</text></inputExpression></input><output id="o" label="unit" name="unit" typeRef="string"/>
<rule id="r"><inputEntry id="c"><text>3</text></inputEntry><outputEntry id="u"><text>"环保局"</text></outputEntry></rule>
</decisionTable></decision></definitions>""".encode()


def one(sketch: Sketch, *ids: str) -> Sketch:
    sketch.end()
    return sketch.start(*ids, "e")


def test_a_user_task_opens_with_its_properties_evaluated_and_closes_with_answers_in_the_scope():
    sketch = Sketch()
    sketch.user("a", unit="=lead", stage="verify")
    play = Play(parse(one(sketch, "a")), variables={"lead": "环保局"})
    opened = play.advance.opened[0]
    assert (opened.element, opened.process, opened.definition_id) == ("a", "p", 1)
    assert opened.properties == {"role": "clerk", "unit": "环保局", "stage": "verify"}
    assert opened.variables == {"case_id": 7, "lead": "环保局"}
    advance = play.do("a", result="ok")
    assert advance.closed[0].how == "completed"
    assert play.variables == {"case_id": 7, "lead": "环保局", "result": "ok"}
    assert play.finished and advance.outcome == "e"
    assert [step.element for step in advance.steps] == ["a", "e"]


def test_a_lane_gives_its_role_to_the_tasks_in_it():
    sketch = Sketch()
    sketch.user("a", role="")
    sketch.node("userTask", "b")
    sketch.forms.add("b")
    lane = '<bpmn:laneSet id="ls"><bpmn:lane id="l" name="执法"><bpmn:extensionElements><spiffworkflow:properties>'
    lane += '<spiffworkflow:property name="role" value="inspector"/></spiffworkflow:properties></bpmn:extensionElements>'
    sketch.parts.append(lane + "<bpmn:flowNodeRef>b</bpmn:flowNodeRef><bpmn:flowNodeRef>a</bpmn:flowNodeRef></bpmn:lane></bpmn:laneSet>")
    sketch.parts[0] = sketch.parts[0].replace('<spiffworkflow:property name="role" value=""/>', "")
    drawing = parse(one(sketch, "a", "b"))
    assert drawing.elements["b"].properties == {"role": "inspector"}
    assert drawing.elements["b"].lane == "执法"


def test_completing_a_task_twice_is_a_conflict():
    sketch = Sketch()
    sketch.user("a")
    sketch.user("b")
    play = Play(parse(one(sketch, "a", "b")))
    token = play.advance.opened[0].token
    play.do("a")
    with pytest.raises(Conflict):
        play.open[token] = "a"
        play.do("a")


def test_an_operation_gets_evaluated_parameters_and_its_result_is_merged():
    sketch = Sketch()
    sketch.service("w", "work", letter='"交办单"', days="n + 1")
    play = Play(parse(one(sketch, "w")), variables={"n": 4})
    call = play.calls[0]
    assert (call.operation, call.process, call.element) == ("work", "p", "w")
    assert call.parameters == {"letter": "交办单", "days": 5}
    assert call.variables["n"] == 4
    assert play.variables["letter"] == "交办单"


def test_an_operation_with_a_result_variable_keeps_its_result_there():
    sketch = Sketch()
    sketch.service("w", "work", result="made", letter='"x"')
    assert Play(parse(one(sketch, "w"))).variables["made"] == {"letter": "x"}


def test_an_operation_that_returns_nothing_changes_nothing():
    sketch = Sketch()
    sketch.service("w", "work")
    assert Play(parse(one(sketch, "w")), perform=lambda call: None).variables == {"case_id": 7}


def test_a_decision_writes_its_outputs():
    sketch = Sketch()
    sketch.node("businessRuleTask", "r", extension="<spiffworkflow:calledDecisionId>routing</spiffworkflow:calledDecisionId>")
    play = Play(parse(one(sketch, "r"), **{"routing.dmn": TABLE}), variables={"area": 3})
    assert play.variables["unit"] == "环保局"


def test_a_decision_without_a_matching_row_fails_with_its_element():
    sketch = Sketch()
    sketch.node("businessRuleTask", "r", extension="<spiffworkflow:calledDecisionId>routing</spiffworkflow:calledDecisionId>")
    with pytest.raises(StepFailed) as failed:
        Play(parse(one(sketch, "r"), **{"routing.dmn": TABLE}), variables={"area": 9})
    assert failed.value.element == "r" and "规则" in failed.value.sentence


def test_a_failing_operation_names_its_element_and_leaves_the_state_untouched():
    def perform(call):
        raise Invalid("没有选择收文单位。") if fails else None

    fails = True
    sketch = Sketch()
    sketch.user("a")
    sketch.service("w", "work")
    sketch.user("b")
    play = Play(parse(one(sketch, "a", "w", "b")), perform=lambda call: perform(call) if fails else {"done": True})
    before = play.advance.state
    with pytest.raises(StepFailed) as failed:
        play.do("a", x=1)
    assert (failed.value.element, failed.value.sentence) == ("w", "没有选择收文单位。")
    assert play.advance.state == before
    fails = False
    play.do("a", x=2)
    assert play.tasks == ["b"] and play.variables == {"case_id": 7, "x": 2, "done": True}


def test_the_details_of_a_refusal_go_with_the_failed_step():
    def perform(call):
        raise Invalid("没有单位 %(unit)s。", unit="x")

    sketch = Sketch()
    sketch.service("w", "work")
    with pytest.raises(StepFailed) as failed:
        Play(parse(one(sketch, "w")), perform=perform)
    assert failed.value.sentence % failed.value.details == "没有单位 x。"
    assert failed.value.details["element"] == "w"


def test_an_exception_that_is_to_pass_is_not_made_a_failed_step():
    sketch = Sketch()
    sketch.service("w", "work")
    sketch.end()
    drawing = parse(sketch.start("w", "e"))

    def lost(call):
        raise ConnectionError

    world = World(START, lambda _: drawing, lost, lambda *_: {}, passes=(ConnectionError,))
    with pytest.raises(ConnectionError):
        runner.start(world, "p", {"p": 1}, {})


def test_an_unforeseen_error_of_an_operation_is_a_failed_step_with_its_cause():
    sketch = Sketch()
    sketch.service("w", "work")
    with pytest.raises(StepFailed) as failed:
        Play(parse(one(sketch, "w")), perform=lambda call: 1 / 0)
    assert isinstance(failed.value.__cause__, ZeroDivisionError) and failed.value.element == "w"


def test_a_failing_property_names_the_task_that_was_to_open():
    sketch = Sketch()
    sketch.user("a")
    sketch.user("b", unit="=workdays_after(now(), 3)")
    play = Play(parse(one(sketch, "a", "b")))
    with pytest.raises(StepFailed) as failed:
        play.do("a")
    assert failed.value.element == "b"


@pytest.mark.parametrize("sequential", [False, True])
def test_a_multi_instance_user_task_keeps_item_and_answers_local_and_collects_them(sequential):
    sketch = Sketch()
    sketch.user("a", loop=multi("units", "unit", "opinions", "opinion", sequential=sequential), unit="=unit")
    play = Play(parse(one(sketch, "a")), variables={"units": ["甲", "乙", "丙"]})
    assert play.advance.opened[0].properties["unit"] == "甲"
    assert play.advance.opened[0].variables["loopCounter"] == 1
    assert len(play.open) == (1 if sequential else 3)
    for n in (3, 1, 2):
        play.do("a", opinion=n)
    assert play.finished
    assert play.variables["opinions"] == [3, 1, 2]
    assert set(play.variables) == {"case_id", "units", "opinions"}


def test_parallel_rounds_are_collected_in_the_order_of_their_items():
    sketch = Sketch()
    sketch.user("a", loop=multi("units", "unit", "opinions", "unit"))
    play = Play(parse(one(sketch, "a")), variables={"units": ["甲", "乙"]})
    last = max(play.open, key=int)
    play.open = {last: "a", **{t: e for t, e in play.open.items() if t != last}}
    play.do("a")
    assert play.variables["opinions"] == ["乙"]
    play.do("a")
    assert play.variables["opinions"] == ["甲", "乙"]


@pytest.mark.parametrize("sequential", [False, True])
def test_a_multi_instance_over_an_empty_list_is_passed_at_once(sequential):
    sketch = Sketch()
    sketch.user("a", loop=multi("units", "unit", "opinions", "opinion", sequential=sequential))
    play = Play(parse(one(sketch, "a")), variables={"units": []})
    assert play.finished and play.variables["opinions"] == [] and "a" in play.passed


def test_a_completion_condition_cancels_the_rounds_that_are_left():
    sketch = Sketch()
    sketch.user("a", loop=multi("units", "unit", "votes", "vote", condition="count(votes) >= 2"))
    play = Play(parse(one(sketch, "a")), variables={"units": [1, 2, 3]})
    play.do("a", vote=True)
    advance = play.do("a", vote=False)
    assert sorted(c.how for c in advance.closed) == ["cancelled", "completed"]
    assert play.finished and play.variables["votes"] == [True, False]


def test_a_multi_instance_without_its_list_fails_with_a_sentence():
    sketch = Sketch()
    sketch.user("a", loop=multi("units", "unit"))
    with pytest.raises(StepFailed, match="列表"):
        Play(parse(one(sketch, "a")))


def test_a_multi_instance_service_task_collects_results():
    sketch = Sketch()
    sketch.service("w", "work", result="letter", loop=multi("units", "unit", "letters", "letter.to"), to="unit")
    play = Play(parse(one(sketch, "w")), variables={"units": ["甲", "乙"]})
    assert play.variables["letters"] == ["甲", "乙"] and "letter" not in play.variables


def test_a_standard_loop_goes_on_while_its_condition_is_true():
    goes_on = "<bpmn:loopCondition>again</bpmn:loopCondition>"
    loop = f'<bpmn:standardLoopCharacteristics loopMaximum="5">{goes_on}</bpmn:standardLoopCharacteristics>'
    sketch = Sketch()
    sketch.user("a", loop=loop)
    play = Play(parse(one(sketch, "a")))
    play.do("a", again=True)
    play.do("a", again=True)
    play.do("a", again=False)
    assert play.finished


def test_a_standard_loop_stops_at_its_maximum():
    sketch = Sketch()
    sketch.user("a", loop='<bpmn:standardLoopCharacteristics loopMaximum="2"/>')
    play = Play(parse(one(sketch, "a")))
    play.do("a")
    play.do("a")
    assert play.finished


def test_automatic_steps_that_turn_in_a_circle_are_stopped():
    sketch = Sketch()
    sketch.node("exclusiveGateway", "m")
    sketch.service("w", "work")
    sketch.node("exclusiveGateway", "x")
    sketch.end()
    sketch.start("m", "w", "x")
    sketch.flow("x", "e", "stop")
    sketch.flow("x", "m", default=True)
    with pytest.raises(StepFailed, match="循环不停"):
        Play(parse(sketch))
