"""Fill an empty demo: the organisation, the cast, then a year in which complaints arrive and people work them off."""

from __future__ import annotations

import random
import tomllib
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, select, update

from engine import clock
from engine.cases.models import Case
from engine.demo.arrivals import arrivals
from engine.demo.office import Office
from engine.demo.year import Year
from engine.journal.actor import SYSTEM
from engine.outbox.models import Notice
from engine.people import accounts
from engine.wiring import House

PASSWORD = "Haicheng2018"  # noqa: S105  (of every account of the demo; the sign-in page shows it)
CAST = tomllib.loads((Path(__file__).parent / "cast.toml").read_text(encoding="utf-8"))["people"]


def fill(house: House, *, cases: int, seed: int) -> Iterator[str]:
    """Fill a house that has its processes and nobody in it. Yields a line a step."""
    end = clock.now()
    start = end - timedelta(days=365)
    clock.freeze(start)
    try:
        cast(house)
        yield f"{len(CAST)} people have their accounts."
        yield from live(house, start, end, cases, seed)
        read_notices(house, end - timedelta(days=3))
    finally:
        clock.thaw()


def cast(house: House) -> None:
    """Create the people of the demo with their posts."""
    for person in CAST:
        posts = [(role, unit or None, area or None) for role, unit, area in person["posts"]]
        house.act(accounts.create_user, account=person["account"], name=person["name"], password=PASSWORD, posts=posts, by=SYSTEM)


def live(house: House, start: datetime, end: datetime, cases: int, seed: int) -> Iterator[str]:
    """Let the year pass. Yields a line a month."""
    chance = random.Random(seed)
    year = Year(house)
    office = Office(house, year, chance)
    for moment, intake in arrivals(start, end, cases, chance):
        year.plan(moment, lambda intake=intake: office.receive(intake))  # type: ignore[misc]
    acts = 0
    for month in _months(start, end):
        acts += year.run(month, office.look)
        yield f"{clock.local(month):%Y-%m-%d}: {acts} acts, {_open(house)} cases open."


def read_notices(house: House, before: datetime) -> None:
    """The people of the demo have read what they were told long ago."""
    with house.sessions.begin() as session:
        session.execute(update(Notice).where(Notice.created_at < before, Notice.read_at.is_(None)).values(read_at=before))


def _months(start: datetime, end: datetime) -> Iterator[datetime]:
    moment = start
    while moment < end:
        moment = min(moment + timedelta(days=30), end)
        yield moment


def _open(house: House) -> Any:
    with house.sessions.read() as session:
        return session.scalar(select(func.count()).select_from(Case).where(Case.state == "open"))
