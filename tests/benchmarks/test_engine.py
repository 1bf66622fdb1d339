"""The engine alone: no database, thread CPU."""

from __future__ import annotations

import pytest

from tests.benchmarks.marks import Marks

pytestmark = pytest.mark.slow
ROUNDS = 5


def test_a_step_of_the_engine_against_plain_spiffworkflow(marks: Marks) -> None:
    from tests.benchmarks.engine_steps import measure  # parses all drawings when imported

    found = measure(ROUNDS)
    note = f"ours {found.ours * 1e6:.0f} us, plain {found.plain * 1e6:.0f} us a step"
    marks.add("engine step (load, run, store) / plain SpiffWorkflow", "–", found.ours / found.plain, "×", 0.1, note)
    note = f"largest {found.largest} bytes; plain {found.plain_state:.0f}"
    marks.add("stored state, median", "–", found.state / 1024, "kB", 8, note)
    note = f"first {found.first * 1e6:.0f} us, 50th {found.fiftieth * 1e6:.0f} us"
    marks.add("50th redo / first", "–", found.fiftieth / found.first, "×", 1.2, note)
    assert found.state <= 8192
