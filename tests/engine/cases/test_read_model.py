from __future__ import annotations

from engine.cases import read_model
from tests.engine.cases.city import City


def test_what_is_written_behind_a_savepoint_is_taken_back_with_it(city: City) -> None:
    case_id = city.register().id
    with city.sessions.begin() as session:
        case = read_model.lock(session, case_id)
        assert case is not None
        case.outcome = "before"
        read_model.write(session, case)
        savepoint = session.begin_nested()
        case.outcome = "behind"
        read_model.write(session, case)
        session.flush()
        savepoint.rollback()
        assert case.outcome == "before"
        case.summary = "after"
        read_model.write(session, case)
    after = city.case(case_id)
    assert (after.outcome, after.summary) == ("before", "after")


def test_nothing_is_left_for_the_orm_to_write_again(city: City) -> None:
    case_id = city.register().id
    with city.sessions.begin() as session:
        case = read_model.lock(session, case_id)
        assert case is not None
        case.summary = "written"
        read_model.write(session, case)
        assert not session.dirty
    assert city.case(case_id).summary == "written"
