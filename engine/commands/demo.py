"""``demo``: fill an empty house with a year of work."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click
from sqlalchemy import event, select

from engine.commands.deploy import deploy_into
from engine.demo.fill import fill
from engine.errors import Forbidden
from engine.people.models import User
from engine.settings import Settings
from engine.wiring import House


@click.command()
@click.option("--cases", default=200, show_default=True, help="How many complaints arrive in the year.")
@click.option("--seed", default=2018, show_default=True, help="The same seed tells the same year.")
def demo(cases: int, seed: int) -> None:
    """Fill the demo by running the real processes under a moving clock. Does nothing when it is already filled.

    An interrupted fill leaves half a year: throw its data away and start over, as ``make run`` does by itself.
    """
    settings = Settings.from_env()
    if not settings.demo:
        raise Forbidden("只有演示环境可以填充数据；请设置 DUBAN_DEMO=1 后再试。")
    for line in ["The demo is filled already."] if _filled(settings) else _fill(settings, cases, seed):
        click.echo(line)


def _filled(settings: Settings) -> bool:
    house = House(settings)
    with house.sessions.read() as session:
        found = session.scalar(select(User.id).limit(1)) is not None
    house.engine.dispose()
    return found


def _fill(settings: Settings, cases: int, seed: int) -> Iterator[str]:
    house = House(settings)
    if house.engine.dialect.name == "sqlite":
        event.listen(house.engine, "connect", _write_without_waiting)
    yield from deploy_into(house)
    yield from fill(house, cases=cases, seed=seed)
    house.engine.dispose()
    yield "The demo is filled."


def _write_without_waiting(connection: Any, _record: Any) -> None:
    """A year that is lost in a power cut is made again; so it need not wait for the disk after each act."""
    connection.execute("PRAGMA synchronous=OFF")
