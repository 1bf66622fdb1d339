"""The journal: what is written is found again, and whoever changes it behind its back is found out."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select, update

from engine.journal import Row, anchor, append, append_many, chain_of, history, verify
from engine.journal.actor import CLOCK, Actor
from engine.journal.models import Chain, Entry

AT = datetime(2026, 3, 2, 1, 0, 0, 123456, tzinfo=UTC)
LI = Actor(7, "李华", for_id=8)
CHAIN = "case:1"


@pytest.fixture
def five_rows(sessions):
    with sessions.begin() as session:
        for number in range(5):
            append(session, CHAIN, LI, AT + timedelta(hours=number), "task.complete", f"step-{number}", {"old": number, "new": number + 1})
    return sessions


def broken(sessions):
    with sessions.read() as session:
        return [(fault.chain, fault.position) for fault in verify(session)]


def test_an_untouched_journal_is_whole(five_rows):
    assert broken(five_rows) == []


def test_a_row_says_who_for_whom_what_when_and_on_what(five_rows):
    with five_rows.read() as session:
        newest = history(session, CHAIN)[0]
    assert (newest.actor_id, newest.for_id, newest.actor, newest.act, newest.subject) == (7, 8, "李华", "task.complete", "step-4")
    assert newest.at == AT + timedelta(hours=4)
    assert newest.data == {"old": 4, "new": 5}


def test_a_changed_row_is_named(five_rows):
    with five_rows.begin() as session:
        session.execute(update(Entry).where(Entry.position == 3).values(actor="王五"))
    assert broken(five_rows) == [(CHAIN, 3)]


@pytest.mark.parametrize(
    "change",
    [{"act": "task.claim"}, {"subject": "x"}, {"data": {"old": 2, "new": 4}}, {"at": AT}, {"actor_id": None}, {"for_id": None}],
    ids=lambda change: next(iter(change)),
)
def test_every_field_is_covered(five_rows, change):
    with five_rows.begin() as session:
        session.execute(update(Entry).where(Entry.position == 3).values(**change))
    assert broken(five_rows) == [(CHAIN, 3)]


def test_a_changed_row_with_a_mended_digest_breaks_the_next_row(five_rows):
    from engine.journal.canonical import digest_of

    with five_rows.begin() as session:
        before, row = session.scalars(select(Entry).where(Entry.position.in_([2, 3])).order_by(Entry.position)).all()
        row.actor = "王五"
        row.digest = digest_of({**vars(row)}, before.digest)
    assert broken(five_rows) == [(CHAIN, 4)]


def test_a_deleted_row_is_missed(five_rows):
    with five_rows.begin() as session:
        session.execute(delete(Entry).where(Entry.position == 2))
    assert broken(five_rows) == [(CHAIN, 2)]


def test_a_deleted_last_row_is_missed(five_rows):
    with five_rows.begin() as session:
        session.execute(delete(Entry).where(Entry.position == 5))
    assert broken(five_rows) == [(CHAIN, 5)]


def test_a_chain_whose_rows_are_all_deleted_is_missed(five_rows):
    with five_rows.begin() as session:
        session.execute(delete(Entry))
    assert broken(five_rows) == [(CHAIN, 1)]


def test_an_inserted_row_is_found(five_rows):
    with five_rows.begin() as session:
        last = session.scalars(select(Entry).where(Entry.position == 5)).one()
        values = {column.key: getattr(last, column.key) for column in Entry.__table__.columns if column.key != "id"}
        session.execute(insert(Entry).values(**{**values, "position": 6}))
    assert broken(five_rows) == [(CHAIN, 6)]


def test_two_rows_that_changed_places_are_found(five_rows):
    with five_rows.begin() as session:
        for old, new in ((2, 99), (4, 2), (99, 4)):
            session.execute(update(Entry).where(Entry.position == old).values(position=new))
    assert broken(five_rows) == [(CHAIN, 2)]


def test_a_row_that_moved_to_another_chain_is_found_in_both(five_rows):
    with five_rows.begin() as session:
        append(session, "case:2", LI, AT, "case.open")
        session.execute(update(Entry).where(Entry.chain == CHAIN, Entry.position == 5).values(chain="case:2", position=2))
    assert broken(five_rows) == [(CHAIN, 5), ("case:2", 2)]


def test_only_the_chain_asked_for_is_verified(five_rows):
    with five_rows.begin() as session:
        append(session, "case:2", LI, AT, "case.open")
        session.execute(update(Entry).where(Entry.chain == CHAIN).values(actor="王五"))
    with five_rows.read() as session:
        assert verify(session, "case:2") == []
        assert [fault.position for fault in verify(session, CHAIN)] == [1]


def test_the_anchor_changes_when_a_whole_chain_is_rewritten(five_rows):
    with five_rows.begin() as session:
        before = anchor(session)
        session.execute(delete(Entry))
        session.execute(update(Chain).values(length=0, head=""))
        assert verify(session) == []
        assert anchor(session) != before


def test_history_pages_from_the_newest_and_can_keep_some_acts_only(five_rows):
    with five_rows.begin() as session:
        append(session, CHAIN, CLOCK, AT, "timer.fire")
    with five_rows.read() as session:
        assert [row.position for row in history(session, CHAIN, limit=2)] == [6, 5]
        assert [row.position for row in history(session, CHAIN, before=5, limit=2)] == [4, 3]
        assert [row.position for row in history(session, CHAIN, acts={"timer.fire"})] == [6]


def test_many_rows_go_in_with_three_statements(sessions, db_engine, count_statements):
    with sessions.begin() as session:
        append(session, CHAIN, LI, AT, "case.open")
    with sessions.begin() as session, count_statements(db_engine) as statements:
        append_many(session, CHAIN, [Row(LI, AT, "task.complete", str(number)) for number in range(20)])
    assert len([statement for statement in statements if not statement.startswith("BEGIN")]) == 3
    assert broken(sessions) == []


def test_moments_numbers_and_odd_text_come_back_as_they_were_hashed(sessions):
    data = {
        "at": AT,
        "day": date(2026, 3, 2),
        "price": Decimal("1.10"),
        "float": 1e22,
        "huge": 2**70,
        "tags": {"b", "a"},
        "nul": "a\x00b",
        3: (1, None),
    }
    with sessions.begin() as session:
        append(session, CHAIN, LI, AT, "x", data=data)
    assert broken(sessions) == []
    with sessions.read() as session:
        stored = history(session, CHAIN)[0].data
    assert stored["tags"] == ["a", "b"] and stored["nul"] == "ab" and stored["3"] == [1, None] and stored["price"] == "1.10"


plain_data = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.datetimes(timezones=st.just(UTC)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.dictionaries(st.text(max_size=5), plain_data, max_size=4))
def test_whatever_is_written_verifies(sessions, data):
    with sessions.begin() as session:
        append(session, CHAIN, LI, AT, "x", data=data)
    assert broken(sessions) == []


def test_writers_at_the_same_time_leave_one_unbroken_chain(sessions):
    def write(name):
        for number in range(10):
            with sessions.begin() as session:
                append(session, CHAIN, Actor(None, name), AT, "x", str(number))

    threads = [threading.Thread(target=write, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert broken(sessions) == []
    with sessions.read() as session:
        assert len(history(session, CHAIN)) == 40


def test_an_act_belongs_to_its_case_else_its_instance_else_the_house():
    assert [chain_of(1, 2), chain_of(None, 2), chain_of(None, None)] == ["case:1", "instance:2", "house"]
