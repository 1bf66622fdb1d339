"""``demo``: fill an empty house with a year of work."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
from sqlalchemy import event, select
from sqlalchemy.engine import make_url

from engine import migrations
from engine.commands.deploy import deploy_into
from engine.demo.fill import fill
from engine.people.models import User
from engine.settings import Settings
from engine.wiring import House


@click.command()
@click.option("--cases", default=200, show_default=True, help="How many complaints arrive in the year.")
@click.option("--seed", default=2018, show_default=True, help="The same seed tells the same year.")
def demo(cases: int, seed: int) -> None:
    """Fill the demo by running the real processes under a moving clock. Does nothing when it is already filled.

    On SQLite the year is made beside the database and put in its place when it is whole, so that an interruption leaves nothing half done.
    """
    settings = Settings.from_env()
    if _filled(settings):
        click.echo("The demo is filled already.")
        return
    path = make_url(settings.database_url).database if settings.database_url.startswith("sqlite") else None
    lines = _beside(settings, Path(path), cases, seed) if path else _fill(settings, cases, seed)
    for line in lines:
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


def _write_without_waiting(connection: Any, _record: Any) -> None:
    """A year that is lost in a power cut is made again; so it need not wait for the disk after each act."""
    connection.execute("PRAGMA synchronous=OFF")


def _beside(settings: Settings, path: Path, cases: int, seed: int) -> Iterator[str]:
    """Fill a second data folder with the same secrets, then let it take the place of the first."""
    folder = settings.data_dir / "filling"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    url = f"sqlite:///{folder / path.name}"
    migrations.upgrade(url)
    yield from _fill(replace(settings, data_dir=folder, database_url=url), cases, seed)
    shutil.rmtree(settings.data_dir / "files", ignore_errors=True)
    (folder / "files").rename(settings.data_dir / "files")
    for ending in ("-wal", "-shm"):
        path.with_name(path.name + ending).unlink(missing_ok=True)
    (folder / path.name).rename(path)
    shutil.rmtree(folder)
    yield "The demo is filled."
