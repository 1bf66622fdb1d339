"""``demo``: fill an empty house with a year of work."""

from __future__ import annotations

import click

from engine.demo.fill import fill
from engine.settings import Settings
from engine.wiring import House


@click.command()
@click.option("--cases", default=200, show_default=True, help="How many complaints arrive in the year.")
@click.option("--seed", default=2018, show_default=True, help="The same seed tells the same year.")
def demo(cases: int, seed: int) -> None:
    """Fill the demo by running the real processes under a moving clock. Does nothing when it is already filled."""
    house = House(Settings.from_env())
    for line in fill(house, cases=cases, seed=seed):
        click.echo(line)
