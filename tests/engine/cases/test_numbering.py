from __future__ import annotations

import threading

import pytest

from engine.cases.numbering import next_number, render
from engine.db import Sessions


def test_a_series_begins_with_one_each_year_and_each_kind(sessions: Sessions) -> None:
    with sessions.begin() as session:
        assert next_number(session, "complaint", 2026) == (1, "营商投诉〔2026〕0001")
        assert next_number(session, "complaint", 2026) == (2, "营商投诉〔2026〕0002")
        assert next_number(session, "complaint", 2027) == (1, "营商投诉〔2027〕0001")
        assert next_number(session, "letter/assignment-order", 2026) == (1, "营商交〔2026〕1号")


def test_a_number_of_a_rolled_back_act_is_given_again(sessions: Sessions) -> None:
    with pytest.raises(RuntimeError), sessions.begin() as session:
        next_number(session, "complaint", 2026)
        raise RuntimeError
    with sessions.begin() as session:
        assert next_number(session, "complaint", 2026)[0] == 1


def test_two_processes_get_no_number_twice_and_leave_no_gap(sessions: Sessions) -> None:
    taken: list[int] = []
    together = threading.Barrier(2)

    def take(fails: bool) -> None:
        together.wait()
        for i in range(20):
            try:
                with sessions.begin() as session:
                    serial, _ = next_number(session, "complaint", 2026)
                    if fails and i % 3 == 0:
                        raise RuntimeError
                taken.append(serial)
            except RuntimeError:
                continue

    threads = [threading.Thread(target=take, args=(fails,)) for fails in (False, True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == list(range(1, len(taken) + 1))
    assert len(taken) == 33


def test_kinds_without_a_template_still_get_different_numbers() -> None:
    assert render("letter/unknown", 2026, 1) != render("letter/other", 2026, 1)
    assert render("special", 2026, 1) != render("other", 2026, 1)
