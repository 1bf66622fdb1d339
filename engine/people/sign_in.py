"""Signing in and out: limited attempts, sessions known by the hash of their token, a log of failures."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from engine.people import passwords
from engine.people.models import LoginAttempt, SignIn, User

WINDOW = timedelta(minutes=15)
PER_ACCOUNT = 5  # failures in the window since the last success
PER_ADDRESS = 30  # failures in the window, whatever the account
IDLE = timedelta(hours=2)
LONGEST = timedelta(hours=12)
ROTATE_AFTER = timedelta(minutes=30)
GRACE = timedelta(minutes=1)  # how long an exchanged token still serves requests that were under way
TOUCH_AFTER = timedelta(minutes=1)

WRONG = "账号或密码不对；请核对后再试。"
TOO_OFTEN = "登录失败次数太多；请 15 分钟后再试，或联系管理员。"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an attempt: a token for the cookie, or a sentence that says why not. Both are to be committed."""

    token: str | None
    user_id: int | None
    sentence: str = ""
    expires_at: datetime | None = None

    @property
    def succeeded(self) -> bool:
        """Is there a session now?"""
        return self.token is not None


@dataclass(frozen=True, slots=True)
class Resumed:
    """A live session. ``stale``: its token is old enough to be rotated; ``touch``: ``seen_at`` wants an update."""

    user_id: int
    expires_at: datetime
    stale: bool
    touch: bool


def sign_in(session: Session, account: str, password: str, address: str, at: datetime, longest: timedelta = LONGEST) -> Outcome:
    """Check the password and open a session that ends after ``longest``.

    An unknown account takes as long as a wrong password and gets the same sentence.
    Failures come back as an Outcome, not as an exception, so that the attempt stays on record when the door commits.
    """
    account = account.strip().lower()[:100]
    user = session.scalar(select(User).where(User.account == account).with_for_update())  # guesses at one account queue up
    if _too_often(session, account, address, at):
        return Outcome(None, None, TOO_OFTEN)  # not on record: refused attempts must not lengthen the lock
    right = passwords.matches(user.password_hash if user and user.active else "", password)
    _record(session, account, address, at, succeeded=right)
    if user is None or not right:
        return Outcome(None, None, WRONG)
    if passwords.is_outdated(user.password_hash):
        user.password_hash = passwords.hash_password(password)
    token, expires_at = open_session(session, user.id, at, longest)
    return Outcome(token, user.id, expires_at=expires_at)


def open_session(session: Session, user_id: int, at: datetime, longest: timedelta = LONGEST) -> tuple[str, datetime]:
    """A new session for ``user_id``: the token for the cookie and the moment it ends at the latest."""
    token = secrets.token_urlsafe(32)
    expires_at = at + longest
    session.add(SignIn(token_hash=token_hash(token), user_id=user_id, started_at=at, seen_at=at, expires_at=expires_at))
    session.flush()
    return token, expires_at


def resume(session: Session, token: str, at: datetime) -> Resumed | None:
    """Whose session is it? None when it is unknown, ended, or was idle for more than two hours. Writes nothing."""
    row = session.get(SignIn, token_hash(token))
    if row is None or row.expires_at <= at or row.seen_at + IDLE <= at:
        return None
    stale = row.started_at + ROTATE_AFTER <= at and row.expires_at > at + GRACE
    return Resumed(row.user_id, row.expires_at, stale, row.seen_at + TOUCH_AFTER <= at)


def touch(session: Session, token: str, at: datetime) -> None:
    """Note that the session is in use."""
    row = session.get(SignIn, token_hash(token))
    if row is not None and row.seen_at < at:
        row.seen_at = at


def rotate(session: Session, token: str, at: datetime) -> str | None:
    """Exchange the token for a new one that ends when the old one would have; None when the session is over or was exchanged just now.

    The old one serves for ``GRACE`` longer.
    """
    old = session.get(SignIn, token_hash(token), with_for_update=True)
    resumed = resume(session, token, at)
    if old is None or resumed is None or not resumed.stale:
        return None
    new = secrets.token_urlsafe(32)
    session.add(SignIn(token_hash=token_hash(new), user_id=old.user_id, started_at=at, seen_at=at, expires_at=old.expires_at))
    old.expires_at = at + GRACE
    session.flush()
    return new


def sign_out(session: Session, token: str) -> None:
    """End this session; unknown tokens do no harm."""
    session.execute(delete(SignIn).where(SignIn.token_hash == token_hash(token)))


def sign_out_everywhere(session: Session, user_id: int, keep: str | None = None) -> None:
    """End all sessions of a person (changed password, deactivated account), except the one whose token is ``keep``."""
    kept = token_hash(keep) if keep else ""
    session.execute(delete(SignIn).where(SignIn.user_id == user_id, SignIn.token_hash != kept))


def sweep(session: Session, at: datetime, keep_attempts: timedelta = timedelta(days=180)) -> None:
    """Remove ended sessions, and attempts older than ``keep_attempts``."""
    session.execute(delete(SignIn).where((SignIn.expires_at <= at) | (SignIn.seen_at <= at - IDLE)))
    session.execute(delete(LoginAttempt).where(LoginAttempt.at < at - keep_attempts))


def failures(session: Session, since: datetime, limit: int = 200) -> list[LoginAttempt]:
    """The log of failed attempts since a moment, newest first."""
    query = select(LoginAttempt).where(~LoginAttempt.succeeded, LoginAttempt.at >= since).order_by(LoginAttempt.id.desc()).limit(limit)
    return list(session.scalars(query))


def token_hash(token: str) -> str:
    """SHA-256 of a session token: what the database knows of it."""
    return hashlib.sha256(token.encode()).hexdigest()


def _too_often(session: Session, account: str, address: str, at: datetime) -> bool:
    since = at - WINDOW
    last_success = (
        select(func.max(LoginAttempt.id))
        .where(LoginAttempt.account == account, LoginAttempt.succeeded, LoginAttempt.at > since)
        .scalar_subquery()
    )
    failed = select(func.count()).select_from(LoginAttempt).where(~LoginAttempt.succeeded, LoginAttempt.at > since)
    of_account = failed.where(LoginAttempt.account == account, LoginAttempt.id > func.coalesce(last_success, 0))
    of_address = failed.where(LoginAttempt.address == address)
    counted = session.execute(select(of_account.scalar_subquery(), of_address.scalar_subquery())).one()
    return bool(counted[0] >= PER_ACCOUNT or counted[1] >= PER_ADDRESS)


def _record(session: Session, account: str, address: str, at: datetime, *, succeeded: bool) -> None:
    session.add(LoginAttempt(account=account, address=address[:64], at=at, succeeded=succeeded))
    session.flush()
