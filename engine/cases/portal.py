"""The reporter's side, without an account: submit, track by number and secret code, add, withdraw, rate."""

from __future__ import annotations

import hmac
import secrets
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import IO, TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.cases import attachments, comments, identity
from engine.cases.files import FileStore
from engine.cases.identity import Keys
from engine.cases.models import Case, Letter
from engine.cases.opening import OUTCOMES, STAGES
from engine.cases.register import Intake, register
from engine.errors import Conflict, Invalid, NotFound
from engine.journal.append import append
from engine.processes.correlate import correlate

if TYPE_CHECKING:
    from engine.processes.acts import Act
    from engine.processes.ports import Ports

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # no 0 O 1 I L
CODE_LENGTH = 12  # 59 bits
SATISFACTION = {"satisfied": "满意", "fair": "基本满意", "dissatisfied": "不满意"}
_BRACKETS = str.maketrans("[]()【】{}<>", "〔〕〔〕〔〕〔〕〔〕")
WRONG = "编号或查询码不对；请核对后再试。"

RATED = "rated"  # among the case's facts: what the reporter said, which a call back does not overwrite


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the reporter is given; the code is shown this once."""

    case_id: int
    number: str
    code: str


@dataclass(frozen=True, slots=True)
class StageView:
    """A stage of the bar: ``at`` is when it was reached last, None while it lies ahead."""

    key: str
    name: str
    at: datetime | None
    current: bool


@dataclass(frozen=True, slots=True)
class Track:
    """What the reporter sees of their case. ``lead_unit_id`` says who works on it; ``limit_at`` until when the present step is due."""

    case_id: int
    number: str
    title: str
    received_at: datetime
    closed_at: datetime | None
    outcome: str
    stages: tuple[StageView, ...]
    lead_unit_id: str | None
    limit_at: datetime | None
    paused: bool
    messages: tuple[tuple[datetime, str, str], ...]  # when, who, what
    letters: tuple[Letter, ...]
    satisfaction: str
    can_supplement: bool
    can_withdraw: bool
    can_rate: bool


def submit(session: Session, ports: Ports, act: Act, intake: Intake, *, keys: Keys, files: FileStore) -> Receipt:
    """Register what a reporter sends. The same ``act.key`` again (a double click) gives the same number and code."""
    code = code_from(keys, act.key) if act.key else new_code()
    case = register(session, ports, act, replace(intake, code=code), keys=keys, files=files)
    return Receipt(case.id, case.number, code)


def new_code() -> str:
    """A fresh random code."""
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))


def code_from(keys: Keys, nonce: str) -> str:
    """The code that belongs to a random nonce of the submission; nobody computes it without the key."""
    number = int(keys.digest("code-of", nonce), 16)
    return "".join(ALPHABET[(number // len(ALPHABET) ** i) % len(ALPHABET)] for i in range(CODE_LENGTH))


def find(session: Session, keys: Keys, number: str, code: str) -> Case:
    """The case of this number whose code this is. Raises NotFound, in the same time for an unknown number and a wrong code."""
    given = keys.digest("code", "".join(code.split()).replace("-", "").upper()[:64])
    case = session.scalar(select(Case).where(Case.number == _as_written(number), Case.kind == "complaint"))
    kept = case.code_hash if case is not None and case.code_hash else "0" * 64
    if not hmac.compare_digest(given, kept) or case is None:
        raise NotFound(WRONG)
    return case


def track(session: Session, case: Case) -> Track:
    """The case as its reporter sees it."""
    is_open = case.state == "open"
    said = tuple((row.at, row.author, row.body) for row in comments.for_reporter(session, case.id))
    answers = select(Letter).where(Letter.case_id == case.id, Letter.kind == "answer-letter").order_by(Letter.id)
    return Track(
        case_id=case.id,
        number=case.number,
        title=case.title,
        received_at=case.received_at,
        closed_at=case.closed_at,
        outcome=OUTCOMES.get(case.outcome, case.outcome) if case.closed_at else "",
        stages=stages(case),
        lead_unit_id=case.lead_unit_id,
        limit_at=case.limit_at if is_open else None,
        paused=case.paused_at is not None,
        messages=said,
        letters=tuple(session.scalars(answers)),
        satisfaction=SATISFACTION.get(case.facts.get(RATED, ""), ""),
        can_supplement=is_open,
        can_withdraw=is_open,
        can_rate=_can_rate(case),
    )


def stages(case: Case) -> tuple[StageView, ...]:
    """The stage bar with its moments."""
    reached = case.facts.get("stages", {})
    return tuple(StageView(key, name, _moment(reached.get(key)), key == case.stage) for key, name in STAGES.items())


def supplement(
    session: Session,
    ports: Ports,
    act: Act,
    case: Case,
    material: str,
    *,
    keys: Keys,
    files: FileStore,
    uploads: Sequence[tuple[str, bytes | IO[bytes]]] = (),
) -> None:
    """Add words and files; the process hears ``supplement``. Raises Conflict when the case is closed, Invalid when nothing is given."""
    _still_open(case)
    material = material.strip()
    if not material and not uploads:
        raise Invalid("请填写补充内容或选择文件。", fields={"material": "请填写补充内容或选择文件。"})
    reporter = identity.unseal(session, keys, case.id)
    text = identity.redact(material, reporter) or "补充了附件。"
    for name, content in uploads:
        attachments.store(session, None, act, case.id, identity.redact(name, reporter), content, files=files, audience="office")
    comments.add(session, None, act, case.id, text, "reporter")
    _send(session, ports, act, case, "supplement", {"material": text})


def withdraw(session: Session, ports: Ports, act: Act, case: Case, reason: str, *, keys: Keys) -> None:
    """Withdraw the complaint; the process hears ``withdraw``. Raises Conflict when the case is closed."""
    _still_open(case)
    text = identity.redact(reason.strip()[:2000], identity.unseal(session, keys, case.id))
    append(session, f"case:{case.id}", act.actor, act.at, "reporter.withdraw", case.number, {})
    _send(session, ports, act, case, "withdraw", {"withdraw_reason": text, "reason": text})


def rate(session: Session, ports: Ports, act: Act, case: Case, *, solved: bool, satisfaction: str, comment: str = "", keys: Keys) -> None:
    """Say whether it is solved and how satisfied one is; the process hears ``rate`` while it calls back.

    Raises Conflict when it is too early or has been rated, Invalid for an unknown degree.
    """
    if satisfaction not in SATISFACTION:
        raise Invalid("请选择满意、基本满意或不满意。", fields={"satisfaction": "请选择满意、基本满意或不满意。"})
    if not _can_rate(case):
        raise Conflict("现在还不能评价，或已经评价过；办结回访时会请您评价。")
    text = identity.redact(comment.strip()[:2000], identity.unseal(session, keys, case.id))
    case.satisfaction, case.facts = satisfaction, {**case.facts, RATED: satisfaction}
    words = f"评价：{'已解决' if solved else '未解决'}，{SATISFACTION[satisfaction]}。{text}"
    comments.add(session, None, act, case.id, words, "reporter")
    if case.state == "open":
        _send(session, ports, act, case, "rate", {"solved": "yes" if solved else "no", "satisfaction": satisfaction, "comment": text})


def _as_written(number: str) -> str:
    """The number with the brackets that numbers have, whichever ones a keyboard offers."""
    return "".join(unicodedata.normalize("NFKC", number[:60]).translate(_BRACKETS).split())


def _can_rate(case: Case) -> bool:
    if case.state == "closed":
        return RATED not in case.facts and case.outcome in ("struck-off", "not-substantiated")
    return case.stage == "call-back"


def _still_open(case: Case) -> None:
    if case.state != "open":
        raise Conflict("这件投诉已经办结；如有新的情况，请重新提交。")


def _send(session: Session, ports: Ports, act: Act, case: Case, message: str, payload: dict[str, Any]) -> None:
    correlate(session, ports, act, message, str(case.id), payload)


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
