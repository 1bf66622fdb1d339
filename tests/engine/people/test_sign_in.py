from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta

import pytest
from argon2 import PasswordHasher

from engine.db import Sessions
from engine.errors import Invalid
from engine.people import passwords, sign_in
from engine.people.models import LoginAttempt, SignIn, User

AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
PASSWORD = "correct horse battery"


@pytest.fixture
def user(sessions: Sessions) -> int:
    with sessions.begin() as session:
        one = User(account="liu", name="刘", created_at=AT, settings={}, password_hash=passwords.hash_password(PASSWORD))
        session.add(one)
        session.flush()
        return one.id


def _try(
    sessions: Sessions, password: str = PASSWORD, account: str = "liu", address: str = "10.0.0.1", at: datetime = AT
) -> sign_in.Outcome:
    with sessions.begin() as session:
        return sign_in.sign_in(session, account, password, address, at)


def _resumed(sessions: Sessions, token: str | None, at: datetime) -> int | None:
    with sessions.read() as session:
        found = sign_in.resume(session, token or "", at)
    return found.user_id if found else None


def test_the_right_password_opens_a_session(sessions: Sessions, user: int) -> None:
    outcome = _try(sessions, account=" LIU ")
    assert outcome.succeeded and outcome.user_id == user
    assert _resumed(sessions, outcome.token, AT) == user


def test_the_database_does_not_hold_the_token(sessions: Sessions, user: int) -> None:
    token = _try(sessions).token
    with sessions.read() as session:
        assert session.query(SignIn).one().token_hash == sign_in.token_hash(token or "") != token


def test_a_wrong_password_and_an_unknown_account_get_the_same_sentence(sessions: Sessions, user: int) -> None:
    wrong, unknown = _try(sessions, "wrong"), _try(sessions, account="nobody")
    assert not wrong.succeeded and not unknown.succeeded
    assert wrong.sentence == unknown.sentence == sign_in.WRONG


def test_an_unknown_account_costs_as_much_as_a_wrong_password(real_hashes: None, sessions: Sessions, user: int) -> None:
    passwords.matches("", "warm the decoy")

    def cost(account: str) -> float:
        begun = time.process_time()
        _try(sessions, "wrong password", account)
        return time.process_time() - begun

    known, unknown = min(cost("liu") for _ in range(3)), min(cost("nobody") for _ in range(3))
    assert 0.5 < known / unknown < 2


def test_an_inactive_account_does_not_get_in(sessions: Sessions, user: int) -> None:
    with sessions.begin() as session:
        session.get(User, user).active = False  # type: ignore[union-attr]
    assert not _try(sessions).succeeded


def test_after_five_failures_the_right_password_must_wait(sessions: Sessions, user: int) -> None:
    for _ in range(sign_in.PER_ACCOUNT):
        _try(sessions, "wrong", address="10.0.0.9")
    assert _try(sessions).sentence == sign_in.TOO_OFTEN
    assert _try(sessions, at=AT + sign_in.WINDOW).succeeded


def test_refused_attempts_do_not_lengthen_the_lock(sessions: Sessions, user: int) -> None:
    for minute in range(20):
        _try(sessions, "wrong", at=AT + timedelta(minutes=minute / 10))
    assert _try(sessions, at=AT + sign_in.WINDOW + timedelta(minutes=1)).succeeded


def test_a_success_forgives_the_failures_before_it(sessions: Sessions, user: int) -> None:
    for _ in range(3):
        for _ in range(sign_in.PER_ACCOUNT - 1):
            _try(sessions, "wrong")
        assert _try(sessions).succeeded


def test_one_address_cannot_try_account_after_account(sessions: Sessions, user: int) -> None:
    for number in range(sign_in.PER_ADDRESS):
        _try(sessions, "wrong", account=f"account{number}")
    assert _try(sessions).sentence == sign_in.TOO_OFTEN
    assert _try(sessions, address="10.0.0.2").succeeded


def test_guesses_in_parallel_are_counted_all(sessions: Sessions, user: int) -> None:
    outcomes: list[sign_in.Outcome] = []
    threads = [threading.Thread(target=lambda: outcomes.append(_try(sessions, "wrong"))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with sessions.read() as session:
        assert session.query(LoginAttempt).count() == sign_in.PER_ACCOUNT
    assert sum(outcome.sentence == sign_in.TOO_OFTEN for outcome in outcomes) == 8 - sign_in.PER_ACCOUNT


def test_failures_are_on_record(sessions: Sessions, user: int) -> None:
    _try(sessions, "wrong")
    _try(sessions)
    with sessions.read() as session:
        (failed,) = sign_in.failures(session, AT - timedelta(hours=1))
    assert (failed.account, failed.address, failed.at) == ("liu", "10.0.0.1", AT)


def test_a_session_ends_when_it_is_idle_and_at_the_latest_after_twelve_hours(sessions: Sessions, user: int) -> None:
    token = _try(sessions).token
    assert _resumed(sessions, token, AT + sign_in.IDLE) is None
    for hour in range(1, 12):
        with sessions.begin() as session:
            sign_in.touch(session, token or "", AT + timedelta(hours=hour))
    assert _resumed(sessions, token, AT + timedelta(hours=11.9)) == user
    assert _resumed(sessions, token, AT + sign_in.LONGEST) is None


def test_rotation_gives_a_new_token_and_kills_the_old_one_after_a_minute(sessions: Sessions, user: int) -> None:
    outcome, later = _try(sessions), AT + timedelta(hours=1)
    with sessions.begin() as session:
        assert sign_in.rotate(session, outcome.token or "", AT + timedelta(minutes=5)) is None
        new = sign_in.rotate(session, outcome.token or "", later)
        assert sign_in.rotate(session, outcome.token or "", later) is None
    assert _resumed(sessions, outcome.token, later + timedelta(seconds=59)) == user
    assert _resumed(sessions, outcome.token, later + sign_in.GRACE) is None
    assert _resumed(sessions, new, later + sign_in.GRACE) == user
    with sessions.read() as session:
        assert outcome.expires_at in {row.expires_at for row in session.query(SignIn)}


def test_signing_out_ends_the_session_and_everywhere_ends_all(sessions: Sessions, user: int) -> None:
    tokens = [_try(sessions).token for _ in range(3)]
    with sessions.begin() as session:
        sign_in.sign_out(session, tokens[0] or "")
        sign_in.sign_out_everywhere(session, user, keep=tokens[1])
    assert [_resumed(sessions, token, AT) for token in tokens] == [None, user, None]


def test_sweeping_removes_what_has_ended(sessions: Sessions, user: int) -> None:
    _try(sessions)
    with sessions.begin() as session:
        sign_in.sweep(session, AT + timedelta(days=200))
    with sessions.read() as session:
        assert session.query(SignIn).count() == session.query(LoginAttempt).count() == 0


@pytest.mark.parametrize("weak", ["short", "aaaaaaaaaaaa", "liu-liu-2026", "x" * 201])
def test_weak_passwords_are_refused(weak: str) -> None:
    with pytest.raises(Invalid):
        passwords.check_strength(weak, "liu")


def test_a_hash_of_older_parameters_is_renewed_at_the_next_sign_in(sessions: Sessions, user: int, monkeypatch: pytest.MonkeyPatch) -> None:
    with sessions.read() as session:
        before = session.get(User, user).password_hash  # type: ignore[union-attr]
    monkeypatch.setattr(passwords, "_hasher", PasswordHasher(time_cost=2, memory_cost=64, parallelism=1))
    assert _try(sessions).succeeded
    with sessions.read() as session:
        after = session.get(User, user).password_hash  # type: ignore[union-attr]
    assert before != after and "t=2" in after
