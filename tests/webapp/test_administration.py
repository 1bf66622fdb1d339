"""Administration: people, units, groups, the calendar; notices and one's own settings."""

from __future__ import annotations

from datetime import date

from engine import clock
from engine.cases.models import CalendarDay
from engine.journal.models import Entry
from engine.outbox import queue
from engine.outbox.models import Notice
from engine.people.models import ActionGroup, Substitution, Unit, User
from tests.webapp.town import PASSWORD, UNIT, Web

NEW = {
    "account": "new.person",
    "name": "新人",
    "email": "new@example.cn",
    "password": "a fresh passphrase",
    "post.role": ["unit.handler", ""],
    "post.unit": [UNIT, ""],
    "post.area": ["", ""],
}


def _user(web: Web, account: str) -> User:
    with web.house.sessions.read() as session:
        return session.query(User).where(User.account == account).one()


def test_an_administrator_opens_an_account_that_can_sign_in(web: Web) -> None:
    assert web.client("admin").post("/people/", data=NEW).status_code == 302
    user = _user(web, "new.person")
    assert [(post.role, post.unit_id) for post in user.posts] == [("unit.handler", UNIT)]
    assert web.client().post("/login", data={"account": "new.person", "password": "a fresh passphrase"}).status_code == 302
    with web.house.sessions.read() as session:
        assert session.query(Entry).where(Entry.act == "person.create", Entry.subject == "new.person", Entry.actor_id.is_not(None)).one()


def test_what_was_typed_stays_when_the_account_is_refused(web: Web) -> None:
    answer = web.client("admin").post("/people/", data={**NEW, "password": "short"})
    assert answer.status_code == 422
    assert 'value="new.person"' in answer.text
    assert "short" not in answer.text


def test_an_account_is_given_once(web: Web) -> None:
    answer = web.client("admin").post("/people/", data={**NEW, "account": "director"})
    assert answer.status_code == 409
    assert "已经有人使用" in answer.text


def test_posts_are_replaced_as_a_whole(web: Web) -> None:
    user_id = web.id_of("handler")
    form = {"post.role": ["lead", "office.intake"], "post.unit": ["", ""], "post.area": ["2", ""]}
    assert web.client("admin").post(f"/people/{user_id}/posts", data=form).status_code == 302
    assert {(post.role, post.area) for post in _user(web, "handler").posts} == {("lead", 2), ("office.intake", None)}


def test_a_post_of_a_unit_needs_its_unit(web: Web) -> None:
    form = {"post.role": ["unit.leader"], "post.unit": [""], "post.area": [""]}
    answer = web.client("admin").post(f"/people/{web.id_of('handler')}/posts", data=form)
    assert answer.status_code == 422
    assert "要选择单位" in answer.text


def test_the_last_administrator_cannot_leave(web: Web) -> None:
    form = {"post.role": ["auditor"], "post.unit": [""], "post.area": [""]}
    assert web.client("admin").post(f"/people/{web.id_of('admin')}/posts", data=form).status_code == 409


def test_a_password_set_by_the_administrator_ends_all_sessions(web: Web) -> None:
    browser = web.client("handler")
    web.client("admin").post(f"/people/{web.id_of('handler')}/password", data={"password": "another passphrase"})
    assert browser.get("/profile").status_code == 302
    assert web.client().post("/login", data={"account": "handler", "password": "another passphrase"}).status_code == 302


def test_people_are_found_by_name_post_and_unit(web: Web) -> None:
    admin = web.client("admin")
    for query, found, hidden in [
        ("q=handler", "handler先生", "director先生"),
        ("role=designer", "designer先生", "handler先生"),
        (f"unit={UNIT}", "unit-leader先生", "other-handler先生"),
    ]:
        page = admin.get(f"/people/?{query}").text
        assert found in page
        assert hidden not in page


def test_a_percent_sign_in_a_search_is_only_a_sign(web: Web) -> None:
    assert "director先生" not in web.client("admin").get("/people/?q=%25").text


def test_a_person_names_and_ends_a_substitute(web: Web) -> None:
    browser = web.client("handler")
    today = clock.today().date()
    form = {"substitute_id": web.id_of("unit-leader"), "starts_on": today, "ends_on": today, "reason": "出差"}
    assert browser.post("/profile/substitute", data=form).status_code == 302
    assert "代理 handler先生" in web.client("unit-leader").get("/profile").text
    with web.house.sessions.read() as session:
        row = session.query(Substitution).one()
    assert web.client("other-handler").post(f"/profile/substitute/{row.id}/end").status_code == 403
    assert browser.post(f"/profile/substitute/{row.id}/end").status_code == 302
    assert "代理 handler先生" not in web.client("unit-leader").get("/profile").text


def test_nobody_stands_in_for_themselves(web: Web) -> None:
    form = {"substitute_id": web.id_of("handler"), "starts_on": "2026-03-02", "ends_on": "2026-03-03"}
    answer = web.client("handler").post("/profile/substitute", data=form)
    assert answer.status_code == 422
    assert "不能由本人代理本人" in answer.text


def test_a_changed_password_ends_the_other_sessions_only(web: Web) -> None:
    here, elsewhere = web.client("handler"), web.client("handler")
    form = {"old": PASSWORD, "new": "a newer passphrase", "again": "a newer passphrase"}
    assert here.post("/profile/password", data=form).status_code == 302
    assert here.get("/profile").status_code == 200
    assert elsewhere.get("/profile").status_code == 302


def test_a_wrong_old_password_changes_nothing(web: Web) -> None:
    form = {"old": "nonsense", "new": "a newer passphrase", "again": "a newer passphrase"}
    answer = web.client("handler").post("/profile/password", data=form)
    assert answer.status_code == 422
    assert "原密码不对" in answer.text


def test_each_person_chooses_channels(web: Web) -> None:
    web.client("handler").post("/profile/notices", data={"red.email": "1", "webhook": "https://hook.example/x"})
    settings = _user(web, "handler").settings
    assert settings["notices"]["red"] == ["email"]
    assert settings["notices"]["reminder"] == []
    assert settings["webhook"] == "https://hook.example/x"


def _tell(web: Web, account: str, link: str = "") -> int:
    with web.house.sessions.begin() as session:
        queue.tell(session, session.get(User, web.id_of(account)), "assigned", "有新待办", "正文", link, at=clock.now(), key=f"k:{link}")
    with web.house.sessions.read() as session:
        return session.query(Notice.id).order_by(Notice.id.desc()).first()[0]


def test_a_notice_is_read_when_it_is_opened_and_leads_into_the_house(web: Web) -> None:
    notice = _tell(web, "handler", web.house.settings.base_url + "/profile")
    browser = web.client("handler")
    assert "有新待办" in browser.get("/notices").text
    assert browser.post(f"/notices/{notice}/open").headers["Location"] == "/profile"
    with web.house.sessions.read() as session:
        assert session.get(Notice, notice).read_at is not None


def test_a_notice_never_leads_away(web: Web) -> None:
    notice = _tell(web, "handler", "https://evil.example/")
    assert web.client("handler").post(f"/notices/{notice}/open").headers["Location"] == "/notices"


def test_a_notice_is_only_its_persons(web: Web) -> None:
    notice = _tell(web, "handler")
    assert web.client("director").post(f"/notices/{notice}/open").status_code == 404
    assert "有新待办" not in web.client("director").get("/notices").text


def test_a_unit_is_added_and_changed(web: Web) -> None:
    admin = web.client("admin")
    admin.post("/units/", data={"id": "new-bureau", "name": "新设局", "name_en": "New Bureau", "kind": "department"})
    admin.post("/units/new-bureau", data={"name": "新设局二", "name_en": "", "kind": "organ"})
    with web.house.sessions.read() as session:
        unit = session.get(Unit, "new-bureau")
    assert (unit.name, unit.kind, unit.active) == ("新设局二", "organ", False)


def test_a_bad_code_of_a_unit_is_refused_with_what_was_typed(web: Web) -> None:
    answer = web.client("admin").post("/units/", data={"id": "Bad Code", "name": "新设局", "kind": "department"})
    assert answer.status_code == 422
    assert 'value="Bad Code"' in answer.text


def test_an_action_group_gets_its_units(web: Web) -> None:
    web.client("admin").post("/units/groups/3", data={"lead": [UNIT], "members": ["construction-bureau"]})
    with web.house.sessions.read() as session:
        group = session.get(ActionGroup, 3)
        assert {(m.unit_id, m.part) for m in group.members} == {(UNIT, "lead"), ("construction-bureau", "member")}


def test_days_are_set_apart_and_given_back(web: Web) -> None:
    admin = web.client("admin")
    form = {"first": "2026-08-10", "last": "2026-08-11", "working": "no", "name": "防汛停工"}
    assert admin.post("/calendar/", data=form).status_code == 302
    assert "防汛停工" in web.client("handler").get("/calendar/?year=2026").text
    assert admin.post("/calendar/2026-08-10/clear").status_code == 302
    with web.house.sessions.read() as session:
        assert [row.day for row in session.query(CalendarDay)] == [date(2026, 8, 11)]


def test_a_year_that_is_not_published_is_marked_tentative(web: Web) -> None:
    assert "暂定" in web.client("handler").get("/calendar/?year=2031").text
    assert "暂定" not in web.client("handler").get("/calendar/?year=2025").text


def test_the_calendar_counts_the_working_days_of_a_published_year(web: Web) -> None:
    assert "全年 248 个工作日" in web.client("handler").get("/calendar/?year=2025").text


def test_too_long_a_period_is_refused(web: Web) -> None:
    form = {"first": "2026-01-01", "last": "2026-12-31", "working": "no", "name": "全年"}
    assert web.client("admin").post("/calendar/", data=form).status_code == 422


def test_failed_sign_ins_are_listed_for_administrator_and_auditor(web: Web) -> None:
    web.client().post("/login", data={"account": "ghost", "password": "x"})
    assert "ghost" in web.client("auditor").get("/attempts/").text
