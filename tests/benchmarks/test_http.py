"""Completions a second through real HTTP: two worker processes of ``python -m webapp``, real sign-ins, eight connections."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from tests.benchmarks.browser import Browser
from tests.benchmarks.conftest import Bench
from tests.benchmarks.marks import Marks
from tests.journeys.city import PATH, _flat
from tests.webapp.town import PASSWORD

pytestmark = pytest.mark.slow
CASES, CONNECTIONS, WORKERS = 24, 8, 2
Sent = tuple[int, Sequence[tuple[str, str]]]  # task, fields


def test_completions_a_second_over_http(bench: Bench, marks: Marks) -> None:
    with served(bench) as (port, process):
        signed_in = {account: _signed_in(port, account) for account in sorted({account for account, _, _ in PATH})}
        cases = [bench.walk.register() for _ in range(CASES)]
        done, wall, cpu = 0, 0.0, 0.0
        for account, element, decided in PATH:
            sent = [_filled(bench, case_id, element, decided) for case_id in cases]
            before, begun = _cpu(process), time.perf_counter()
            with ThreadPoolExecutor(CONNECTIONS) as pool:
                shares = [pool.submit(_complete, signed_in[account].twin(), sent[n::CONNECTIONS]) for n in range(CONNECTIONS)]
                assert all(status == 303 for share in shares for status in share.result()), element
            wall += time.perf_counter() - begun
            cpu += _cpu(process) - before
            done += len(sent)
    note = f"{done} completions, {WORKERS} workers, {CONNECTIONS} connections; CPU of the workers {cpu / done * 1000:.1f} ms each"
    marks.add("HTTP completions", bench.name, done / wall, "a second", None, note)
    bench.walk.check()


@contextmanager
def served(bench: Bench) -> Iterator[tuple[int, psutil.Process]]:
    """The house behind ``WORKERS`` processes; yields the port and the parent process."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = {"DUBAN_DATABASE_URL": bench.url, "DUBAN_DATA_DIR": str(bench.folder / "var"), "DUBAN_RATE_LIMITS": "0"}
    command = [sys.executable, "-m", "webapp", "--port", str(port), "--workers", str(WORKERS)]
    log = (bench.folder / "web.log").open("wb")
    process = subprocess.Popen(command, cwd=Path(__file__).parents[2], env={**os.environ, **settings}, stdout=log, stderr=log)
    try:
        _wait_until_it_answers(port)
        yield port, psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait(30)
        log.close()


def _wait_until_it_answers(port: int) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            if Browser(port).get("/healthz")[0] == 200:
                return
        except OSError:
            time.sleep(0.2)
    raise AssertionError("the web does not answer")


def _signed_in(port: int, account: str) -> Browser:
    browser = Browser(port)
    browser.sign_in(account, PASSWORD)
    return browser


def _filled(bench: Bench, case_id: int, element: str, decided: dict[str, object]) -> Sent:
    task = bench.walk.task(case_id, element)
    return task.id, [("_key", f"{case_id}/{task.id}"), *_flat(bench.walk._answers(task, decided))]


def _complete(browser: Browser, sent: Sequence[Sent]) -> list[int]:
    return [browser.post(f"/tasks/{task_id}", fields)[0] for task_id, fields in sent]


def _cpu(process: psutil.Process) -> float:
    return sum(sum(one.cpu_times()[:2]) for one in [process, *process.children(recursive=True)])
