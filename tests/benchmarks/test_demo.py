"""What it costs to fill the demo: a year of cases through the real processes."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from tests.benchmarks.marks import Marks

pytestmark = pytest.mark.slow
CASES = 200


def test_filling_the_demo(marks: Marks, tmp_path: Path) -> None:
    root = Path(__file__).parents[2]
    environment = {**os.environ, "DUBAN_DATA_DIR": str(tmp_path / "var"), "DUBAN_DEMO": "1"}
    environment.pop("DUBAN_DATABASE_URL", None)
    before = _children()
    for command in (["migrate"], ["demo", "--cases", str(CASES)]):
        subprocess.run([sys.executable, "-m", "engine", *command], cwd=root, env=environment, check=True, capture_output=True)
    marks.add(f"filling the demo with {CASES} cases, CPU", "sqlite", _children() - before, "s", 60)


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
