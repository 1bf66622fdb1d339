"""A small process with a timer, for measuring how late timers fire: wait until a moment, then a task for the office."""

from __future__ import annotations

from tests.engine.bpm.draw import Sketch, timer

KEY = "benchtimer"


def timer_process() -> dict[str, bytes]:
    """The folder; the variable ``due`` is the moment."""
    sketch = Sketch(KEY)
    sketch.node("intermediateCatchEvent", "wait", timer("due", "timeDate"))
    sketch.user("look", role="office.intake", limit="none")
    sketch.start("wait", "look", sketch.end())
    return sketch.files()
