"""The macro ``render`` over every kind of component: what assistive technology needs is there."""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug.datastructures import MultiDict

FEW = [{"label": f"选项 {n}", "value": f"v{n}"} for n in range(3)]
MANY = [{"label": f"选项 {n}", "value": f"v{n}"} for n in range(20)]
REQUIRED = {"required": True}
SUFFIX = {"suffixAdorner": "公司"}
SENSITIVE = {"pattern": "手机号", "sensitive": "true"}
STREET = {"type": "textfield", "key": "street", "label": "街道", "validate": REQUIRED}
ITEM = {"type": "textfield", "key": "item", "label": "事项", "validate": REQUIRED}
EVERY: list[dict[str, Any]] = [
    {"type": "text", "id": "t", "text": "## 标题\n说明\n- 甲\n- 乙"},
    {"type": "textfield", "key": "name", "label": "名称", "description": "全称", "validate": REQUIRED, "appearance": SUFFIX},
    {"type": "textfield", "key": "phone", "label": "电话", "properties": SENSITIVE, "layout": {"columns": 8}},
    {"type": "textfield", "key": "fixed", "label": "编号", "readonly": True},
    {"type": "textarea", "key": "body", "label": "内容", "validate": REQUIRED},
    {"type": "number", "key": "sum", "label": "金额", "validate": REQUIRED},
    {"type": "checkbox", "key": "agree", "label": "同意", "description": "必须同意", "validate": REQUIRED},
    {"type": "radio", "key": "one", "label": "单选", "description": "选一个", "values": FEW, "validate": REQUIRED},
    {"type": "select", "key": "pick", "label": "下拉", "values": FEW, "validate": REQUIRED},
    {"type": "checklist", "key": "several", "label": "多选", "values": FEW, "validate": REQUIRED},
    {"type": "taglist", "key": "few", "label": "少量标签", "values": FEW, "validate": REQUIRED},
    {"type": "taglist", "key": "many", "label": "大量标签", "values": MANY, "validate": REQUIRED},
    {"type": "datetime", "key": "day", "dateLabel": "日期", "validate": REQUIRED},
    {"type": "datetime", "key": "moment", "subtype": "datetime", "dateLabel": "时刻", "validate": REQUIRED},
    {"type": "datetime", "key": "clock", "subtype": "time", "timeLabel": "时间", "validate": REQUIRED},
    {"type": "textfield", "key": "proof", "label": "材料", "properties": {"attachment": "true"}, "validate": REQUIRED},
    {"type": "separator", "id": "s"},
    {"type": "spacer", "id": "p"},
    {"type": "group", "path": "place", "label": "地点", "components": [STREET]},
    {"type": "dynamiclist", "path": "rows", "label": "清单", "components": [ITEM]},
]  # fmt: skip
SENT = MultiDict([("rows-0", "1"), ("_list-rows", "1")])


@pytest.fixture
def drawn(draw: Any, form: Any) -> Any:
    return draw(form(*EVERY).bind(SENT))


def test_every_required_field_that_is_empty_is_listed_and_can_be_jumped_to(drawn: Any) -> None:
    links = drawn.xpath('//div[@role="alert"]//a/@href')
    assert len(links) == 15
    assert "有 15 处需要修改" in drawn.text_content()
    for link in links:
        drawn.get_element_by_id(link[1:])


def test_every_control_has_a_name_for_readers(drawn: Any) -> None:
    for control in drawn.xpath('//input[not(@type="hidden")] | //select | //textarea'):
        label = drawn.xpath(f'//label[@for="{control.get("id")}"]')
        assert len(label) == 1
        assert label[0].text_content().strip()
    for group in drawn.xpath("//fieldset"):
        assert group.find("legend").text_content().strip()


def test_ids_are_unique_and_references_exist(drawn: Any) -> None:
    ids = drawn.xpath("//@id")
    assert len(set(ids)) == len(ids)
    for references in drawn.xpath("//@aria-describedby"):
        assert set(references.split()) <= set(ids)


def test_nothing_needs_inline_script_or_style(drawn: Any) -> None:
    assert not drawn.xpath("//script | //style | //@style | //@*[starts-with(name(), 'on')]")


def test_native_inputs_fit_their_kind(drawn: Any) -> None:
    kinds = {name: drawn.get_element_by_id(f"field-{name}").get("type") for name in ("phone", "sum", "day", "moment", "clock", "proof")}
    assert kinds == {"phone": "tel", "sum": "text", "day": "date", "moment": "datetime-local", "clock": "time", "proof": "file"}
    many = drawn.get_element_by_id("field-many")
    assert many.tag == "fieldset" and many.xpath('.//div[@class="choice-list"][@data-choices]//input[@type="checkbox"]')
    assert drawn.get_element_by_id("field-fixed").get("readonly") is not None
    assert drawn.get_element_by_id("field-phone").get("autocomplete") == "off"


def test_text_blocks_become_headings_lists_and_paragraphs(drawn: Any) -> None:
    assert drawn.xpath("//h3/text()") == ["标题"]
    assert drawn.xpath('//ul[@class="form-words"]/li/text()') == ["甲", "乙"]


def test_a_moment_is_shown_on_the_clock_of_china(draw: Any, form: Any) -> None:
    compiled = form(EVERY[13])
    answers = compiled.bind(MultiDict({"moment": "2026-10-01T09:30"})).answers
    assert draw(compiled.bind(None, answers)).get_element_by_id("field-moment").get("value") == "2026-10-01T09:30"
