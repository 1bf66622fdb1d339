"""Who reported it: encrypted with keys outside the database, opened by permitted roles with a reason, each opening journaled.

AES-256-GCM (NIST SP 800-38D) with a random 96-bit nonce and the case's id as associated data, so that a sealed identity
moved to another case does not open.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from functools import lru_cache
from typing import Any, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from engine.cases.models import Case, Identity
from engine.errors import Invalid, NotFound
from engine.journal.append import append
from engine.people.permissions import actor_for, require
from engine.people.person import Person
from engine.processes.models import Task

Patterns = Sequence[tuple[re.Pattern[str], str]]
VERSION = b"\x01"
SHORTEST_REASON = 4
SEALED = select(Identity.sealed).where(Identity.case_id == Task.case_id).scalar_subquery()  # of a task's case
_ONE_SEALED = select(Identity.sealed).where(Identity.case_id == bindparam("the_case"))
_ALONG = "sealed, read along"
_BETWEEN = r"[\s\-－—.·()（）]*"  # what people put between the digits of a number


class _Secrets(Protocol):
    @property
    def identity_key(self) -> bytes: ...
    @property
    def mark_key(self) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Keys:
    """32 bytes each: ``seal`` encrypts identities; ``mark`` keys the hashes of reporters and of secret codes."""

    seal: bytes = field(repr=False)
    mark: bytes = field(repr=False)

    @classmethod
    def from_settings(cls, settings: _Secrets) -> Keys:
        """The keys of this installation."""
        return cls(settings.identity_key, settings.mark_key)

    def digest(self, purpose: str, text: str) -> str:
        """A keyed hash of ``text`` (HMAC-SHA256, hex), different for each purpose."""
        return hmac.new(self.mark, f"{purpose}\0{text}".encode(), hashlib.sha256).hexdigest()


@dataclass(frozen=True, slots=True)
class Reporter:
    """Who reported it and how to reach them. ``words`` are their own words where these named them and were masked in the case."""

    name: str = ""
    phone: str = ""
    email: str = ""
    id_number: str = ""
    organisation: str = ""
    address: str = ""
    words: Mapping[str, str] = field(default_factory=dict)

    def is_empty(self) -> bool:
        """Did the reporter say nothing at all about who they are?"""
        return not any(getattr(self, f.name) for f in fields(self))

    def is_named(self) -> bool:
        """Is it a real-name report (a name and a way to reach them; a letter gives an address)?"""
        return bool(self.name.strip() and (self.phone.strip() or self.email.strip() or self.address.strip()))


_KNOWN = frozenset(f.name for f in fields(Reporter))


def seal(session: Session, keys: Keys, case_id: int, reporter: Reporter) -> None:
    """Encrypt the reporter into the case's identity, in the place of what was sealed before. Nothing is stored for an empty one."""
    session.info.pop(_ALONG, None)
    row = session.get(Identity, case_id)
    if row is None:
        if reporter.is_empty():
            return
        row = Identity(case_id=case_id, sealed=b"", mark="")
        session.add(row)
    nonce = secrets.token_bytes(12)
    plain = json.dumps(asdict(reporter), ensure_ascii=False).encode()
    row.sealed = VERSION + nonce + AESGCM(keys.seal).encrypt(nonce, plain, _bound_to(case_id))
    row.mark = mark(keys, reporter)
    session.flush()


def open_identity(session: Session, keys: Keys, person: Person, case_id: int, reason: str, at: datetime) -> Reporter:
    """The reporter of the case, for a person who may know, with a reason; the opening goes into the case's journal first.

    Raises NotFound (no case), Forbidden, Invalid (no reason), NotFound (anonymous).
    """
    case = session.get(Case, case_id)
    if case is None:
        raise NotFound("没有这个案卷；请从案卷列表中选择。")
    require(person, "case.identity.open", case, {"sees": True})
    reason = " ".join(reason.split())
    if len(reason) < SHORTEST_REASON:
        raise Invalid("请写明查看反映人身份的理由（至少 4 个字）。", fields={"reason": "请写明查看反映人身份的理由（至少 4 个字）。"})
    reporter = unseal(session, keys, case_id)
    if reporter is None:
        raise NotFound("这是匿名件，没有登记反映人身份。")
    append(session, f"case:{case_id}", actor_for(person), at, "identity.open", case.number, {"reason": reason[:500]})
    return reporter


def unseal(session: Session, keys: Keys, case_id: int) -> Reporter | None:
    """The reporter, for the house's own use (masking, answering); never shown. None: anonymous.

    Raises Invalid when the seal does not open with this installation's key.
    """
    content = _sealed(session, case_id)
    if content is None:
        return None
    nonce, sealed = content[1:13], content[13:]
    try:
        plain = AESGCM(keys.seal).decrypt(nonce, sealed, _bound_to(case_id))
    except InvalidTag:
        raise Invalid("身份信息无法解密：密钥不对，或数据被改动过；请联系系统管理员。") from None
    return Reporter(**{key: value for key, value in json.loads(plain).items() if key in _KNOWN})


def read_along(session: Session, case_id: int, content: bytes | None) -> None:
    """What ``SEALED`` gave for the case: ``unseal`` needs no statement of its own in this transaction."""
    session.info.setdefault(_ALONG, {})[case_id] = content


def _sealed(session: Session, case_id: int) -> bytes | None:
    along: dict[int, bytes | None] = session.info.get(_ALONG, {})
    if case_id in along:
        return along[case_id]
    content: bytes | None = session.connection().execute(_ONE_SEALED, {"the_case": case_id}).scalar_one_or_none()
    return content


def mark(keys: Keys, reporter: Reporter) -> str:
    """A keyed hash that is the same for the same reporter: by phone, else identity number, else e-mail; empty when there is none."""
    for kind, text in (
        ("phone", _digits(reporter.phone)),
        ("id", reporter.id_number.strip().upper()),
        ("email", reporter.email.strip().lower()),
    ):
        if text:
            return keys.digest(f"reporter/{kind}", text)
    return ""


def masked(reporter: Reporter | None) -> dict[str, str]:
    """What may be shown beside the button that opens it: 刘** and 138****0000 for the office, nothing for others."""
    if reporter is None:
        return {}
    name, phone = reporter.name.strip(), _digits(reporter.phone)
    return {
        "name": name[:1] + "＊＊" if name else "",
        "phone": f"{phone[:3]}****{phone[-4:]}" if len(phone) >= 11 else "＊＊＊" if phone else "",
    }


def redact(text: str, reporter: Reporter | None) -> str:
    """``text`` with everything that names the reporter (name, numbers, address) taken out."""
    return text if reporter is None or not text else _without(text, _patterns(reporter))


def _without(text: str, patterns: Patterns) -> str:
    for pattern, instead in patterns:
        text = pattern.sub(instead, text)
    return text


def _patterns(reporter: Reporter) -> Patterns:
    """What to look for, and what stands there instead; kept nowhere, for it says who the reporter is."""
    return [(re.compile(_BETWEEN.join(map(_however_wide, secret)), re.IGNORECASE), instead) for secret, instead in _secrets_of(reporter)]


@lru_cache(maxsize=4096)
def _however_wide(c: str) -> str:
    """A pattern for the character in its narrow and its full width."""
    return f"[{re.escape(c)}{chr(ord(c) + 0xFEE0)}]" if "!" <= c <= "~" else re.escape(c)


def without_reporter(session: Session, keys: Keys, case_id: int | None, value: Any) -> Any:
    """``value`` (text, or lists and mappings of such) as it may be kept outside the seal: with what names the reporter of the case taken
    out. For doors, before they hand answers, remarks and drafts to the engine."""
    reporter = unseal(session, keys, case_id) if case_id is not None else None
    return value if reporter is None else _redacted(value, _patterns(reporter))


def _redacted(value: Any, patterns: Patterns) -> Any:
    if isinstance(value, str):
        return _without(value, patterns) if value else value
    if isinstance(value, Mapping):
        return {key: _redacted(item, patterns) for key, item in value.items()}
    return [_redacted(item, patterns) for item in value] if isinstance(value, (list, tuple)) else value


def _secrets_of(reporter: Reporter) -> list[tuple[str, str]]:
    found = [
        (_squeezed(reporter.name), "〔反映人〕", 2),
        (_digits(reporter.phone), "〔电话〕", 6),
        (_squeezed(reporter.email), "〔邮箱〕", 5),
        (_squeezed(reporter.id_number), "〔证件号〕", 6),
        (_squeezed(reporter.organisation), "〔反映单位〕", 3),
        (_squeezed(reporter.address), "〔住址〕", 6),
    ]
    return sorted(((secret, instead) for secret, instead, least in found if len(secret) >= least), key=lambda pair: -len(pair[0]))


def _squeezed(text: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))


def _digits(text: str) -> str:
    digits = re.sub(r"\D", "", unicodedata.normalize("NFKC", text))
    return digits[2:] if len(digits) == 13 and digits.startswith("86") else digits


def _bound_to(case_id: int) -> bytes:
    return f"duban:identity:{case_id}".encode()
