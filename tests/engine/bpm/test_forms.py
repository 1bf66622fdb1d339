from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.bpm import forms
from engine.bpm.forms.patterns import PATTERNS

YES_NO = [{"label": "是", "value": "yes"}, {"label": "否", "value": "no"}]


def compiled(*components: dict[str, Any]) -> forms.Form:
    form = forms.compile(json.dumps({"id": "f", "components": list(components)}).encode())
    assert not form.problems
    return form


def field(kind: str, key: str = "x", *, hide: str = "", **more: Any) -> dict[str, Any]:
    return {"type": kind, "id": f"c_{key}", "key": key, "label": f"栏 {key}", **({"conditional": {"hide": hide}} if hide else {}), **more}


def rules(*components: Any) -> list[str]:
    return [problem.rule for problem in forms.compile(json.dumps({"id": "f", "components": list(components)}).encode()).problems]


@pytest.mark.parametrize(
    ("component", "sent", "answer"),
    [
        (field("textfield"), "  a\r\nb ", "a b"),
        (field("textarea"), " a\r\nb ", "a\nb"),
        (field("textfield"), "   ", None),
        (field("number"), "12", 12),
        (field("number"), "３．５", Decimal("3.5")),
        (field("number"), 2.5, Decimal("2.5")),
        (field("checkbox"), "1", True),
        (field("checkbox"), None, False),
        (field("radio", values=YES_NO), "yes", "yes"),
        (field("select", values=[{"label": "三", "value": 3}]), "3", 3),
        (field("checklist", values=YES_NO), ["no", "yes", "no"], ["yes", "no"]),
        (field("taglist", values=YES_NO), [], []),
        (field("datetime"), "2026-10-01", date(2026, 10, 1)),
        (field("datetime"), date(2026, 10, 1), date(2026, 10, 1)),
        (field("datetime", subtype="datetime"), "2026-10-01T09:30", datetime(2026, 10, 1, 1, 30, tzinfo=UTC)),
        (field("datetime", subtype="time"), "09:30", "09:30"),
    ],
)
def test_an_answer_gets_its_type(component: dict[str, Any], sent: object, answer: object) -> None:
    outcome = compiled(component).check({"x": sent})
    assert not outcome.errors
    assert outcome.answers == {"x": answer}
    assert type(outcome.answers["x"]) is type(answer)


@pytest.mark.parametrize(
    ("component", "sent", "sentence"),
    [
        (field("textfield", validate={"required": True}), " ", "请填写这一项。"),
        (field("textarea", validate={"minLength": 5}), "太短", "太短了：至少 5 个字，现在 2 个字。"),
        (field("textfield", validate={"maxLength": 3}), "太长太长", "太长了：最多 3 个字，现在 4 个字。"),
        (field("textfield"), "a\x00b", "含有不可见的控制字符，请删除后重新填写。"),
        (field("textfield"), ["a"], "应当是文字。"),
        (field("textfield", properties={"pattern": "手机号"}), "1380000", "手机号应当是 11 位数字，例如 13800000000。"),
        (field("textfield", validate={"validationType": "email"}), "a@b", "邮箱格式不正确，例如 name@example.com。"),
        (field("number", validate={"required": True}), "", "请填写这一项。"),
        (field("number"), "abc", "请填写数字，例如 12 或 3.5。"),
        (field("number"), "1" * 60, "请填写数字，例如 12 或 3.5。"),
        (field("number"), True, "请填写数字，例如 12 或 3.5。"),
        (field("number", validate={"min": 1}), "0", "不能小于 1。"),
        (field("number", validate={"max": 9}), "10", "不能大于 9。"),
        (field("number", decimalDigits=0), "1.5", "请填写整数。"),
        (field("number", decimalDigits=2), "1.555", "最多保留 2 位小数。"),
        (field("checkbox", validate={"required": True}), None, "请勾选后再提交。"),
        (field("radio", values=YES_NO, validate={"required": True}), None, "请选择一项。"),
        (field("radio", values=YES_NO), "maybe", "选项不存在，请从列表中重新选择。"),
        (field("checklist", values=YES_NO), ["yes", "maybe"], "选项不存在，请从列表中重新选择。"),
        (field("taglist", values=YES_NO, validate={"required": True}), [], "请至少选择一项。"),
        (field("datetime"), "2026-02-30", "请填写日期，例如 2026-10-01。"),
        (field("datetime"), "0001-01-01", "请填写日期，例如 2026-10-01。"),
        (field("datetime", subtype="time"), "25:00", "请填写时间，例如 09:30。"),
        (field("datetime", subtype="datetime"), "morgen", "请填写日期和时间，例如 2026-10-01 09:30。"),
        (field("textfield", properties={"attachment": "true"}, validate={"required": True}), "a.pdf", "请上传文件。"),
        (field("select", properties={"options_from": "towns"}), "t1", "选项不存在，请从列表中重新选择。"),
    ],
)
def test_an_answer_that_does_not_fit_is_told_in_chinese(component: dict[str, Any], sent: object, sentence: str) -> None:
    errors = compiled(component).check({"x": sent}).errors
    assert {path: str(fault) for path, fault in errors.items()} == {"x": sentence}


def test_a_day_before_today_can_be_refused() -> None:
    form = compiled(field("datetime", disallowPassedDates=True))
    today = {"today": lambda: date(2026, 10, 8)}
    assert str(form.check({"x": "2026-10-07"}, functions=today).errors["x"]) == "不能早于今天。"
    assert not form.check({"x": "2026-10-08"}, functions=today).errors


def test_choices_of_the_server_are_the_only_ones() -> None:
    form = compiled(field("taglist", properties={"units_picker": "true"}), field("select", "user", properties={"user_picker": "true"}))
    assert form.options_from == {"units", "users"}
    outcome = form.check({"x": ["3"], "user": "7"}, choices={"units": [(3, "住建局")], "users": [(8, "李四")]})
    assert outcome.answers["x"] == [3]
    assert list(outcome.errors) == ["user"]


def test_what_is_hidden_is_neither_required_nor_kept_even_if_forged() -> None:
    form = compiled(
        field("radio", "outcome", values=YES_NO),
        field("textarea", "reason", hide='=outcome != "no"', validate={"required": True, "minLength": 5}),
    )
    shown = form.check({"outcome": "no", "reason": ""})
    assert list(shown.errors) == ["reason"]
    forged = form.check({"outcome": "yes", "reason": "forged reason", "evil": 1})
    assert (forged.answers, forged.errors, forged.hidden) == ({"outcome": "yes"}, {}, {"reason"})


def test_a_hidden_field_counts_as_null_for_other_conditions_whatever_the_order_on_the_page() -> None:
    form = compiled(
        field("textfield", "last", hide="=middle = null"),
        field("textfield", "middle", hide="=first != true"),
        field("checkbox", "first"),
    )
    assert form.check({"first": "1", "middle": "a", "last": "b"}).answers == {"last": "b", "middle": "a", "first": True}
    assert form.check({"middle": "a", "last": "b"}).answers == {"first": False}


def test_conditions_read_variables_of_the_process_but_no_stale_answers() -> None:
    form = compiled(field("textfield", "phone", hide="=not(real_name)"), field("textfield", "extra", hide="=phone = null"))
    assert form.check({"phone": "1", "extra": "x"}, {"real_name": False, "phone": "old"}).answers == {}
    assert form.check({"phone": "1", "extra": "x"}, {"real_name": True}).answers == {"phone": "1", "extra": "x"}


def test_locked_fields_are_never_taken_from_what_is_sent() -> None:
    form = compiled(field("textfield", "number", readonly=True), field("textfield", "note", hide='=number = "A"'))
    assert form.check({"number": "B", "note": "n"}, {"number": "A"}).answers == {}


def test_groups_nest_and_rows_repeat() -> None:
    form = compiled(
        field("checkbox", "many"),
        {
            "type": "group",
            "id": "g",
            "path": "place",
            "label": "地点",
            "components": [field("textfield", "street", validate={"required": True})],
        },
        {
            "type": "dynamiclist",
            "id": "l",
            "path": "rows",
            "label": "问题",
            "components": [
                field("textfield", "problem", validate={"required": True}),
                field("textfield", "why", hide="=problem = null or not(many)"),
            ],
        },
    )
    outcome = form.check({"many": "1", "place": {}, "rows": [{"problem": "a", "why": "b", "x": 1}, {"problem": "", "why": "c"}]})
    assert sorted(outcome.errors) == ["place-street", "rows-1-problem"]
    assert outcome.answers["rows"] == [{"problem": "a", "why": "b"}, {"problem": None}]
    assert outcome.hidden == {"rows-1-why"}
    assert form.check({"rows": [{"problem": "a", "why": "b"}]}).answers["rows"] == [{"problem": "a"}]
    assert str(form.check({"rows": [{"problem": "a"}] * 51}).errors["rows"]) == "最多 50 行。"
    assert str(form.check({"rows": "a"}).errors["rows"]) == "应当是若干行。"


def test_a_group_without_a_name_hides_its_fields_but_does_not_nest_them() -> None:
    inner = field("textfield", "street", validate={"required": True})
    group = {"type": "group", "id": "g", "label": "地点", "components": [inner], "conditional": {"hide": "=not(outside)"}}
    form = compiled(field("checkbox", "outside"), group)
    assert form.check({"outside": "1", "street": "中山路"}).answers == {"outside": True, "street": "中山路"}
    hidden = form.check({"street": "中山路"})
    assert (hidden.answers, hidden.hidden) == ({"outside": False}, {"street", "#g"})


def test_names_of_files_come_from_the_door_only() -> None:
    form = compiled(field("textfield", "proof", properties={"attachment": "true"}))
    assert form.check({"proof": ["forged"]}).answers == {"proof": []}
    assert form.check({}, files={"proof": ["a.pdf", "b.jpg"]}).answers == {"proof": ["a.pdf", "b.jpg"]}
    assert form.check({}, {"proof": ["earlier.pdf"]}).answers == {"proof": ["earlier.pdf"]}


def test_properties_say_where_an_answer_is_written() -> None:
    inner = field("textfield", "problem", properties={"ledger": "problem", "sensitive": "true"})
    form = compiled(
        field("textfield", "area", properties={"case": "area"}),
        {"type": "dynamiclist", "id": "l", "path": "rows", "label": "行", "components": [inner]},
    )
    assert form.marked("case") == {"area": "area"}
    assert form.marked("ledger") == {"rows.problem": "problem"}
    assert form.marked("sensitive") == {"rows.problem": "true"}


@pytest.mark.parametrize(
    ("component", "rule"),
    [
        (field("iframe"), "form-type"),
        (field("html"), "form-type"),
        (field("datetime", subtype="century"), "form-type"),
        (field("textfield", ""), "form-key"),
        (field("textfield", "a-b"), "form-key"),
        (field("textfield", "_key"), "form-key"),
        (field("textfield", "in"), "form-key"),
        ({"type": "textfield", "key": "x"}, "form-label"),
        (field("textfield", hide="=1 +"), "form-condition"),
        (field("textfield", hide="=x = 1"), "form-circle"),
        (field("textfield", validate={"pattern": "(a+)+$"}), "form-pattern"),
        (field("textfield", validate={"minLength": 9, "maxLength": 3}), "form-bounds"),
        (field("textfield", validate={"maxLength": 10**9}), "form-bounds"),
        (field("textfield", properties={"leger": "x"}), "form-property"),
        (field("textfield", description="=a"), "form-expression"),
        (field("textfield", properties={"options_from": "towns"}), "form-options"),
        (field("select", valuesExpression="=a"), "form-expression"),
        (field("select"), "form-options"),
        (field("radio", values=[*YES_NO, *YES_NO]), "form-options"),
        (field("number", defaultValue="abc"), "form-default"),
        ({"type": "dynamiclist", "id": "l", "label": "行", "path": "a", "components": None}, "form-shape"),
        ({"type": "dynamiclist", "id": "l", "label": "行", "path": "a", "components": [field("textfield", readonly=True)]}, "form-rows"),
        (
            {
                "type": "dynamiclist",
                "id": "l",
                "label": "行",
                "path": "a",
                "components": [field("textfield", properties={"attachment": "yes"})],
            },
            "form-rows",
        ),
        ("text", "form-shape"),
    ],
)
def test_a_schema_that_cannot_be_rendered_and_checked_is_refused(component: Any, rule: str) -> None:
    assert rule in rules(component)


def test_every_fault_of_a_schema_comes_at_once() -> None:
    faulty = (field("iframe"), field("textfield", hide="=1 +"), field("textfield"), field("select", "y"))
    assert rules(*faulty) == ["form-type", "form-condition", "form-options", "form-key"]


def test_conditions_in_a_circle_are_refused() -> None:
    assert rules(field("textfield", "a", hide="=b = 1"), field("textfield", "b", hide="=a = 1")) == ["form-circle", "form-circle"]


@pytest.mark.parametrize("schema", [b"", b"[]", b"{", b"\xff", b'{"components": 1}', b"x" * 600_000])
def test_what_is_no_form_is_refused(schema: bytes) -> None:
    assert [problem.rule for problem in forms.compile(schema).problems] == ["form-json"]


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["textfield", "group", "=a", "x", "dynamiclist"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "type",
                    "key",
                    "path",
                    "label",
                    "components",
                    "validate",
                    "values",
                    "conditional",
                    "hide",
                    "properties",
                    "layout",
                    "min",
                    "defaultValue",
                ]
            ),
            inner,
            max_size=6,
        )
    ),
    max_leaves=20,
)


@settings(max_examples=300, deadline=2_000)
@given(st.lists(JSON, max_size=4), st.dictionaries(st.text(max_size=3), JSON, max_size=4))
def test_no_schema_and_no_answer_breaks_the_server(components: list[Any], answers: dict[str, Any]) -> None:
    form = forms.compile(
        json.dumps({"id": "f", "components": components}, default=str).replace("NaN", "null").replace("Infinity", "1").encode()
    )
    form.check(answers)


ANY_ANSWER = compiled(
    field("textfield", "a", properties={"pattern": "邮箱"}),
    field("number", "b"),
    field("checkbox", "c"),
    field("checklist", "d", values=YES_NO),
    field("datetime", "e"),
    field("datetime", "f", subtype="datetime"),
    field("datetime", "g", subtype="time"),
    {"type": "dynamiclist", "id": "l", "label": "行", "path": "h", "components": [field("textfield", "i")]},
    {"type": "group", "id": "m", "label": "组", "path": "j", "components": [field("radio", "k", values=YES_NO)]},
)


@settings(max_examples=300, deadline=2_000)
@given(st.dictionaries(st.sampled_from("abcdefghj"), JSON | st.text(max_size=20), max_size=9))
def test_any_answer_is_taken_or_refused(answers: dict[str, Any]) -> None:
    outcome = ANY_ANSWER.check(answers)
    assert set(outcome.answers) == set("abcdefghj")


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("手机号", "13812345678", "12812345678"),
        ("联系电话", "0310-1234567", "1234567"),
        ("身份证号", "11010519491231002X", "110105194912310021"),
        ("身份证号", "440524188001010014", "440524188013010014"),
        ("统一社会信用代码", "91350100M000100Y43", "91350100M000100Y44"),
        ("邮箱", "zhang.san@mail.example.cn", "zhang san@example.cn"),
        ("邮箱", "a@b.co", "a@-b.co"),
    ],
)
def test_named_patterns_check_their_check_digits(name: str, good: str, bad: str) -> None:
    fits, _ = PATTERNS[name]
    assert fits(good)
    assert not fits(bad)


def test_a_day_that_has_been_cannot_lie_ahead() -> None:
    form = compiled(
        {"type": "datetime", "id": "d", "key": "d", "subtype": "date", "dateLabel": "日期", "properties": {"not_future": "true"}}
    )
    today = {"today": lambda: date(2026, 3, 2)}
    said = [str(form.check({"d": day}, functions=today).errors.get("d", "")) for day in ("2026-03-01", "2026-03-02", "2026-03-03")]
    assert said == ["", "", "不能晚于今天。"]


def test_a_limit_lies_ahead_of_today() -> None:
    form = compiled(
        {"type": "datetime", "id": "d", "key": "d", "subtype": "date", "dateLabel": "日期", "properties": {"after_today": "true"}}
    )
    today = {"today": lambda: date(2026, 3, 2)}
    said = [str(form.check({"d": day}, functions=today).errors.get("d", "")) for day in ("2026-03-01", "2026-03-02", "2026-03-03")]
    assert said == ["应当晚于今天。", "应当晚于今天。", ""]
