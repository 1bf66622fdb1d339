"""``verify``: is the journal whole? Names the first broken row of each chain."""

from __future__ import annotations

import sys

import click

from engine import journal
from engine.settings import Settings
from engine.wiring import House


@click.command()
@click.option("--case", "case_id", type=int, help="Only the chain of this case.")
def verify(case_id: int | None) -> None:
    """Recompute every digest of the journal; exit code 1 when a row was changed, removed, added or moved.

    The anchor it prints covers all chains: kept outside (printed, signed, sent to another office), it shows even that a whole chain was
    rewritten.
    """
    house = House(Settings.from_env())
    with house.sessions.read() as session:
        broken = journal.verify(session, f"case:{case_id}" if case_id else None)
        anchor = journal.anchor(session)
    for row in broken:
        click.echo(f"{row.chain} #{row.position}: {row.sentence}")
    if broken:
        sys.exit(1)
    click.echo(f"The journal is whole. Its anchor: {anchor}")
