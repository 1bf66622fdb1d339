from __future__ import annotations

from datetime import date

import pytest

from engine.cases import acts_on_cases, attachments, comments, queries
from engine.cases.models import Case
from engine.cases.opening import open_case
from engine.db import Sessions
from engine.errors import NotFound
from engine.people import person
from engine.people.models import Substitution
from tests.engine.cases.city import POSTS, City

ALL_CASES = {"leader", "intake", "supervisor", "director", "auditor"}
OF_REFERRALS = {"leader", "director", "discipline", "auditor"}


def _seen(city: City, account: str) -> set[int]:
    someone = city.person(account)
    with city.sessions.read() as session:
        return {case.id for case in session.query(Case).filter(queries.visible_cases(someone))}


def _referral(city: City, source_id: int) -> int:
    return city.act(
        lambda s, _p, act: open_case(s, act, kind="accountability", title="移交", narrative="线索", area=3, source_id=source_id)
    ).id


def test_who_sees_a_complaint_and_who_its_referral(city: City) -> None:
    """Processes.md, part 0, row by row; the complaint is of area 3, led by the market bureau."""
    case = city.register(area=3)
    city.complete(case.id, "intake", element="accept")
    referral = _referral(city, case.id)
    city.act(lambda s, _p, act: acts_on_cases.parties.take_part(s, s.get(Case, referral), "market", "lead", act.at))
    expected = {
        "leader": {case.id, referral},
        "intake": {case.id},
        "supervisor": {case.id},
        "director": {case.id, referral},
        "lead": {case.id},
        "handler": {case.id},
        "chief": {case.id},
        "stranger": set(),
        "discipline": {case.id, referral},
        "organisation": set(),
        "publicity": set(),
        "inspector": set(),
        "designer": set(),
        "auditor": {case.id, referral},
        "admin": set(),
    }
    assert {account: _seen(city, account) for account in POSTS} == expected


def test_discipline_sees_no_case_without_a_referral(city: City) -> None:
    city.register()
    assert _seen(city, "discipline") == set()


def test_a_stranger_without_an_account_sees_nothing(city: City) -> None:
    city.register()
    with city.sessions.read() as session:
        assert session.query(Case).filter(queries.visible_cases(None)).count() == 0


def test_every_case_is_not_found_for_a_stranger(city: City) -> None:
    cases = [city.register(narrative=f"第{number}件事情的经过。") for number in range(3)]
    stranger = city.person("stranger")
    with city.sessions.read() as session:
        for case in cases:
            with pytest.raises(NotFound):
                queries.case_page(session, stranger, case.id)


def test_a_unit_sees_neither_narrative_nor_what_is_for_the_office(city: City) -> None:
    case = city.register(files=[("证据.txt", "证据".encode())])
    city.complete(case.id, "intake", element="accept")
    for audience in ("all", "office", "reporter"):
        city.act(comments.add, case.id, f"给{audience}的话", audience, by="supervisor")
    city.act(attachments.store, case.id, "公开.txt", "公开".encode(), files=city.files, by="handler")
    with city.sessions.read() as session:
        page = queries.case_page(session, city.person("handler"), case.id)
        office = queries.case_page(session, city.person("supervisor"), case.id)
    assert (page.sight.narrative, page.sight.office, page.sight.identity) == (False, False, False)
    assert [row.body for row in page.comments] == ["给all的话"]
    assert [row.name for row in page.attachments] == ["公开.txt"]
    assert (office.sight.narrative, office.sight.identity) == (True, True)
    assert len(office.comments) == 3 and len(office.attachments) == 2


def test_the_page_of_a_complaint_does_not_tell_of_its_referral(city: City) -> None:
    case = city.register()
    referral = _referral(city, case.id)
    city.act(lambda s, _p, act: queries.links.link(s, case.id, referral, "caused", act.at))
    with city.sessions.read() as session:
        intake = queries.case_page(session, city.person("intake"), case.id)
        director = queries.case_page(session, city.person("director"), case.id)
    assert (list(intake.links), list(intake.caused)) == ([], [])
    assert [linked.id for _tie, linked in director.links] == [referral] and [one.id for one in director.caused] == [referral]


def test_a_unit_that_has_left_sees_the_case_no_more(city: City) -> None:
    case = city.register()
    city.complete(case.id, "intake", element="accept")
    assert _seen(city, "chief") == {case.id}
    city.act(lambda s, _p, act: acts_on_cases.parties.leave(s, s.get(Case, case.id), "market", act.at))
    assert _seen(city, "chief") == set()


def test_whoever_a_task_waits_for_sees_its_case(city: City) -> None:
    case = city.register()
    city.complete(case.id, "intake", element="accept")
    city.act(lambda s, _p, act: acts_on_cases.parties.leave(s, s.get(Case, case.id), "market", act.at))
    assert _seen(city, "handler") == {case.id}


def test_a_substitute_sees_what_the_absent_person_sees_for_those_days(city: City, sessions: Sessions) -> None:
    case = city.register()
    city.complete(case.id, "intake", element="accept")
    with sessions.begin() as session:
        days = {"starts_on": date(2026, 3, 2), "ends_on": date(2026, 3, 6)}
        session.add(Substitution(absent_id=city.users["chief"], substitute_id=city.users["stranger"], **days))
    with sessions.read() as session:
        for day, seen in ((date(2026, 3, 6), 1), (date(2026, 3, 7), 0)):
            someone = person.load(session, city.users["stranger"], day)
            assert session.query(Case).filter(queries.visible_cases(someone)).count() == seen


def test_watching_needs_sight(city: City) -> None:
    case = city.register()
    with city.sessions.begin() as session:
        queries.watch(session, city.person("director"), case.id, on=True)
        assert queries.case_page(session, city.person("director"), case.id).watched
        with pytest.raises(NotFound):
            queries.watch(session, city.person("stranger"), case.id, on=True)
