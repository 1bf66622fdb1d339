"""``deploy``: the folders under bpmn/ become versions; the organisation is loaded once."""

from __future__ import annotations

from pathlib import Path

import click

from engine.bpm.results import StepFailed  # noqa: F401  (the engine must be importable before anything is stored)
from engine.journal.actor import SYSTEM
from engine.people import accounts
from engine.processes.deploy import deploy_all
from engine.settings import Settings
from engine.wiring import House

BPMN = Path(__file__).parents[2] / "bpmn"


@click.command()
@click.option(
    "--folder", type=click.Path(exists=True, file_okay=False, path_type=Path), default=BPMN, help="Where the process folders are."
)
def deploy(folder: Path) -> None:
    """Deploy every process folder (same content, same version) and load the organisation where there is none yet."""
    house = House(Settings.from_env())
    for line in deploy_into(house, folder):
        click.echo(line)


def deploy_into(house: House, folder: Path = BPMN) -> list[str]:
    """Deploy ``folder`` into ``house``; returns one line a definition. Raises Refused with every problem at once."""
    house.act(accounts.load_organisation, folder / "organisation.toml", by=SYSTEM)
    definitions = house.act(deploy_all, folder, by=SYSTEM)
    return [f"{d.key} version {d.version} ({d.name})" for d in definitions]
