from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest

from engine.cases import documents, letter_templates
from engine.cases.letter_templates import bounded, problems, render
from engine.cases.models import Case, Letter
from engine.errors import Invalid, NotFound, Refused
from engine.journal.models import Entry
from engine.processes import deploy
from engine.processes.models import Definition
from tests.engine.bpm.draw import Sketch
from tests.engine.cases.city import City, text_of_word, word

TEMPLATE = word(
    "{{ letter.number }}",
    "致{{ letter.to }}：",
    "{{ case.number }}《{{ case.title }}》{{ case.area }}",
    "{{ text.body }}",
    "{{ letter.date }}",
)


def _issue(city: City, case_id: int, template: bytes = TEMPLATE, **further: Any) -> Letter:
    def verb(session: Any, _ports: Any, act: Any) -> Letter:
        case = session.get(Case, case_id)
        return documents.issue(session, act, case, "assignment-order", template, files=city.files, **further)

    return city.act(verb, by="supervisor")


def test_a_letter_is_numbered_dated_and_kept(city: City) -> None:
    case = city.register(area=3)
    letter = _issue(city, case.id, to_unit="market", text={"body": "请于三日内办理。"})
    content = city.files.read(letter.sha256)
    assert text_of_word(content).splitlines() == [
        "营商交〔2026〕1号", "致市市场局：", "营商投诉〔2026〕0001《窗口刁难》政务服务", "请于三日内办理。", "2026年3月2日",
    ]  # fmt: skip
    assert (letter.audience, letter.title, letter.size) == ("all", "交办单", len(content))
    with city.sessions.read() as session:
        assert session.query(Entry).filter_by(act="letter.issue").one().data["sha256"] == letter.sha256


def test_a_letter_to_the_reporter_is_for_the_office(city: City) -> None:
    assert _issue(city, city.register().id).audience == "office"


def test_nothing_of_the_reporter_can_get_into_a_letter(city: City) -> None:
    case = city.register(narrative="我叫刘建国，原话在此。", about="王某")
    greedy = word(
        "{{ case.narrative }}{{ case.about }}{{ case.code_hash }}{{ case.identity }}{{ case.facts }}|{{ identity }}{{ reporter }}"
    )
    letter = _issue(city, case.id, greedy, to_unit="market")
    assert text_of_word(city.files.read(letter.sha256)) == "|"


def test_words_of_people_are_text_and_no_markup(city: City) -> None:
    case = city.register()
    letter = _issue(city, case.id, to_unit="market", text={"body": "<w:p>&lt; {{ case.number }} {% for %}"})
    assert "<w:p>&lt; {{ case.number }} {% for %}" in text_of_word(city.files.read(letter.sha256))


@pytest.mark.parametrize(
    "hostile",
    [
        "{{ ''.__class__.__mro__ }}",
        "{{ text.body.format(1) }}",
        "{{ 'a' * 1000000000 }}",
        "{{ '%1000000000d' % 1 }}",
        "{{ 9 ** 999999999 }}",
        "{{ text.body|attr('x') }}",
        "{% for a in range(100000000) %}x{% endfor %}",
        "{% include 'x' %}",
        "{{ cycler.__init__.__globals__ }}",
        "{{ text.body|pprint }}",
    ],
)
def test_a_hostile_template_does_nothing_and_is_found_before_it_is_deployed(hostile: str) -> None:
    with pytest.raises(Invalid):
        render(word(hostile), {"text": {"body": "x"}})
    assert problems(word(hostile), "documents/a.docx")


def test_a_good_template_has_no_problems_and_a_misspelt_name_is_one() -> None:
    assert problems(TEMPLATE, "documents/a.docx") == []
    assert problems(word("{% for unit in case.co_units %}{{ unit }}{% endfor %}"), "documents/a.docx") == []
    assert "reporter" in problems(word("{{ reporter.name }}"), "documents/a.docx")[0].sentence
    loops = "{% for a in text.x %}" * 3 + "{% endfor %}" * 3
    assert problems(word(loops), "documents/a.docx")
    assert problems(b"no word file", "documents/a.docx")


def test_a_template_with_an_external_entity_or_a_bomb_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(TEMPLATE)) as source, zipfile.ZipFile(out, "w") as target:
        for info in source.infolist():
            content = source.read(info)
            hostile = b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a/>'
            target.writestr(info, hostile if info.filename == "word/document.xml" else content)
    with pytest.raises(Invalid, match="外部实体"):
        render(out.getvalue(), {})


def test_values_are_cut_to_a_size() -> None:
    value = bounded({"text": "x" * 100_000, "list": list(range(1000)), "deep": {"a": {"b": {"c": {"d": 1}}}}, "object": object})
    assert len(value["text"]) == letter_templates.LONGEST_TEXT and len(value["list"]) == letter_templates.MOST_ITEMS
    assert value["deep"]["a"]["b"]["c"] == "" and isinstance(value["object"], str)


def test_a_drawing_issues_the_letter_of_its_own_folder(bare: City) -> None:
    sketch = Sketch("complaint")
    sketch.service("order", "cases/issue-letter", letter='"assignment-order"', to_unit='"market"', body='"请办理"')
    sketch.user("look", role="office.intake")
    sketch.start("order", "look", sketch.end())
    bare.act(deploy.deploy, {**sketch.files(), "documents/assignment-order.docx": TEMPLATE})
    case = bare.register()
    with bare.sessions.read() as session:
        letter = session.query(Letter).filter_by(case_id=case.id).one()
    assert "请办理" in text_of_word(bare.files.read(letter.sha256))


def test_a_bad_template_refuses_the_deployment_along_with_every_other_problem(bare: City) -> None:
    sketch = Sketch("send")
    sketch.user("task", "", role="office.intake")
    sketch.end()
    files = {**sketch.start("task", "e").files(), "documents/a.docx": word("{{ reporter.name }}"), "documents/b.docx": b"no word file"}
    with pytest.raises(Refused) as refused:
        bare.act(deploy.deploy, files)
    assert [problem.file for problem in refused.value.problems] == ["documents/a.docx", "documents/b.docx"]
    del files["forms/task.form"]
    with pytest.raises(Refused) as refused:
        bare.act(deploy.deploy, files)
    assert [problem.rule for problem in refused.value.problems] == ["no-form", "letter", "letter"]


def test_a_step_that_names_a_letter_without_a_template_is_refused_with_its_element(bare: City) -> None:
    sketch = Sketch("send")
    sketch.service("order", "cases/issue-letter", letter='"order"')
    sketch.service("chosen", "cases/issue-letter", letter="which")
    sketch.service("late", "supervision/letter", task_id="task_id")
    files = {**sketch.start("order", "chosen", "late", sketch.end()).files(), "documents/other.docx": TEMPLATE}
    with pytest.raises(Refused) as refused:
        bare.act(deploy.deploy, files)
    found = refused.value.problems
    assert [(problem.rule, problem.element) for problem in found] == [("no-letter", "order"), ("no-letter", "late")]
    assert "documents/order.docx" in found[0].sentence and found[0].file.endswith(".bpmn")
    with bare.sessions.read() as session:
        assert session.query(Definition).count() == 0
    bare.act(deploy.deploy, {**files, "documents/order.docx": TEMPLATE, "documents/supervision-letter.docx": TEMPLATE})


def test_a_drawing_that_cannot_be_read_is_refused_once(bare: City) -> None:
    with pytest.raises(Refused) as refused:
        bare.act(deploy.deploy, {"a.bpmn": b"<broken"})
    assert "no-letter" not in {problem.rule for problem in refused.value.problems} and len(refused.value.problems) == 1


def test_a_missing_template_says_so(bare: City) -> None:
    with bare.sessions.read() as session, pytest.raises(NotFound):
        documents.template(session, [1, 2], "nothing")


def test_loops_in_loops_stop_before_they_fill_the_memory() -> None:
    loops = "{% for a in text.x %}{% for b in text.x %}{{ text.body }}{% endfor %}{% endfor %}"
    with pytest.raises(Invalid):
        render(word(loops), {"text": {"x": list(range(200)), "body": "x" * 20_000}})


def test_characters_that_word_does_not_know_are_left_out() -> None:
    assert text_of_word(render(word("{{ text.body }}"), {"text": {"body": "a\x00b\x0bc"}})) == "abc"
