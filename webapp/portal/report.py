"""What a reporter writes into the portal's form: read, trimmed, checked. No more is asked than the office needs."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from flask_babel import gettext as _

_PHONE = re.compile(r"\+?[0-9][0-9 ()-]{5,18}[0-9]")
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)+")
LENGTHS: Mapping[str, int] = {  # characters at most
    "title": 60,
    "narrative": 5000,
    "about": 200,
    "place_detail": 200,
    "name": 50,
    "phone": 20,
    "email": 100,
    "company": 100,
}
SHORTEST = 10  # characters of a narrative


@dataclass(frozen=True, slots=True)
class Report:
    """A report as read from the form; ``errors`` maps field → sentence and is empty when it can be registered."""

    title: str = ""
    narrative: str = ""
    about: str = ""
    area: int | None = None
    place: str | None = None
    place_detail: str = ""
    happened_on: date | None = None
    collusion: bool = False
    anonymous: bool = False
    name: str = ""
    phone: str = ""
    email: str = ""
    company: str = ""
    consent: bool = False
    errors: Mapping[str, str] = field(default_factory=dict)

    @property
    def words(self) -> str:
        """The reporter's own words with the day and the exact place, as the office reads them."""
        lines = [self.narrative]
        if self.happened_on:
            lines.append(f"发生日期：{self.happened_on.isoformat()}")
        if self.place_detail:
            lines.append(f"具体地点：{self.place_detail}")
        return "\n".join(lines)


def read(form: Mapping[str, str], areas: Collection[int], places: Collection[str], today: date) -> Report:
    """Read a sent form. Identity fields of an anonymous report are dropped here and go nowhere."""
    anonymous = form.get("anonymous") == "yes"
    text: dict[str, Any] = {name: _clean(form.get(name, ""), most) for name, most in LENGTHS.items()}
    if anonymous:
        text.update(name="", phone="", email="", company="")
    area, place = form.get("area", ""), form.get("place", "")
    report = Report(
        **text,
        area=int(area) if area.isdecimal() and int(area) in areas else None,
        place=place if place in places else None,
        happened_on=_day(form.get("happened_on", "")),
        collusion=form.get("collusion") == "yes",
        anonymous=anonymous,
        consent=form.get("consent") == "yes",
    )
    return replace(report, errors={**_too_long(form), **_about_what(report, form, today), **_who(report, form), **_last(form)})


def _clean(text: str, most: int) -> str:
    """Trimmed, with plain line ends and without control characters; one character more than allowed stays, to be refused."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c for c in plain if c == "\n" or c.isprintable() or c == "\t").strip()[: most + 1]


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _too_long(form: Mapping[str, str]) -> dict[str, str]:
    return {
        name: _("最多 %(most)d 个字；请删减后再提交。", most=most)
        for name, most in LENGTHS.items()
        if len(_clean(form.get(name, ""), most)) > most
    }


def _about_what(report: Report, form: Mapping[str, str], today: date) -> dict[str, str]:
    errors = {}
    if not report.title:
        errors["title"] = _("请用一句话写明是什么事。")
    if len(report.narrative) < SHORTEST:
        errors["narrative"] = _("请写明事情经过，至少 %(least)d 个字。", least=SHORTEST)
    if form.get("happened_on") and report.happened_on is None:
        errors["happened_on"] = _("日期写成 2026-03-02 这样。")
    elif report.happened_on and report.happened_on > today:
        errors["happened_on"] = _("发生日期不能晚于今天。")
    return errors


def _who(report: Report, form: Mapping[str, str]) -> dict[str, str]:
    if form.get("anonymous") not in ("yes", "no"):
        return {"anonymous": _("请选择实名或匿名。")}
    if report.anonymous:
        return {}
    errors = {}
    if not report.name:
        errors["name"] = _("实名反映请填写姓名；不想留姓名请选“匿名”。")
    if not report.phone and not report.email:
        errors["phone"] = _("请留下电话或电子邮箱，以便向您核实和答复。")
    elif report.phone and not _PHONE.fullmatch(report.phone):
        errors["phone"] = _("电话号码好像不对；请只写数字，例如 0412-3221234。")
    if report.email and not _EMAIL.fullmatch(report.email):
        errors["email"] = _("电子邮箱好像不对，例如 name@example.com。")
    return errors


def _last(form: Mapping[str, str]) -> dict[str, str]:
    errors = {}
    if form.get("consent") != "yes":
        errors["consent"] = _("请阅读说明并勾选，然后再提交。")
    if form.get("website"):
        errors["website"] = _("这一栏是用来识别机器的，请清空后再提交。")
    return errors
