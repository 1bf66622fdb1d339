"""What arrives in the demo's year, when, by which channel and from whom."""

from __future__ import annotations

import random
import tomllib
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from engine import clock
from engine.cases.choices import categories
from engine.cases.identity import Reporter
from engine.cases.register import Intake

STORIES = tomllib.loads((Path(__file__).parent / "complaints.toml").read_text(encoding="utf-8"))
PLACES = {"西柳镇": "xiliu", "牛庄镇": "niuzhuang", "腾鳌镇": "tengao", "海城经济开发区": "haicheng-park", "腾鳌经济开发区": "tengao-park"}
CHANNELS = {"portal": 40, "hotline": 20, "12345": 20, "12328": 4, "minxin": 6, "mayor": 4, "letter": 2, "visit": 2, "wechat": 2}
REPEATED = 0.06  # of the complaints say again what another one said
ANONYMOUS = 0.3


def arrivals(start: datetime, end: datetime, number: int, chance: random.Random) -> Iterator[tuple[datetime, Intake]]:
    """``number`` complaints with their moments, in no order; more of them of late, by day and on weekdays."""
    said: list[Intake] = []
    for _ in range(number):
        moment = _moment(start, end, chance)
        repeat = said and chance.random() < REPEATED
        intake = chance.choice(said[-20:]) if repeat else _story(chance)
        said.append(intake)
        yield moment, intake


def _moment(start: datetime, end: datetime, chance: random.Random) -> datetime:
    length = (end - start).total_seconds()
    moment = clock.local(start + timedelta(seconds=length * chance.random() ** 0.85))
    if moment.weekday() >= 5 and chance.random() < 0.7:
        moment -= timedelta(days=2)
    moment = moment.replace(hour=chance.randint(7, 21), minute=chance.randint(0, 59))
    return min(max(moment, start + timedelta(minutes=1)), end - timedelta(minutes=1))


def _story(chance: random.Random) -> Intake:
    story = chance.choice(STORIES["complaint"])
    place = chance.choice(list(PLACES))
    words = {"company": chance.choice(STORIES["companies"]), "person": chance.choice(STORIES["persons"]), "place": place}
    return Intake(
        title=story["title"].format(**words),
        narrative=story["text"].format(**words),
        channel=chance.choices(list(CHANNELS), list(CHANNELS.values()))[0],
        reporter=_reporter(story, words, chance),
        area=story["area"],
        category=chance.choice(categories()[story["area"]]),
        place=PLACES[place],
        about=place if "{place}" in story["text"] else "",
        collusion=story.get("collusion", False),
    )


def _reporter(story: dict[str, Any], words: dict[str, str], chance: random.Random) -> Reporter:
    if chance.random() < ANONYMOUS:
        return Reporter()
    phone = f"139{chance.randint(10_000_000, 99_999_999)}"
    company = words["company"] if "{company}" in story["text"] else ""
    return Reporter(
        name=chance.choice("赵钱孙李周吴郑王冯陈") + chance.choice(["建国", "丽华", "志远", "海燕", "明", "芳"]),
        phone=phone,
        organisation=company,
    )
