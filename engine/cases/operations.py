"""What a drawing may have done: the table operation name → what it does. Wiring hands it to the processes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from engine.cases import acts_of_supervision, acts_on_cases, acts_on_files, acts_on_ledgers, acts_on_limits, acts_to_people
from engine.cases.files import FileStore
from engine.cases.identity import Keys
from engine.processes.ports import Desk, Operation

Run = Callable[[Desk, Mapping[str, Any]], Mapping[str, Any] | None]
CASE = {"case_id": "案卷（默认为流程所办的案卷）"}


def table(*, files: FileStore, keys: Keys) -> dict[str, Operation]:
    """All operations by name. ``files`` keeps the letters, ``keys`` let what is recorded be masked."""
    recording, letters = acts_on_cases.Recording(keys), acts_on_files.Letters(files)
    supervision = acts_of_supervision.Supervision(files)
    rows: list[tuple[str, str, Mapping[str, str], Run]] = [
        ("cases/record", "登记案卷信息", {"*": "要登记的内容", **CASE}, recording.record),
        (
            "cases/close",
            "办结案卷",
            {"outcome": "办理结果", "answer": "给反映人的答复", "kind": "只办结这一类案卷", **CASE},
            acts_on_cases.close,
        ),
        ("cases/merge", "并案", {"into": "并入的案卷", **CASE}, acts_on_cases.merge),
        ("cases/count", "计数", {"what": "计什么：returns、redos、reds、extensions", **CASE}, acts_on_cases.count),
        ("cases/link", "关联案卷", {"to": "另一案卷", "relation": "关系", **CASE}, acts_on_cases.link),
        ("cases/find-duplicates", "查找重复投诉", CASE, acts_on_cases.find_duplicates),
        ("cases/assign-units", "确定主办和协办单位", {"lead_unit": "主办单位", "co_units": "协办单位", **CASE}, acts_on_cases.assign_units),
        ("cases/unit-takes-part", "单位参与办理", {"unit": "单位", "part": "主办 lead 或协办 co", **CASE}, acts_on_cases.unit_takes_part),
        ("cases/open-case", "开立案卷", {"*": "案卷信息", "kind": "案卷类别", "title": "标题"}, acts_on_cases.open_case),
        ("cases/report-back", "回告来源案卷", {"text": "内容", **CASE}, acts_on_cases.report_back),
        ("processes/start", "另行启动流程", {"*": "新流程的变量", "process": "流程"}, acts_on_cases.start_process),
        ("cases/issue-letter", "制发文书", acts_on_files.LETTER | CASE, letters.issue),
        ("cases/file-supplement", "登记补充材料", {"material": "补充内容", **CASE}, acts_to_people.file_supplement),
        ("cases/notify", "通知工作人员", acts_to_people.NOTIFY | CASE, acts_to_people.notify),
        ("cases/notify-reporter", "告知反映人", {"text": "内容", **CASE}, acts_to_people.notify_reporter),
        ("cases/open-ledger-row", "登记台账", {"*": "台账各栏", "ledger": "台账", **CASE}, acts_on_ledgers.open_row),
        ("cases/update-ledger-row", "更新台账", {"*": "台账各栏", "row": "台账行", "ledger": "台账", **CASE}, acts_on_ledgers.update_row),
        ("cases/close-ledger-row", "台账销号", {"row": "台账行", "ledger": "台账", "state": "状态", **CASE}, acts_on_ledgers.close_row),
        ("cases/pause-clock", "暂停计时", {"reason": "理由", **CASE}, acts_on_limits.pause),
        ("cases/resume-clock", "恢复计时", {"reason": "理由", **CASE}, acts_on_limits.resume),
        ("cases/extend-limit", "延期", {"task_id": "任务", "days": "延长的工作日", "reason": "理由"}, acts_on_limits.extend),
        ("supervision/next-rung", "督办阶梯的下一级", acts_of_supervision.RUNG, acts_of_supervision.next_rung),
        ("supervision/remind", "催办提醒", acts_of_supervision.TASK, acts_of_supervision.remind),
        ("supervision/letter", "制发督办函", acts_of_supervision.TASK, supervision.letter),
        ("supervision/mark-black", "亮黑灯", acts_of_supervision.TASK, acts_of_supervision.mark_black),
    ]
    return {name: Operation(name, label, parameters, run) for name, label, parameters, run in rows}
