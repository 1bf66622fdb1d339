"""The only reading of the time. Everything else takes a moment as an argument or asks ``now()``."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

LOCAL = ZoneInfo("Asia/Shanghai")

_frozen: datetime | None = None
_shift_file: Path | None = None


def now() -> datetime:
    """The present moment in UTC: frozen in tests, shifted where an operator moved the clock of a demo."""
    if _frozen is not None:
        return _frozen
    return datetime.now(UTC) + shift()


def today() -> datetime:
    """Midnight of the present day in China, as an aware moment."""
    return local(now()).replace(hour=0, minute=0, second=0, microsecond=0)


def local(moment: datetime) -> datetime:
    """The same moment on the wall clock of China."""
    return moment.astimezone(LOCAL)


def freeze(moment: datetime) -> None:
    """Stop the clock at ``moment`` (aware); for tests and for filling the demo."""
    global _frozen
    _frozen = moment.astimezone(UTC)


def advance(by: timedelta) -> datetime:
    """Move a frozen clock forward and return the new moment. Raises RuntimeError when it is not frozen."""
    if _frozen is None:
        raise RuntimeError("the clock is not frozen; freeze() it first")
    freeze(_frozen + by)
    return now()


def thaw() -> None:
    """Let the clock run again."""
    global _frozen
    _frozen = None


def shift_by_file(path: Path | None) -> None:
    """Read the demo's shift in seconds from ``path`` on each reading; None: no shift (production)."""
    global _shift_file
    _shift_file = path


def shift() -> timedelta:
    """How far the demo's clock was moved; zero in production."""
    if _shift_file is None:
        return timedelta(0)
    try:
        return timedelta(seconds=float(_shift_file.read_text()))
    except (FileNotFoundError, ValueError):
        return timedelta(0)


Clock = Callable[[], datetime]
