"""The words people read for the codes that tables hold: ``word('stage', 'verify')`` → 核实. One word for one thing, everywhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from engine.outbox.queue import KINDS
from engine.people.permissions import ROLES

WORDS: Mapping[str, Mapping[str, Any]] = {
    "stage": {
        "accept": _l("受理"),
        "verify": _l("核实"),
        "assign": _l("交办"),
        "rectify": _l("整改"),
        "call-back": _l("回访"),
        "strike-off": _l("销号"),
    },
    "state": {"open": _l("在办"), "closed": _l("办结")},
    "outcome": {
        "struck-off": _l("已销号"),
        "not-accepted": _l("不予受理"),
        "not-supplemented": _l("逾期未补正"),
        "not-substantiated": _l("查无实据"),
        "transferred": _l("已转送"),
        "withdrawn": _l("已撤回"),
        "merged": _l("已并案"),
        "answered": _l("已答复"),
        "cancelled": _l("已终止"),
        "held-accountable": _l("已追责"),
        "no-action": _l("不予追责"),
        "not-referred": _l("不予移送"),
        "referred": _l("已移交问责"),
        "closed": _l("已了结"),
    },
    "priority": {"normal": _l("一般"), "important": _l("重要")},
    "channel": {
        "portal": _l("门户网站"),
        "hotline": _l("营商投诉举报电话"),
        "12345": _l("12345 热线"),
        "12328": _l("12328 热线"),
        "minxin": _l("民心网"),
        "mayor": _l("市长信箱"),
        "letter": _l("来信"),
        "wechat": _l("微信"),
        "visit": _l("来访"),
        "box": _l("意见箱"),
        "media": _l("媒体"),
        "inspection": _l("检查发现"),
        "survey": _l("企业调查"),
        "api": _l("系统对接"),
    },
    "satisfaction": {"satisfied": _l("满意"), "fair": _l("基本满意"), "dissatisfied": _l("不满意")},
    "kind": {"complaint": _l("投诉举报"), "accountability": _l("问责移送"), "special-supervision": _l("专项督办")},
    "ledger": {"complaints": _l("投诉举报台账"), "rectifications": _l("整改台账"), "referrals": _l("移送台账")},
    "ledger-state": {
        "open": _l("已挂单"),
        "planned": _l("已定方案"),
        "carried-out": _l("已整改"),
        "struck-off": _l("已销号"),
        "cancelled": _l("已取消"),
    },
    "part": {"lead": _l("主办"), "co": _l("协办")},
    "unit-kind": {
        "office": _l("市营商办"),
        "department": _l("市直部门"),
        "park": _l("开发园区"),
        "town": _l("镇区"),
        "organ": _l("党委机关"),
    },
    "task-status": {"open": _l("待办"), "completed": _l("已办"), "cancelled": _l("已取消")},
    "instance-status": {
        "running": _l("运行中"),
        "suspended": _l("已挂起"),
        "incident": _l("有故障"),
        "completed": _l("已结束"),
        "cancelled": _l("已终止"),
    },
    "relation": {
        "duplicate": _l("疑似重复"),
        "repeat": _l("重复反映"),
        "merged": _l("并案"),
        "caused": _l("引发"),
        "related": _l("相关"),
        "similar": _l("内容相似"),
        "source": _l("来源"),
    },
    "element": {
        "userTask": _l("人工任务"),
        "serviceTask": _l("系统操作"),
        "businessRuleTask": _l("决策"),
        "sendTask": _l("发送消息"),
        "receiveTask": _l("等待消息"),
        "callActivity": _l("调用流程"),
        "subProcess": _l("子流程"),
    },
    "hit-policy": {
        "UNIQUE": _l("唯一命中"),
        "ANY": _l("任一命中"),
        "FIRST": _l("首条命中"),
        "PRIORITY": _l("按优先级"),
        "RULE ORDER": _l("按规则顺序全部命中"),
        "OUTPUT ORDER": _l("按输出顺序全部命中"),
        "COLLECT": _l("汇总全部命中"),
    },
    "notice-kind": {kind: _l(text) for kind, text in KINDS.items()},
}


def word(kind: str, key: Any) -> str:
    """The word for ``key``; the key itself where there is no word, so that nothing shown is ever empty."""
    if key is None or key == "":
        return "—"
    if kind == "role":
        return str(gettext(ROLES[key])) if key in ROLES else str(key)
    return str(WORDS.get(kind, {}).get(str(key), key))


def choices(kind: str) -> list[tuple[str, str]]:
    """Key and word of each, for a select."""
    if kind == "role":
        return [(key, word("role", key)) for key in ROLES]
    return [(key, str(text)) for key, text in WORDS[kind].items()]
