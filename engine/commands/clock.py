"""``clock``: move the clock of a demo. A production house refuses."""

from __future__ import annotations

from datetime import datetime, timedelta

import click

from engine import clock as wall
from engine.errors import Forbidden
from engine.settings import Settings


@click.command()
@click.option("--days", type=float, default=0, help="Move forward by so many days.")
@click.option("--hours", type=float, default=0, help="Move forward by so many hours.")
@click.option("--to", type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M"]), help="Move forward to this moment (time of China).")
@click.option("--reset", is_flag=True, help="Back to the real time. What happened later than now keeps its date.")
def clock(days: float, hours: float, to: datetime | None, reset: bool) -> None:
    """Show or move the clock that web and timers of a demo read. Late tasks climb their ladder within seconds."""
    settings = Settings.from_env()
    if not settings.demo:
        raise Forbidden("只有演示环境可以拨动时钟；请设置 DUBAN_DEMO=1 后再试。")
    path = settings.data_dir / "clock-shift"
    wall.shift_by_file(path)
    if reset:
        path.unlink(missing_ok=True)
    elif to or days or hours:
        by = to.replace(tzinfo=wall.LOCAL) - wall.now() if to else timedelta(days=days, hours=hours)
        if by < timedelta(0):
            raise Forbidden("时钟只能向前拨；要回到真实时间请用 --reset。")
        fresh = path.with_name(".clock-shift")
        fresh.write_text(str((wall.shift() + by).total_seconds()))
        fresh.replace(path)  # whole at once: who reads half a file would be set back to the real time
    click.echo(f"It is {wall.local(wall.now()):%Y-%m-%d %H:%M} in China.")
