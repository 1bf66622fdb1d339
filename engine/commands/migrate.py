"""``migrate``: bring the database to the newest schema."""

from __future__ import annotations

import click

from engine import migrations
from engine.settings import Settings


@click.command()
def migrate() -> None:
    """Create the tables, or bring them to the newest version. Safe to run again."""
    settings = Settings.from_env()
    migrations.upgrade(settings.database_url)
    click.echo("The database is at the newest version.")
