"""Two languages: nothing that people read is without English, and one switch changes it."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path

import pytest
from flask_babel import force_locale

from engine.calendar import Calendar
from engine.journal.actor import CLOCK
from engine.people.permissions import ROLES
from engine.processes import limits
from tests.webapp.busy import Busy
from tests.webapp.town import Web
from webapp import i18n, messages, words

WEBAPP = Path(messages.__file__).parent
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")


def test_every_message_has_its_english() -> None:
    missing = messages.untranslated()
    assert not missing, "python -m webapp.messages, then translate:\n" + "\n".join(f"{file}:{line} {text}" for file, line, text in missing)


def test_translations_keep_the_places_for_values() -> None:
    for entry in messages.catalogue():
        strings = entry.string if isinstance(entry.string, tuple) else (entry.string,)
        identity = entry.id[0] if isinstance(entry.id, tuple) else entry.id
        for string in strings:
            assert set(PLACEHOLDER.findall(string)) <= set(PLACEHOLDER.findall(identity)), entry.id


def test_templates_hold_no_chinese_outside_the_catalogue() -> None:
    """Chinese in a template stands in {{ _('…') }} or in a comment, so that it can be translated."""
    loose = []
    for path in sorted((WEBAPP / "templates").rglob("*.html")):
        if path.name == "bare.html":
            continue
        text = re.sub(r"\{#.*?#\}|\{\{.*?\}\}|\{%.*?%\}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        text = re.sub(r"[，。；：、（）“”《》〔〕·—…／！？→]", "", text)
        loose += [f"{path.relative_to(WEBAPP)}: {found}" for found in re.findall(r"[\u4e00-\u9fff]+", text)]
    assert not loose


def test_the_switch_changes_the_language_of_the_page(web: Web) -> None:
    browser = web.client()
    assert 'lang="zh-CN"' in browser.get("/login").text
    browser.post("/switch", data={"language": "en", "next": "/login"})
    page = browser.get("/login").text
    assert 'lang="en"' in page
    assert "Sign in" in page
    assert "登录" not in page


def test_a_person_keeps_the_language_on_another_browser(web: Web) -> None:
    web.client("director").post("/switch", data={"language": "en"})
    assert 'lang="en"' in web.client("director").get("/profile").text


def test_every_reason_why_a_day_counts_or_not_has_its_english(web: Web) -> None:
    official = Calendar()
    reasons = {line.reason for first in (date(2004, 1, 1), date(2020, 1, 1)) for line in official.explain(first, 4500)}
    reasons |= {official_name(working) for working in (True, False)}
    with web.app.test_request_context(), force_locale("en"):
        spoken = {reason: i18n.said(reason) for reason in reasons}
        assert i18n.said("国庆节调休上班") == "Working day in exchange for National Day"
    assert {"国庆节调休上班", "工作日（暂定）", "周末（暂定）", "春节"} <= reasons
    assert not {reason for reason, english in spoken.items() if messages.CHINESE.search(english)}


def official_name(working: bool) -> str:
    """What a day of the office's own table is called when nobody gave it a name."""
    return Calendar({date(2026, 3, 2): (working, "")}).is_working(date(2026, 3, 2)).name


def test_an_english_explanation_of_a_limit_holds_no_chinese_but_the_reasons_that_were_typed(busy: Busy) -> None:
    task = busy.task(busy.signing, "sign_for")
    for verb, given in ((limits.extend, {"days": 45}), (limits.pause, {}), (limits.resume, {}), (limits.extend, {"days": 1})):
        target = task.id if verb is limits.extend else busy.signing
        busy.house.act(verb, target, by=CLOCK, reason="等待鉴定", **given)
    browser = busy.client("handler")
    assert "延期至 2026-" in browser.get(f"/tasks/{task.id}").text
    browser.post("/switch", data={"language": "en"})
    told = re.search(r'<details class="why.*?</details>', browser.get(f"/tasks/{task.id}").text, re.DOTALL)
    assert told is not None
    assert told[0].count("等待鉴定") == 4 and "Qingming" in told[0] and "extended to 2026-" in told[0].lower()
    assert not messages.CHINESE.search(told[0].replace("等待鉴定", "")), told[0]


def test_an_unknown_language_or_theme_changes_nothing(web: Web) -> None:
    browser = web.client("director")
    browser.post("/switch", data={"language": "xx", "theme": "pink"})
    page = browser.get("/profile").text
    assert 'lang="zh-CN"' in page
    assert 'data-theme="auto"' in page


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_theme_is_in_the_page_from_the_start(web: Web, theme: str) -> None:
    browser = web.client()
    browser.post("/switch", data={"theme": theme})
    assert f'data-bs-theme="{theme}"' in browser.get("/login").text


def test_words_know_every_role_and_show_the_key_of_what_they_do_not_know(web: Web) -> None:
    with web.app.test_request_context():
        assert words.word("role", "office.intake") == ROLES["office.intake"]
        assert words.word("stage", "verify") == "核实"
        assert words.word("stage", "no-such-stage") == "no-such-stage"
        assert words.word("stage", None) == "—"
        assert [key for key, _text in words.choices("role")] == list(ROLES)


def test_every_icon_that_is_used_is_in_the_sprite() -> None:
    known = set(json.loads((WEBAPP / "frontend" / "icons.json").read_text()))
    used: dict[str, str] = {}
    for path in sorted((WEBAPP / "templates").rglob("*.html")):
        for name in re.findall(r"icon\('([a-z0-9-]+)'", path.read_text(encoding="utf-8")):
            used[name] = path.name
    from webapp.frame import RAIL

    used |= {place.icon: "frame.py" for place in RAIL}
    assert used.keys() <= known, {name: used[name] for name in used.keys() - known}
