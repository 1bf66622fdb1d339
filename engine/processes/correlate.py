"""A message comes in from outside: from the reporter, a form, an operation or another system."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.processes.acts import Act
from engine.processes.conduct import conduct
from engine.processes.courses import TTL, Posting, under_way
from engine.processes.deliver import keep
from engine.processes.models import Message
from engine.processes.ports import Ports


def correlate(
    session: Session,
    ports: Ports,
    act: Act,
    message: str,
    correlation: str | int,
    payload: Mapping[str, Any] | None = None,
    ttl: timedelta = TTL,
) -> Message:
    """Give ``message`` to the one token that waits for it under ``correlation``; nobody waits: keep it for ``ttl`` until somebody does.

    The same ``act.key`` again gives the message of the first time. Called by an operation, it is delivered when the instance that runs has
    been written. A receiver that fails becomes an Incident; the message is held for its retry.
    """
    key = act.key if act.key and under_way(session) is None else secrets.token_hex(16)
    posting = Posting(act, message, str(correlation), payload or {}, key, ttl)
    with conduct(session, ports) as course:
        number = keep(session, posting)
        if number is not None:
            course.postings.append(replace(posting, message_id=number))
    query = select(Message).where(Message.key == key).execution_options(populate_existing=True)
    return session.scalars(query).one()
