"""What a person reads when an answer does not fit. Each is a gettext message id; ``%(…)s`` is filled from the fault's details."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

REQUIRED = "请填写这一项。"
CHOOSE = "请选择一项。"
CHOOSE_SOME = "请至少选择一项。"
TICK = "请勾选后再提交。"
ATTACH = "请上传文件。"
TOO_SHORT = "太短了：至少 %(least)s 个字，现在 %(count)s 个字。"
TOO_LONG = "太长了：最多 %(most)s 个字，现在 %(count)s 个字。"
INVISIBLE = "含有不可见的控制字符，请删除后重新填写。"
NO_TEXT = "应当是文字。"
NO_NUMBER = "请填写数字，例如 12 或 3.5。"
TOO_SMALL = "不能小于 %(least)s。"
TOO_LARGE = "不能大于 %(most)s。"
WHOLE = "请填写整数。"
TOO_FINE = "最多保留 %(digits)s 位小数。"
NO_CHOICE = "选项不存在，请从列表中重新选择。"
NO_YES_NO = "应当是“是”或“否”。"
NO_DATE = "请填写日期，例如 2026-10-01。"
NO_TIME = "请填写时间，例如 09:30。"
NO_MOMENT = "请填写日期和时间，例如 2026-10-01 09:30。"
IN_THE_PAST = "不能早于今天。"
IN_THE_FUTURE = "不能晚于今天。"
NOT_AHEAD = "应当晚于今天。"
TOO_MANY_ROWS = "最多 %(most)s 行。"
NO_ROWS = "应当是若干行。"


@dataclass(frozen=True, slots=True)
class Fault:
    """One answer that does not fit. ``str()`` is the Chinese sentence."""

    sentence: str
    details: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.sentence % self.details if self.details else self.sentence


def fault(sentence: str, **details: Any) -> Fault:
    """A fault with its details."""
    return Fault(sentence, details)
