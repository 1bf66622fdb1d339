from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from engine.db import Sessions
from engine.errors import Conflict, Invalid, NotFound
from engine.journal.actor import Actor
from engine.journal.models import Entry
from engine.journal.verify import verify
from engine.people import accounts, organisation, person, sign_in
from engine.people.models import ActionGroup, Post, Substitution, Unit, User

AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
ADMIN = Actor(1, "管理员")
PASSWORD = "a long password"
Act = Callable[..., Any]


@pytest.fixture
def act(sessions: Sessions) -> Act:
    def run(verb: Callable[..., Any], *args: Any, by: Actor = ADMIN, **kwargs: Any) -> Any:
        with sessions.begin() as session:
            return verb(session, None, SimpleNamespace(actor=by, at=AT, reason=""), *args, **kwargs)

    with sessions.begin() as session:
        session.add(Unit(id="market", name="市市场局"))
    return run


def _user(act: Act, account: str = "liu", posts: Any = ()) -> int:
    return act(accounts.create_user, account=account, name="刘同志", password=PASSWORD, posts=posts).id


def test_a_new_account_has_its_posts_and_a_line_in_the_journal(act: Act, sessions: Sessions) -> None:
    user = _user(act, posts=[("unit.handler", "market", None)])
    with sessions.read() as session:
        assert person.load(session, user, AT.date()).holds("unit.handler", "market")
        assert [entry.act for entry in session.query(Entry).order_by(Entry.id)] == ["person.create", "person.posts"]
        assert not verify(session)


@pytest.mark.parametrize(
    "given",
    [
        {"account": "刘"},
        {"account": "a"},
        {"password": "short"},
        {"name": "  "},
        {"email": "no address"},
        {"email": "a@b.c\r\nBcc: x@y.z"},
        {"posts": [("emperor", None, None)]},
        {"posts": [("unit.handler", None, None)]},
        {"posts": [("unit.handler", "nowhere", None)]},
        {"posts": [("lead", None, None)]},
    ],
)
def test_what_does_not_fit_is_refused_with_the_field(act: Act, given: dict[str, Any]) -> None:
    usual: dict[str, Any] = {"account": "liu", "name": "刘", "password": PASSWORD}
    with pytest.raises(Invalid) as refusal:
        act(accounts.create_user, **{**usual, **given})
    assert set(refusal.value.details["fields"]) == set(given)  # type: ignore[call-overload]


def test_an_account_is_given_once(act: Act) -> None:
    _user(act)
    with pytest.raises(Conflict):
        _user(act, " LIU ")


def test_the_last_administrator_stays(act: Act) -> None:
    first = _user(act, "first", [("admin", None, None)])
    with pytest.raises(Conflict):
        act(accounts.set_posts, first, [])
    with pytest.raises(Conflict):
        act(accounts.edit_user, first, active=False)
    _user(act, "second", [("admin", None, None)])
    act(accounts.edit_user, first, active=False)


def test_a_deactivated_person_is_signed_out_and_gone(act: Act, sessions: Sessions) -> None:
    user = _user(act)
    with sessions.begin() as session:
        token, _ = sign_in.open_session(session, user, AT)
    act(accounts.edit_user, user, active=False)
    with sessions.read() as session:
        assert sign_in.resume(session, token, AT) is None
        with pytest.raises(NotFound):
            person.load(session, user, AT.date())


def test_posts_are_replaced_and_the_journal_keeps_old_and_new(act: Act, sessions: Sessions) -> None:
    user = _user(act, posts=[("leader", None, None)])
    act(accounts.set_posts, user, [("discipline", "", 0)])
    with sessions.read() as session:
        assert [post.role for post in session.query(Post).filter_by(user_id=user)] == ["discipline"]
        last = session.query(Entry).order_by(Entry.id.desc()).first()
    assert last is not None and last.data == {"old": [["leader", None, None]], "new": [["discipline", None, None]]}


def test_a_new_password_ends_the_other_sessions(act: Act, sessions: Sessions) -> None:
    user = _user(act)
    with sessions.begin() as session:
        mine, _ = sign_in.open_session(session, user, AT)
        other, _ = sign_in.open_session(session, user, AT)
    me = Actor(user, "刘")
    with pytest.raises(Invalid):
        act(accounts.change_own_password, old="wrong", new="another long one", by=me)
    act(accounts.change_own_password, old=PASSWORD, new="another long one", keep=mine, by=me)
    with sessions.begin() as session:
        assert sign_in.resume(session, mine, AT) and not sign_in.resume(session, other, AT)
        assert sign_in.sign_in(session, "liu", "another long one", "::1", AT).succeeded


def test_no_password_gets_into_the_journal(act: Act, sessions: Sessions) -> None:
    user = _user(act)
    act(accounts.set_password, user, "another long one")
    with sessions.read() as session:
        written = str([(entry.act, entry.data) for entry in session.query(Entry)])
    assert PASSWORD not in written and "another long one" not in written and "argon2" not in written


def test_a_substitute_stands_in_for_the_days_given(act: Act, sessions: Sessions) -> None:
    absent, stand_in = _user(act, posts=[("unit.handler", "market", None)]), _user(act, "wang")
    row = act(
        accounts.substitute, absent_id=absent, substitute_id=stand_in, starts_on=date(2026, 3, 2), ends_on=date(2026, 3, 6), reason="出差"
    )
    with sessions.read() as session:
        for day, held in ((1, False), (2, True), (6, True), (7, False)):
            someone = person.load(session, stand_in, date(2026, 3, day))
            assert any(post.for_id == absent for post in someone.all_posts()) is held
            assert not someone.holds("unit.handler")
    act(accounts.end_substitution, row.id)
    with sessions.read() as session:
        assert session.query(Substitution).count() == 0
        assert session.query(Entry).filter_by(act="substitution.end").count() == 1


def test_substitution_is_no_chain(act: Act, sessions: Sessions) -> None:
    one, two, three = (_user(act, f"user{n}", [("unit.handler", "market", None)] if n == 1 else []) for n in (1, 2, 3))
    days = {"starts_on": date(2026, 3, 2), "ends_on": date(2026, 3, 6)}
    act(accounts.substitute, absent_id=one, substitute_id=two, **days)
    act(accounts.substitute, absent_id=two, substitute_id=three, **days)
    with sessions.read() as session:
        assert person.load(session, three, AT.date()).all_posts() == ()


def test_impossible_substitutions_are_refused(act: Act) -> None:
    one, two = _user(act), _user(act, "wang")
    for absent, stand_in, ends in ((one, one, 6), (one, two, 1)):
        with pytest.raises(Invalid):
            act(accounts.substitute, absent_id=absent, substitute_id=stand_in, starts_on=date(2026, 3, 2), ends_on=date(2026, 3, ends))


def test_settings_keep_what_is_known_and_refuse_what_is_not_offered(act: Act, sessions: Sessions) -> None:
    user = _user(act)
    act(accounts.change_settings, settings={"language": "en", "notices": {"red": ["email"]}, "is_admin": True}, by=Actor(user, "刘"))
    with sessions.read() as session:
        assert session.get(User, user).settings == {"language": "en", "notices": {"red": ["email"]}}  # type: ignore[union-attr]
    with pytest.raises(Invalid):
        act(accounts.change_settings, settings={"language": "xx"}, by=Actor(user, "刘"))


def test_the_organisation_of_the_city_is_loaded_once(act: Act, sessions: Sessions, tmp_path: Path) -> None:
    file = tmp_path / "organisation.toml"
    file.write_text('[[units]]\nid="x"\nname="甲"\n[[groups]]\nid=1\nname="组"\nlead=["x"]\nmembers=["y"]\n')
    assert act(organisation.load_organisation, file) == 1  # the fixture's unit is there: nothing is loaded
    with sessions.begin() as session:
        session.query(Unit).delete()
    with pytest.raises(Invalid):
        act(organisation.load_organisation, file)
    file.write_text(file.read_text().replace('["y"]', "[]"))
    assert act(organisation.load_organisation, file) == 1
    with sessions.read() as session:
        assert session.query(ActionGroup).one().members[0].part == "lead"


def test_the_real_organisation_file_loads(act: Act, sessions: Sessions) -> None:
    with sessions.begin() as session:
        session.query(Unit).delete()
    count = act(organisation.load_organisation, Path("bpmn/organisation.toml"))
    with sessions.read() as session:
        assert count > 40 and session.query(ActionGroup).count() == 9


def test_units_and_groups_are_edited_on_record(act: Act, sessions: Sessions) -> None:
    act(organisation.create_unit, id="police", name="市公安局")
    with pytest.raises(Conflict):
        act(organisation.create_unit, id="police", name="市公安局")
    act(organisation.edit_unit, "police", active=False)
    with sessions.begin() as session:
        session.add(ActionGroup(id=1, name="组", members=[]))
    act(organisation.edit_group, 1, lead=["market"], members=["police"])
    with sessions.read() as session:
        assert {(m.unit_id, m.part) for m in session.query(ActionGroup).one().members} == {("market", "lead"), ("police", "member")}
        assert [entry.act for entry in session.query(Entry).order_by(Entry.id)] == ["unit.create", "unit.edit", "group.edit"]
