"""Registering what came in: a numbered case, the reporter sealed away, and the process on its way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import IO, TYPE_CHECKING, Any

from sqlalchemy.orm import Session

from engine.cases import attachments, duplicates, identity, opening
from engine.cases.files import FileStore
from engine.cases.identity import Keys, Reporter
from engine.cases.models import Case
from engine.errors import Invalid
from engine.processes.keys import settle, used
from engine.processes.start import start

if TYPE_CHECKING:
    from engine.processes.acts import Act
    from engine.processes.ports import Ports

CHANNELS: Mapping[str, str] = {
    "portal": "门户网站",
    "hotline": "营商投诉举报电话",
    "12345": "12345 热线",
    "12328": "12328 热线",
    "minxin": "民心网",
    "mayor": "市长信箱",
    "letter": "来信",
    "wechat": "微信",
    "visit": "来访",
    "box": "意见箱",
    "media": "媒体",
    "inspection": "检查发现",
    "survey": "企业走访",
    "api": "其他系统",
}
LONGEST_NARRATIVE = 10_000


@dataclass(frozen=True, slots=True)
class Intake:
    """What came in by any channel. ``files``: name and content; ``code``: the reporter's secret code, of which only a hash is kept."""

    title: str
    narrative: str
    channel: str = "portal"
    reporter: Reporter = field(default_factory=Reporter)
    area: int | None = None
    category: str = ""
    place: str | None = None
    about: str = ""
    summary: str = ""
    priority: str = "normal"
    collusion: bool = False
    files: Sequence[tuple[str, bytes | IO[bytes]]] = ()
    code: str = ""
    received_at: datetime | None = None
    source_id: int | None = None
    kind: str = "complaint"
    facts: Mapping[str, Any] = field(default_factory=dict)


def register(session: Session, ports: Ports, act: Act, intake: Intake, *, keys: Keys, files: FileStore | None = None) -> Case:
    """Open the case, seal the reporter, keep the files, start the process of its kind. The same ``act.key`` again gives the same case.

    Raises Invalid when title and narrative are missing or too long, or a file is not accepted.
    """
    known = used(session, act)
    if known is not None:
        return opening.get(session, known["case"])
    case = _open(session, act, _checked(intake), keys)
    identity.seal(session, keys, case.id, _with_words(intake))
    duplicates.index(session, case)
    for name, content in intake.files:
        _keep(session, act, case, intake, name, content, files)
    settle(session, act, {"case": case.id})
    start(session, ports, replace(act, key=None), case.kind, variables(case, anonymous=intake.reporter.is_empty()), case_id=case.id)
    return case


def variables(case: Case, *, anonymous: bool) -> dict[str, Any]:
    """What a process on this case starts with."""
    return {
        "case_id": case.id,
        "channel": case.channel,
        "real_name": case.real_name,
        "anonymous": anonymous,
        "collusion": case.collusion,
        "priority": case.priority,
        "area": case.area,
        "category": case.category,
        "place": case.place,
        "received_at": case.received_at,
        "lead_unit": case.lead_unit_id,
        "co_units": [],
        "returns": 0,
        "redos": 0,
        "extensions": 0,
    }


def _checked(intake: Intake) -> Intake:
    narrative = intake.narrative.strip()
    title = " ".join(intake.title.split()) or narrative[:30]
    faults = {}
    if not narrative:
        faults["narrative"] = "请写明反映的问题。"
    if len(narrative) > LONGEST_NARRATIVE:
        faults["narrative"] = "内容太长；请控制在 10000 字以内，其余作为附件上传。"
    if intake.channel not in CHANNELS:
        faults["channel"] = "没有这个渠道；请从列表中选择。"
    if faults:
        raise Invalid(next(iter(faults.values())), fields=faults)
    return replace(intake, title=title[:200], narrative=narrative)


def _open(session: Session, act: Act, intake: Intake, keys: Keys) -> Case:
    def masked(text: str) -> str:
        return identity.redact(text, intake.reporter)

    return opening.open_case(
        session,
        act,
        kind=intake.kind,
        title=masked(intake.title),
        received_at=intake.received_at,
        narrative=masked(intake.narrative),
        summary=masked(intake.summary),
        about=masked(intake.about[:500]),
        area=intake.area,
        category=intake.category,
        place=intake.place,
        channel=intake.channel,
        priority=intake.priority,
        real_name=intake.reporter.is_named(),
        collusion=intake.collusion,
        source_id=intake.source_id,
        code_hash=keys.digest("code", intake.code) if intake.code else "",
        facts=dict(intake.facts),
    )


def _with_words(intake: Intake) -> Reporter:
    """The reporter with their own words where the case holds masked ones."""
    given = {"title": intake.title, "narrative": intake.narrative, "about": intake.about}
    words = {name: text for name, text in given.items() if identity.redact(text, intake.reporter) != text}
    return replace(intake.reporter, words=words) if words else intake.reporter


def _keep(session: Session, act: Act, case: Case, intake: Intake, name: str, content: bytes | IO[bytes], files: FileStore | None) -> None:
    if files is None:
        raise Invalid("这里不能上传文件；请联系系统管理员。")
    name = identity.redact(name, intake.reporter)
    attachments.store(session, None, act, case.id, name, content, files=files, audience="office")
