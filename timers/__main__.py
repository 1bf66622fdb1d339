"""``python -m timers``: keep the clock until SIGTERM or SIGINT; the job under way ends first."""

from __future__ import annotations

import signal
import threading
from types import FrameType

import structlog

from engine.settings import Settings
from engine.wiring import House
from timers.schedule import Timers


def main() -> None:
    """Run one timer process."""
    stopped = threading.Event()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        stopped.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    timers = Timers(House(Settings.from_env()))
    timers.start()
    structlog.get_logger().info("timers.started")
    stopped.wait()
    timers.stop()
    structlog.get_logger().info("timers.stopped")


if __name__ == "__main__":
    main()
