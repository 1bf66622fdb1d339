"""问责移交: the referral with its reminders and its 30 days, and how its result comes back (processes.md, 4)."""

from __future__ import annotations

from engine import clock
from tests.journeys.city import City
from tests.journeys.test_supervision import china


def referral_of(city: City) -> tuple[int, int]:
    """A complaint with a sign of a breach; ids of the complaint and of the referral."""
    clock.freeze(china("2026-03-02T09:00"))
    complaint = city.submit()
    complaint.reach("verify")
    complaint.do("supervision", "verify", verify_result="substantiated", breach=True)
    (referral,) = city.caused(complaint.id, "accountability")
    return complaint.id, referral.id


def hand_over(city: City, referral: int) -> None:
    for account, element in (("supervision", "draft"), ("director", "sign"), ("leader", "approve"), ("discipline", "sign_for")):
        city.do(account, referral, element)


def test_a_referral_is_drafted_signed_approved_signed_for_handled_and_its_result_comes_back(city: City) -> None:
    complaint, referral = referral_of(city)
    hand_over(city, referral)
    assert "referral-letter" in city.letters(referral)
    city.do("discipline", referral, "handle")
    assert city.case(referral).state == "closed"
    back = [entry for entry in city.acts(complaint) if referral in entry.data.values() or "问责" in str(entry.data)]
    assert back


def test_the_result_is_due_in_thirty_days_with_reminders_at_twenty_and_twenty_seven(city: City) -> None:
    _, referral = referral_of(city)
    hand_over(city, referral)
    handle = city.task(referral, "handle")
    assert (clock.local(handle.limit_at).date() - clock.local(handle.limit_from).date()).days == 30
    start = clock.local(clock.now())

    def told() -> int:
        return city.browser("discipline").get("/notices").text.count("移送")

    first = told()
    city.pass_until(start.replace(day=21))
    assert told() == first
    city.pass_until(start.replace(day=23))
    second = told()
    assert second > first
    city.pass_until(start.replace(day=30))
    assert told() > second


def test_only_discipline_director_leader_and_auditor_read_a_referral(city: City) -> None:
    _, referral = referral_of(city)
    hand_over(city, referral)
    reads = {"discipline": 200, "director": 200, "leader": 200, "auditor": 200}
    strangers = ("intake", "handler", "unit-leader", "organisation", "admin", "designer", "lead")
    expected = reads | dict.fromkeys(strangers, 404)
    assert {account: city.browser(account).get(f"/cases/{referral}").status_code for account in expected} == expected


def test_a_late_step_of_a_referral_is_followed_up_by_the_director_and_shown_to_no_supervisor(city: City) -> None:
    _, referral = referral_of(city)
    city.do("supervision", referral, "draft")
    city.pass_until(china("2026-03-10T09:00"))  # sign: 2 working days
    assert city.task(referral, "follow_up").role == "office.director"
    assert city.browser("supervision").get(f"/cases/{referral}").status_code == 404
    assert city.case(referral).number not in city.browser("supervision").get("/tasks/?tab=posts").text
    city.do("director", referral, "follow_up")
