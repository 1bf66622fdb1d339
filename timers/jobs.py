"""What the clock does. Each job takes the house, does what is due now in transactions of its own and returns how much it did."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import structlog

from engine import clock
from engine.bpm.results import StepFailed
from engine.journal.actor import CLOCK
from engine.outbox.email import Mailer
from engine.outbox.models import Dispatch
from engine.outbox.send import Channel, send_next
from engine.outbox.webhook import Webhook
from engine.people import sign_in
from engine.processes.climb import climb
from engine.processes.due import Due, deliver_kept, due, forget_drafts, forget_expired, waiting_messages
from engine.processes.wake import wake
from engine.wiring import House

BATCH = 100
ROUNDS = 1_000  # batches of one sweep; what is due after that waits for the next one
REST = timedelta(minutes=1)  # how long a thing rests whose transaction failed for another reason than a failed step
VERBS: Mapping[str, Callable[..., Any]] = {"wake": wake, "climb": climb}
FAILED = object()
log = structlog.get_logger()


class Sweep:
    """Fires what is due, in the order of its moments, each in a transaction of its own.

    A step that fails becomes an Incident of that instance alone and the sweep goes on. Other processes may sweep at the same time: who
    has the row, fires; the others find it done.
    """

    def __init__(self, house: House) -> None:
        self.house = house
        self._resting: dict[tuple[str, int], datetime] = {}

    def fire_due(self) -> int:
        """Fire everything that is due now; how many things were tried."""
        tried = 0
        for _ in range(ROUNDS):
            batch = self._batch()
            for one in batch:
                self._fire(one)
            tried += len(batch)
            if not batch:
                break
        return tried

    def deliver_waiting(self) -> int:
        """Deliver kept messages whose catch came to wait at the same moment."""
        now = clock.now()
        with self.house.sessions.read() as session:
            waiting = waiting_messages(session, now, BATCH)
        for message_id in waiting:
            self._try("message", message_id, deliver_kept, now)
        return len(waiting)

    def _batch(self) -> list[Due]:
        now = clock.now()
        self._resting = {thing: until for thing, until in self._resting.items() if until > now}
        with self.house.sessions.read() as session:
            found = due(session, now, BATCH + len(self._resting))
        return [one for one in found if (one.verb, one.id) not in self._resting]

    def _fire(self, one: Due) -> None:
        now = clock.now()
        if self._try(one.verb, one.id, VERBS[one.verb], now) is None:
            self._resting[one.verb, one.id] = now + timedelta(seconds=1)  # another process has it, or it is no longer due

    def _try(self, verb: str, number: int, act: Callable[..., Any], now: datetime) -> Any:
        try:
            return self.house.act(act, number, by=CLOCK)
        except StepFailed as failed:
            log.warning("timer.incident", verb=verb, id=number, element=failed.element, sentence=failed.sentence)
        except Exception:
            log.exception("timer.failed", verb=verb, id=number)
            self._resting[verb, number] = now + REST
        return FAILED


def send_post(house: House) -> int:
    """Send what is due in the outbox; how many messages were tried."""
    sent, channels = 0, channels_of(house)
    while sent < BATCH and send_next(house.sessions, channels, clock.now()):
        sent += 1
    return sent


def channels_of(house: House) -> dict[str, Channel]:
    """The channels that the settings open. Without a mail server e-mail stays in the outbox and says why."""
    settings = house.settings
    channels: dict[str, Channel] = {}
    if settings.smtp_host:
        mailer = Mailer(
            settings.smtp_host,
            settings.smtp_port,
            settings.smtp_user,
            settings.smtp_password,
            settings.smtp_tls,
            settings.mail_from,
            settings.base_url,
        )

        def mail(dispatch: Dispatch, at: datetime) -> None:
            mailer.send(dispatch)

        channels["email"] = mail
    if settings.webhook_secret:
        channels["webhook"] = Webhook(settings.webhook_secret).send
    return channels


def expire_messages(house: House) -> int:
    """Forget the messages that nobody has taken in time."""
    return house.act(forget_expired, by=CLOCK)


def clean_drafts(house: House) -> int:
    """Forget the drafts of tasks that are done."""
    return house.act(forget_drafts, by=CLOCK)


def clean_sign_ins(house: House) -> int:
    """Forget sign-ins that have ended and old attempts."""
    with house.sessions.begin() as session:
        sign_in.sweep(session, clock.now())
    return 0
