"""The daily digest: what waits for a person today, as one message instead of many."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from engine.outbox.queue import Recipient, tell


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that waits: its light, what and where it is, and until when."""

    light: str
    text: str
    link: str


LIGHTS = {"black": "黑灯", "red": "红灯", "yellow": "黄灯", "green": "绿灯", "paused": "暂停", "none": "—"}


def write(session: Session, recipient: Recipient, lines: Sequence[Line], day: date, at: datetime, link: str = "") -> bool:
    """Tell the person what waits; once a day at most, and not when nothing waits. Returns whether there was anything to tell."""
    if not lines:
        return False
    urgent = sum(line.light in ("black", "red", "yellow") for line in lines)
    subject = f"{day.month}月{day.day}日待办 {len(lines)} 件，其中临期和超期 {urgent} 件"
    body = "\n".join(f"[{LIGHTS.get(line.light, line.light)}] {line.text}" for line in lines[:100])
    tell(session, recipient, "digest", subject, body, link, at=at, key=f"digest:{day.isoformat()}")
    return True
