"""Reading drawings: what they offer, and how hostile ones are met."""

from __future__ import annotations

import time

import pytest

from engine.bpm import drawing, markup
from engine.errors import Refused
from tests.engine.bpm.draw import Sketch, props, timer
from tests.engine.bpm.play import parse

NOTHING = {"operations": {}, "definition_id": 1, "shared_decisions": frozenset(), "called": frozenset()}


def simple() -> Sketch:
    sketch = Sketch()
    sketch.user("a")
    sketch.end()
    return sketch.start("a", "e")


def test_a_drawing_tells_what_is_in_it():
    sketch = Sketch()
    sketch.node("startEvent", "s", timer("R/P1D", "timeCycle"))
    sketch.user("a", body="<bpmn:documentation>到现场看一看。</bpmn:documentation>", stage="verify", limit="complaint/verify")
    sketch.boundary("m", "a", sketch.message("withdraw"))
    sketch.node("callActivity", "c", "", props({"inputs": "*"}), calledElement="called")
    sketch.end()
    sketch.end("e2")
    sketch.chain("s", "a", "c", "e")
    sketch.flow("m", "e2")
    drawn = parse(sketch, 9)
    assert (drawn.key, drawn.name, drawn.definition_id, drawn.timer_start) == ("p", "p", 9, "R/P1D")
    assert drawn.calls == {"called"} and drawn.messages == {"withdraw"}
    task = drawn.elements["a"]
    assert (task.kind, task.name, task.documentation) == ("userTask", "a", "到现场看一看。")
    assert task.properties == {"role": "clerk", "stage": "verify", "limit": "complaint/verify"}
    assert set(drawn.files) == {"p.bpmn", "forms/a.form"}


def test_a_drawing_of_fifty_elements_is_parsed_fast():
    sketch = Sketch()
    names = []
    for n in range(12):
        sketch.user(f"u{n}", unit="=lead_unit")
        sketch.boundary(f"t{n}", f"u{n}", timer(f"workdays_after(opened_at, {n + 1})", "timeDate"), False)
        sketch.end(f"e{n}")
        sketch.flow(f"t{n}", f"e{n}")
        sketch.service(f"w{n}", "work", letter='"x"')
        names += [f"u{n}", f"w{n}"]
    sketch.end()
    sketch.start(*names, "e")
    assert len(parse(sketch).elements) == 50
    taken = []
    for _ in range(5):
        begun = time.thread_time()
        parse(sketch)
        taken.append(time.thread_time() - begun)
    assert min(taken) < 0.1


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"<", "XML"),
        (b"", "XML"),
        (b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', "DTD"),
        (b'<!DOCTYPE a [<!ENTITY b "bbbbbbbbbb"><!ENTITY c "&b;&b;&b;&b;">]><a>&c;</a>', "DTD"),
        ('<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE a><a/>'.encode("utf-16"), "DTD"),
        (b"<a>" * 100 + b"</a>" * 100, "嵌套"),
        (b"<a>" * 5000 + b"</a>" * 5000, "XML"),
        (b"<a>" + b"<b/>" * 70_000 + b"</a>", "嵌套"),
        (b"<a>" + b" " * 2_100_000 + b"</a>", "太大"),
    ],
)
def test_hostile_xml_is_refused(content, sentence):
    with pytest.raises(Refused, match=sentence):
        markup.parse(content)


def test_an_external_entity_is_never_read(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("geheim")
    content = f'<!DOCTYPE a [<!ENTITY x SYSTEM "{secret.as_uri()}">]><a>&x;</a>'.encode()
    with pytest.raises(Refused) as refused:
        markup.parse(content)
    assert "geheim" not in str(refused.value)


@pytest.mark.parametrize("files", [{}, {"a.bpmn": b"<a/>", "b.bpmn": b"<a/>"}, {"forms/a.bpmn": b"<a/>"}])
def test_a_folder_holds_exactly_one_drawing(files):
    with pytest.raises(Refused, match="有且只有一个"):
        drawing.parse(files, **NOTHING)


def test_what_is_not_bpmn_is_refused():
    with pytest.raises(Refused, match="BPMN"):
        drawing.parse({"a.bpmn": b"<a/>"}, **NOTHING)


def test_two_processes_in_one_drawing_are_refused():
    content = simple().xml().replace(b"</bpmn:definitions>", b'<bpmn:process id="q"/></bpmn:definitions>')
    with pytest.raises(Refused, match="一个泳池"):
        drawing.parse({"p.bpmn": content}, **NOTHING)


def test_the_problems_of_a_decision_table_come_with_those_of_the_drawing():
    files = simple().files(**{"broken.dmn": b"<a/>"})
    del files["forms/a.form"]
    with pytest.raises(Refused) as refused:
        drawing.parse(files, **NOTHING)
    assert {p.file for p in refused.value.problems} == {"p.bpmn", "broken.dmn"}


def test_the_problems_of_a_form_come_with_those_of_the_drawing():
    with pytest.raises(Refused) as refused:
        drawing.parse(simple().files(**{"forms/a.form": b'{"components": [{"type": "iframe"}]}'}), **NOTHING)
    assert [(p.file, p.rule) for p in refused.value.problems] == [("forms/a.form", "form-type")]
