"""A process that has imported everything and forks what it is told to: a start costs milliseconds, not seconds, and a kill hits work.

Each line it reads is ``{"run": "worker" | "timers", "arguments": […], "environment": {…}, "log": path}``; it answers with the pid. A forked
process opens its own house, files and connections, as one started by ``python -m`` does.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable, Mapping
from typing import Any

from engine.bpm import drawing  # noqa: F401  (imported before the fork)
from tests.faults import worker
from timers import __main__ as timers

PROGRAMS: Mapping[str, Callable[[], None]] = {"worker": worker.main, "timers": timers.main}


def main() -> None:
    """Until stdin ends."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel buries the dead
    for line in sys.stdin:
        wanted = json.loads(line)
        pid = os.fork()
        if pid == 0:
            _live(wanted)
        print(pid, flush=True)


def _live(wanted: Mapping[str, Any]) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    log = os.open(wanted["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for number in (1, 2):
        os.dup2(log, number)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.environ.update(wanted["environment"])
    sys.argv = [wanted["run"], *wanted["arguments"]]
    try:
        PROGRAMS[wanted["run"]]()
    except BaseException:
        import traceback

        traceback.print_exc()
        os._exit(1)
    os._exit(0)


if __name__ == "__main__":
    main()
