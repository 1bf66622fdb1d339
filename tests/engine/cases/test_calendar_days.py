from __future__ import annotations

from datetime import date

import pytest

from engine.cases import calendar_days
from engine.errors import Invalid, NotFound
from engine.journal.models import Entry
from tests.engine.cases.city import City

DAY = date(2026, 3, 5)


def test_a_day_set_apart_lies_over_the_published_calendar_until_it_is_cleared(bare: City) -> None:
    def working() -> bool:
        with bare.sessions.read() as session:
            return bare.ports.calendar(session).is_working(DAY).working

    assert working()
    bare.act(calendar_days.set_day, DAY, working=False, name="本市停工", by="admin")
    assert not working()
    bare.act(calendar_days.clear_day, DAY, by="admin")
    assert working()
    with bare.sessions.read() as session:
        acts = [(entry.act, entry.data) for entry in session.query(Entry).filter(Entry.act.like("calendar.%")).order_by(Entry.id)]
    assert acts == [("calendar.set", {"old": None, "new": [False, "本市停工"]}), ("calendar.clear", {"old": [False, "本市停工"]})]


def test_a_day_needs_a_name_and_must_be_set_to_be_cleared(bare: City) -> None:
    with pytest.raises(Invalid):
        bare.act(calendar_days.set_day, DAY, working=False, name=" ", by="admin")
    with pytest.raises(NotFound):
        bare.act(calendar_days.clear_day, DAY, by="admin")


def test_a_year_is_set_at_once(bare: City) -> None:
    days = [(date(2027, 2, day), False, "春节") for day in range(6, 13)]
    assert bare.act(calendar_days.set_days, days, by="admin") == 7
