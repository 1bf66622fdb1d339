"""``python -m engine <command>``: what an operator does from a terminal."""

from __future__ import annotations

import click
from sqlalchemy.exc import DBAPIError

from engine.commands import clock, demo, deploy, make_admin, migrate, verify
from engine.errors import DubanError

UNREADABLE = "The database does not answer or lacks its tables: see DUBAN_DATABASE_URL, then run `python -m engine migrate`."


class _Commands(click.Group):
    """A refusal becomes its sentence and exit code 1, never a trace."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except DBAPIError as error:
            raise click.ClickException(f"{UNREADABLE} ({error.orig})") from error
        except DubanError as refusal:
            raise click.ClickException(refusal.sentence % refusal.details if refusal.details else refusal.sentence) from refusal


@click.group(cls=_Commands)
def main() -> None:
    """Duban 督办: commands for operators."""


for command in (migrate.migrate, deploy.deploy, make_admin.make_admin, demo.demo, clock.clock, verify.verify):
    main.add_command(command)

if __name__ == "__main__":
    main(prog_name="python -m engine")
