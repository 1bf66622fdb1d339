from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict

YES_NO = [{"label": "是", "value": "yes"}, {"label": "否", "value": "no"}]
OUTCOME = {"type": "radio", "id": "c1", "key": "outcome", "label": "结论", "values": YES_NO, "validate": {"required": True}}
REASON = {
    "type": "textarea",
    "id": "c2",
    "key": "reason",
    "label": "理由",
    "validate": {"required": True, "minLength": 5},
    "conditional": {"hide": '=outcome != "no"'},
}
ROWS = {
    "type": "dynamiclist",
    "id": "c3",
    "path": "rows",
    "label": "问题清单",
    "components": [
        {"type": "textfield", "id": "c4", "key": "problem", "label": "问题", "validate": {"required": True}},
        {"type": "checkbox", "id": "c5", "key": "urgent", "label": "紧急"},
    ],
}
pytestmark = pytest.mark.usefixtures("app")


def test_a_first_page_shows_earlier_answers_and_no_errors(draw: Any, form: Any) -> None:
    bound = form(OUTCOME, REASON, ROWS).bind(
        None, {"outcome": "no", "reason": "先前的理由", "rows": [{"problem": "a", "urgent": True}, {"problem": "b"}]}
    )
    drawn = draw(bound)
    assert (bound.valid, bound.errors) == (False, {})
    assert drawn.get_element_by_id("field-reason").text.strip() == "先前的理由"
    assert drawn.xpath('//input[@name="rows-1-problem"]/@value') == ["b"]
    assert drawn.xpath("//input[@checked]/@name") == ["outcome", "rows-0-urgent"]


def test_what_is_sent_becomes_answers(form: Any) -> None:
    sent = MultiDict(
        [("outcome", "no"), ("reason", "理由足够长"), ("rows-0", "1"), ("rows-0-problem", "a"), ("rows-0-urgent", "1"), ("evil", "x")]
    )
    bound = form(OUTCOME, REASON, ROWS).bind(sent)
    assert bound.valid
    assert bound.answers == {"outcome": "no", "reason": "理由足够长", "rows": [{"problem": "a", "urgent": True}]}


def test_a_forged_hidden_field_is_not_kept(form: Any) -> None:
    bound = form(OUTCOME, REASON).bind(MultiDict({"outcome": "yes", "reason": "伪造的理由"}))
    assert bound.valid
    assert bound.answers == {"outcome": "yes"}


def test_errors_keep_what_was_typed_and_link_to_the_fields(draw: Any, form: Any) -> None:
    bound = form(OUTCOME, REASON, ROWS).bind(MultiDict([("outcome", "no"), ("reason", "短"), ("rows-0", "1"), ("rows-0-problem", "")]))
    assert not bound.valid
    assert bound.errors == {"reason": "太短了：至少 5 个字，现在 1 个字。", "rows-0-problem": "请填写这一项。"}
    drawn = draw(bound)
    links = drawn.xpath('//div[@role="alert"]//a/@href')
    assert links == ["#field-reason", "#field-rows-0-problem"]
    for link in links:
        control = drawn.get_element_by_id(link[1:])
        assert control.get("aria-invalid") == "true"
        assert all(drawn.get_element_by_id(name) is not None for name in control.get("aria-describedby").split())
    assert drawn.get_element_by_id("field-reason").text.strip() == "短"


@pytest.mark.parametrize(
    ("button", "left"), [({"_add": "rows"}, ["a", "b", ""]), ({"_remove": "rows-0"}, ["b"]), ({"_remove": "rows-9"}, ["a", "b"])]
)
def test_rows_are_added_and_removed_by_buttons_without_errors(draw: Any, button: dict[str, str], left: list[str], form: Any) -> None:
    sent = MultiDict(
        [("rows-0", "1"), ("rows-0-problem", "a"), ("rows-4", "1"), ("rows-4-problem", "b"), *button.items(), ("_list-rows", "1")]
    )
    bound = form(OUTCOME, ROWS).bind(sent)
    assert (bound.moved, bound.valid, bound.errors) == (True, False, {})
    assert draw(bound).xpath('//input[starts-with(@name, "rows-") and @type="text"]/@value') == left


def test_a_row_with_nothing_ticked_is_still_a_row(form: Any) -> None:
    sent = MultiDict([("outcome", "yes"), ("_list-rows", "1"), ("rows-0", "1"), ("rows-1", "1"), ("rows-1-problem", "b")])
    assert list(form(OUTCOME, ROWS).bind(sent).errors) == ["rows-0-problem"]


def test_all_rows_can_be_removed(form: Any) -> None:
    bound = form(ROWS).bind(MultiDict([("_list-rows", "1")]))
    assert bound.valid
    assert bound.answers == {"rows": []}


def test_fixed_rows_stay(draw: Any, form: Any) -> None:
    fixed = form({**ROWS, "allowAddRemove": False, "defaultRepetitions": 2})
    bound = fixed.bind(MultiDict([("rows-0", "1"), ("rows-1", "1"), ("_remove", "rows-1")]))
    assert len(draw(bound).find_class("form-row")) == 2
    assert not draw(bound).xpath("//button")


def test_a_refresh_is_quiet_and_gives_a_field_that_appears_its_earlier_value(draw: Any, form: Any) -> None:
    bound = form(OUTCOME, REASON).bind(MultiDict({"outcome": "no"}), {"reason": "先前的理由"}, quiet=True)
    assert (bound.valid, bound.errors) == (False, {})
    assert draw(bound).get_element_by_id("field-reason").text.strip() == "先前的理由"


def test_only_fields_that_conditions_read_refresh_the_draw(draw: Any, form: Any) -> None:
    drawn = draw(form(OUTCOME, REASON).bind(MultiDict({"outcome": "no"}), quiet=True), "/tasks/1/fields")
    assert {control.get("name") for control in drawn.xpath('//*[@hx-post="/tasks/1/fields"]')} == {"outcome"}
    assert set(drawn.xpath("//*[@hx-post]/@hx-trigger")) == {"change"}


def test_choices_and_functions_come_from_the_server(draw: Any, form: Any) -> None:
    unit = {"type": "select", "id": "c", "key": "unit", "label": "责任单位", "properties": {"unit_picker": "true"}}
    day = {"type": "datetime", "id": "d", "key": "day", "label": "期限", "disallowPassedDates": True}
    given: dict[str, Any] = {"functions": {"today": lambda: date(2026, 10, 8)}, "choices": {"units": [(3, "住建局"), (4, "公管局")]}}
    bound = form(unit, day).bind(MultiDict({"unit": "4", "day": "2026-10-09"}), {}, **given)
    assert bound.answers == {"unit": 4, "day": date(2026, 10, 9)}
    assert draw(bound).xpath("//option[@selected]/text()") == ["公管局"]
    assert form(unit, day).bind(MultiDict({"day": "2026-10-01"}), {}, **given).errors == {"day": "不能早于今天。"}


def test_files_are_named_by_the_door(draw: Any, form: Any) -> None:
    proof = {
        "type": "textfield",
        "id": "c",
        "key": "proof",
        "label": "证明",
        "properties": {"attachment": "true"},
        "validate": {"required": True},
    }
    assert form(proof).bind(MultiDict({"proof": "forged"})).errors == {"proof": "请上传文件。"}
    bound = form(proof).bind(MultiDict(), files={"proof": ["整改.pdf"]})
    assert bound.has_files
    assert bound.answers == {"proof": ["整改.pdf"]}
    assert "整改.pdf" in draw(bound).text_content()


def test_text_of_people_and_drawings_is_escaped(app: Flask, draw: Any, form: Any) -> None:
    evil = "<script>alert(1)</script>"
    text = {"type": "text", "id": "t", "text": f"# {evil}\n\n- {evil}\n{evil}"}
    hostile = {**OUTCOME, "label": evil, "description": evil, "values": [{"label": evil, "value": '"><b>'}]}
    drawn = draw(
        form(text, hostile, {"type": "textarea", "id": "n", "key": "note", "label": "备注"}).bind(
            MultiDict({"note": "</textarea>" + evil, "outcome": evil})
        )
    )
    assert not drawn.xpath("//script | //b")
    assert drawn.get_element_by_id("field-note").text.strip().endswith(evil)


def test_drawn_texts_pass_through_the_translation(app: Flask, draw: Any, form: Any) -> None:
    app.jinja_env.globals["drawn"] = lambda text: {"结论": "Outcome", "是": "Yes", "否": "No", "理由": "Reason"}[text]
    drawn = draw(form(OUTCOME, REASON).bind(MultiDict({"outcome": "no"})))
    assert {word.strip() for word in drawn.xpath("//legend/text() | //label/text()")} == {"Outcome", "Yes", "No", "Reason"}


@pytest.mark.parametrize(
    "junk", ["rows-", "rows--problem", "rows-1-", "rows-999999999-problem", "rows-x-problem", "-", "_add", "_remove", "rows-٣-problem"]
)
def test_junk_names_do_no_harm(junk: str, form: Any) -> None:
    assert form(ROWS, OUTCOME).bind(MultiDict([(junk, "x"), ("outcome", "yes")])) is not None
