"""``make-admin``: the first administrator of a production start."""

from __future__ import annotations

import click

from engine.journal.actor import SYSTEM
from engine.people import accounts
from engine.settings import Settings
from engine.wiring import House


@click.command("make-admin")
@click.argument("account")
@click.option("--name", prompt="Name", help="The person's name as others see it.")
@click.option("--password", prompt=True, hide_input=True, confirmation_prompt=True, help="Ten characters at least.")
def make_admin(account: str, name: str, password: str) -> None:
    """Create ACCOUNT with the post ``admin`` (users, units, calendar; no case content)."""
    house = House(Settings.from_env())
    house.act(accounts.create_user, account=account, name=name, password=password, posts=[("admin", None, None)], by=SYSTEM)
    click.echo(f"{account} may sign in as administrator.")
