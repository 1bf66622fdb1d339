"""A user task says whose it is, of which unit or action group, and has a form."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpm.elements import Sheet
from engine.bpm.rules.rule import Context, problem
from engine.errors import Problem


def check(sheet: Sheet, context: Context) -> Iterator[Problem]:
    """A post (its own or its lane's) or an assignee; the unit or area that narrows the post; a form in the folder."""
    for element in sheet.elements.values():
        if element.kind != "userTask":
            continue
        given = element.properties
        if not given.get("role") and not given.get("assignee"):
            yield problem("no-role", sheet, element, "没有写由哪个岗位办理，请给任务或泳道写属性 role。")
        narrow = _narrow(given.get("role", ""))
        if narrow and not given.get(narrow) and not given.get("assignee"):
            yield problem("no-unit", sheet, element, f"没有写由哪个单位或行动组办理，谁也收不到；请给任务写属性 {narrow}。")
        form = given.get("form") or element.id
        if not form.startswith("=") and f"forms/{form}.form" not in context.files:
            yield problem("no-form", sheet, element, f"没有表单，请在流程文件夹里加上 forms/{form}.form。")


def _narrow(role: str) -> str:
    """The property that says of which unit or action group, for the posts that belong to one."""
    return "unit" if role.startswith("unit.") else "area" if role == "lead" else ""
