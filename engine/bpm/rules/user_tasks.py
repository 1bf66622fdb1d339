"""A user task says whose it is and has a form."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpm.elements import Sheet
from engine.bpm.rules.rule import Context, problem
from engine.errors import Problem


def check(sheet: Sheet, context: Context) -> Iterator[Problem]:
    """A post (its own or its lane's) or an assignee; a form in the folder."""
    for element in sheet.elements.values():
        if element.kind != "userTask":
            continue
        given = element.properties
        if not given.get("role") and not given.get("assignee"):
            yield problem("no-role", sheet, element, "没有写由哪个岗位办理，请给任务或泳道写属性 role。")
        form = given.get("form") or element.id
        if not form.startswith("=") and f"forms/{form}.form" not in context.files:
            yield problem("no-form", sheet, element, f"没有表单，请在流程文件夹里加上 forms/{form}.form。")
