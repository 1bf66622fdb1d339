"""Only elements that this engine runs right."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpm.elements import Sheet
from engine.bpm.rules.rule import Context, problem
from engine.errors import Problem

INSTEAD = {
    "task": "普通任务没有人或操作来办理，请改为用户任务或服务任务。",
    "manualTask": "手工任务系统看不到，请改为用户任务。",
    "complexGateway": "不支持复杂网关，请改用排他、并行或包容网关。",
    "transaction": "不支持事务子流程，请改为普通子流程。",
    "adHocSubProcess": "不支持即兴子流程，请改为普通子流程。",
    "dataObject": "不支持数据对象，流程变量不需要画出来；请删除或改为文字注释。",
    "dataObjectReference": "不支持数据对象，流程变量不需要画出来；请删除或改为文字注释。",
    "dataStoreReference": "不支持数据存储，请删除或改为文字注释。",
    "callChoreography": "不支持编排，请改为调用活动。",
    "globalTask": "不支持全局任务，请改为用户任务或服务任务。",
}
OTHER = "不支持这种元素，请删除或换一种画法。"
FOREIGN = {
    "instantiate": "不支持由事件网关或接收任务启动流程，请改为消息启动事件。",
    "parallel events": "不支持并行的事件网关，请改用并行网关加中间事件。",
    "isForCompensation": "不支持补偿，请改为普通的流程分支。",
    "dataInputAssociation": "不支持数据关联，请删除；变量在表达式里直接使用。",
    "dataOutputAssociation": "不支持数据关联，请删除；结果自动写入流程变量。",
    "ioSpecification": "不支持输入输出说明，请删除；调用活动用属性 inputs、outputs 传递变量。",
}


def check(sheet: Sheet, context: Context) -> Iterator[Problem]:
    """No element of a kind that is not run."""
    for element in sheet.elements.values():
        if element.kind in INSTEAD:
            yield problem("unsupported", sheet, element, INSTEAD[element.kind])
    for tag, id in sheet.foreign:
        yield problem("unsupported", sheet, sheet.elements.get(id), FOREIGN.get(tag, OTHER), id=id or tag)
