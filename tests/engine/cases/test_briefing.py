from __future__ import annotations

from engine.cases import briefing
from engine.outbox.models import Dispatch, Notice
from engine.people.models import User
from tests.engine.cases.city import City


def test_who_wants_it_is_told_each_morning_what_waits(city: City) -> None:
    with city.sessions.begin() as session:
        for account in ("intake", "handler"):
            session.get(User, city.users[account]).settings = {"notices": {"digest": ["email"]}}  # type: ignore[union-attr]
    case = city.register()
    with city.sessions.read() as session:
        wanting = briefing.readers(session)
    assert wanting == sorted([city.users["intake"], city.users["handler"]])
    assert [city.act(briefing.brief, user) for user in wanting] == [True, False]
    city.act(briefing.brief, city.users["intake"])
    with city.sessions.read() as session:
        notice = session.query(Notice).filter_by(kind="digest").one()
        assert case.number in notice.body and notice.user_id == city.users["intake"]
        assert session.query(Dispatch).one().channel == "email"
