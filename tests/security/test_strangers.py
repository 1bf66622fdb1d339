"""Each case × whoever may not see it: every address that names the case, a task, a file or a letter of it gives nothing."""

from __future__ import annotations

import re
from collections.abc import Sequence

from engine import clock
from engine.cases.queries import sees
from engine.people import person
from tests.security.town import ACTS, NARRATIVE, Full
from tests.webapp.town import ROLES

OF_A_CASE = {"case_id", "task_id"}
TITLES = ("窗口没有一次性告知", "工程款拖欠三年", "收费不开票据", NARRATIVE)


def _strangers(town: Full, case_id: int) -> list[str]:
    day = clock.local(clock.now()).date()
    with town.house.sessions.read() as session:
        return [name for name in ROLES if not sees(session, person.load(session, town.id_of(name), day), case_id)]


def _addresses(town: Full, case_id: int, acts: Sequence[str]) -> list[tuple[str, str]]:
    """All that name the case, its last two tasks, files and letters."""
    files, letters = (found[-2:] for found in town.files_and_letters(case_id))
    tasks = [task.id for task in town.all_tasks() if task.case_id == case_id][-2:]
    found: list[tuple[str, str]] = []
    for method in ("GET", "POST"):
        for rule in town.rules(method):
            if not rule.arguments & OF_A_CASE:
                continue
            for task in tasks if "task_id" in rule.arguments else [0]:
                for file in files if "attachment_id" in rule.arguments else [0]:
                    for letter in letters if "letter_id" in rule.arguments else [0]:
                        for name in acts if rule.endpoint == "cases.act" else [""]:
                            numbers = {"case_id": case_id, "task_id": task, "attachment_id": file, "letter_id": letter}
                            key = {"name": name} if name else {"key": "complaint"}
                            found.append((method, town.path(rule, **numbers, **key)))
    return found


def test_no_address_of_a_case_gives_anything_to_whoever_may_not_see_it(town: Full) -> None:
    before, tried = town.everything(), 0
    for case_id in (town.new, town.signing, town.closed, town.referral):
        for number, account in enumerate(_strangers(town, case_id)):
            addresses = _addresses(town, case_id, ACTS if number == 0 else ("remind", "identity"))
            assert len(addresses) >= 15
            browser = town.client(account)
            for method, path in addresses:
                answer = browser.open(path, method=method, data={"reason": "我想看看这件", "days": "3"} if method == "POST" else None)
                assert answer.status_code in (403, 404), f"{account} {method} {path}: {answer.status_code}"
                assert not any(title in answer.text for title in TITLES), f"{account} {method} {path}"
                tried += 1
    assert tried > 500
    assert town.everything() == before


def test_every_case_has_somebody_who_may_not_see_it(town: Full) -> None:
    for case_id in (town.new, town.signing, town.closed, town.referral):
        assert {"designer", "admin"} <= set(_strangers(town, case_id))
    assert {"handler", "intake", "supervision", "lead"} - {"supervision"} <= set(_strangers(town, town.referral))


def test_a_file_or_letter_cannot_be_had_through_a_case_that_one_may_see(town: Full) -> None:
    """The handler sees ``signing``: with its number in the address nothing of other cases comes out."""
    handler = town.client("handler")
    assert handler.get(f"/cases/{town.signing}").status_code == 200
    for other in (town.new, town.referral):
        files, letters = town.files_and_letters(other)
        addresses = [f"/cases/{town.signing}/files/{one}" for one in files]
        addresses += [f"/cases/{town.signing}/letters/{one}{more}" for one in letters for more in ("", "/file")]
        assert {handler.get(path).status_code for path in addresses} <= {404}


def test_files_for_the_office_are_not_for_the_unit_that_sees_the_case(town: Full) -> None:
    files, _ = town.files_and_letters(town.signing)
    got = sorted(town.client("handler").get(f"/cases/{town.signing}/files/{one}").status_code for one in files)
    assert got == [200, 404]


def test_lists_search_and_exports_hold_no_case_that_one_may_not_see(town: Full) -> None:
    pages = (
        "/",
        "/tasks/?tab=posts",
        "/tasks/?tab=unit",
        "/cases/",
        "/cases/?q=窗口",
        "/ledgers/complaints",
        "/notices",
        "/ledgers/complaints?print=1",
    )
    for account in _strangers(town, town.new):
        browser = town.client(account)
        for path in pages:
            found = re.sub(r"<input[^>]*>", "", browser.get(path).text)  # the search box repeats what was asked
            assert TITLES[0] not in found, f"{account} {path}"


def test_the_identity_is_for_the_office_with_a_reason_and_each_opening_is_journaled(town: Full) -> None:
    opened = []
    for account in ROLES:
        browser = town.client(account)
        assert browser.post(f"/cases/{town.new}/acts/identity", data={"reason": ""}).status_code in (403, 404, 422)
        answer = browser.post(f"/cases/{town.new}/acts/identity", data={"reason": "需要电话联系反映人核实情况"})
        if answer.status_code == 200:
            assert "赵建国" in answer.text
            opened.append(account)
        else:
            assert answer.status_code in (403, 404)
            assert "赵建国" not in answer.text
        assert "赵建国" not in browser.get(f"/cases/{town.new}").text
    assert opened == ["intake", "supervision", "director"]
    rows = [entry for entry in town.acts(town.new) if entry.act == "identity.open"]
    assert [entry.actor for entry in rows] == [f"{account}先生" for account in opened]
    assert all(entry.data["reason"] for entry in rows)
