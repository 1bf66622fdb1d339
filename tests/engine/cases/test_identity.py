from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from engine.cases import identity, search
from engine.cases.identity import Keys, Reporter
from engine.cases.models import Case, Identity
from engine.errors import Forbidden, Invalid, NotFound
from engine.journal.models import Entry
from tests.engine.cases.city import LIU, POSTS, City

SECRETS = ("刘建国", "13942120587", "139 4212 0587", "liujg@example.com", "210381197003051234", "海城宏远砖厂")
OPENERS = {"intake", "supervisor", "director"}


def _open(city: City, account: str, case_id: int, reason: str = "电话核实情况") -> Reporter:
    someone = city.person(account)
    with city.sessions.begin() as session:
        return identity.open_identity(session, city.keys, someone, case_id, reason, city.now)


def test_only_the_office_opens_an_identity(city: City) -> None:
    case = city.register()
    for account in POSTS:
        if account in OPENERS:
            assert _open(city, account, case.id).name == "刘建国"
        else:
            with pytest.raises(Forbidden):
                _open(city, account, case.id)


def test_each_opening_is_in_the_journal_with_its_reason(city: City) -> None:
    case = city.register()
    _open(city, "intake", case.id, "电话核实情况")
    with city.sessions.read() as session:
        entry = session.query(Entry).filter_by(act="identity.open").one()
    assert (entry.chain, entry.actor_id, entry.data["reason"]) == (f"case:{case.id}", city.users["intake"], "电话核实情况")


def test_no_reason_no_identity(city: City) -> None:
    case = city.register()
    with pytest.raises(Invalid):
        _open(city, "intake", case.id, "  看 ")


def test_an_anonymous_case_has_no_identity_to_open(city: City) -> None:
    case = city.register(reporter=Reporter())
    with pytest.raises(NotFound):
        _open(city, "intake", case.id)


def test_a_seal_moved_to_another_case_does_not_open(city: City) -> None:
    one, other = city.register(), city.register(narrative="另一件事情。", reporter=replace(LIU, phone="13000000000"))
    with city.sessions.begin() as session:
        first, second = session.get(Identity, one.id), session.get(Identity, other.id)
        assert first is not None and second is not None
        second.sealed = first.sealed
    with pytest.raises(Invalid), city.sessions.read() as session:
        identity.unseal(session, city.keys, other.id)


def test_another_key_does_not_open_it(city: City) -> None:
    case = city.register()
    with pytest.raises(Invalid), city.sessions.read() as session:
        identity.unseal(session, Keys(bytes(32), bytes(32)), case.id)


def test_nothing_in_the_database_names_the_reporter(city: City, database: str, tmp_path: Path) -> None:
    """Not the files of SQLite, not any column of any table of PostgreSQL, not the index of the search."""
    case = city.register(
        title="刘建国：窗口刁难",
        narrative="我叫刘建国，电话 139-4212-0587，身份证 210381197003051234，邮箱 LIUJG@example.com，海城宏远砖厂的。",
        about="刘建国说的那个人",
        files=[("刘建国的照片.txt", "照片".encode())],
    )
    city.complete(case.id, "intake", {"remark": "x"}, "accept")
    everything = _bytes_of(city, database)
    for secret in SECRETS:
        assert secret.encode() not in everything
    with city.sessions.read() as session:
        for secret in SECRETS:
            assert session.query(Case).filter(search.matching(session, secret, office=True)).count() == 0


def _bytes_of(city: City, database: str) -> bytes:
    if database.startswith("sqlite"):
        path = Path(database.removeprefix("sqlite:///"))
        return b"".join(one.read_bytes() for one in path.parent.glob(path.name + "*"))
    with city.sessions.read() as session:
        tables = session.execute(text("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")).scalars().all()
        rows = [session.execute(text(f"SELECT t::text FROM {table} t")).scalars().all() for table in tables]
    return "\n".join(row for each in rows for row in each).encode()


def test_the_same_reporter_leaves_the_same_mark_however_they_write_their_number() -> None:
    keys = Keys(b"1" * 32, b"2" * 32)
    marks = {identity.mark(keys, Reporter(name=name, phone=phone)) for name, phone in (("刘", "139 4212 0587"), ("", "+86 13942120587"))}
    assert len(marks) == 1
    assert identity.mark(keys, Reporter(name="刘")) == ""


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("我叫刘建国。", "我叫〔反映人〕。"),
        ("刘 建 国 1394212 0587", "〔反映人〕 〔电话〕"),
        ("发到LiuJG@Example.com", "发到〔邮箱〕"),
        ("电话１３９４２１２０５８７，(139) 4212.0587", "电话〔电话〕，(〔电话〕"),
        ("与别人无关", "与别人无关"),
    ],
)
def test_redaction_takes_out_names_and_numbers_however_spaced(text: str, masked: str) -> None:
    assert identity.redact(text, LIU) == masked


def test_what_people_type_is_kept_without_the_reporter(city: City) -> None:
    case = city.register()
    typed = {"findings": "找刘建国核实，电话13942120587", "rows": [{"who": "刘建国", "n": 3}], "day": city.now}
    with city.sessions.read() as session:
        kept = identity.without_reporter(session, city.keys, case.id, typed)
        assert identity.without_reporter(session, city.keys, None, typed) is typed
    assert kept == {"findings": "找〔反映人〕核实，电话〔电话〕", "rows": [{"who": "〔反映人〕", "n": 3}], "day": city.now}
