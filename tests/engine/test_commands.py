"""What operators do from a terminal: each refusal is a sentence with exit code 1, never a trace."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text

from engine import clock
from engine.__main__ import main
from engine.db import connect

ADMIN = ("make-admin", "anna", "--name", "安娜", "--password", "Some long pass 77")


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    """``run("migrate", DUBAN_DEMO="1")``: a command in a data folder of its own."""

    def command(*words: str, **environment: str) -> Result:
        result = CliRunner().invoke(main, words, env={"DUBAN_DATA_DIR": str(tmp_path), "DUBAN_DEMO": "0", **environment})
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result

    yield command
    clock.shift_by_file(None)


def database(folder: Path):  # type: ignore[no-untyped-def]
    return connect(f"sqlite:///{folder / 'duban.sqlite'}")


def test_a_database_without_tables_is_told_in_a_sentence(run) -> None:  # type: ignore[no-untyped-def]
    answer = run("verify")
    assert answer.exit_code == 1
    assert "python -m engine migrate" in answer.output


def test_a_house_is_migrated_deployed_and_given_its_first_administrator_once(run) -> None:  # type: ignore[no-untyped-def]
    assert run("migrate").exit_code == run("migrate").exit_code == 0
    first, again = run("deploy").output, run("deploy").output
    assert "complaint version 1 (投诉举报办理)" in first
    assert first == again
    assert run(*ADMIN).exit_code == 0
    assert "已经有人使用" in run(*ADMIN).output


def test_verify_names_the_first_broken_row(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    run("migrate")
    run(*ADMIN)
    assert run("verify").exit_code == 0
    with database(tmp_path).begin() as connection:
        connection.execute(text("UPDATE journal SET subject = 'mallory' WHERE position = 1"))
    broken = run("verify")
    assert broken.exit_code == 1
    assert "house #1" in broken.output


def test_only_the_clock_of_a_demo_is_moved_and_only_forward(run) -> None:  # type: ignore[no-untyped-def]
    assert run("clock", "--days", "1").exit_code == 1
    assert run("clock", "--days", "3", DUBAN_DEMO="1").exit_code == 0
    assert run("clock", "--days", "-1", DUBAN_DEMO="1").exit_code == 1
    assert run("clock", "--reset", DUBAN_DEMO="1").exit_code == 0


def test_a_production_house_is_not_filled_with_a_demo(run) -> None:  # type: ignore[no-untyped-def]
    run("migrate")
    answer = run("demo", "--cases", "1")
    assert answer.exit_code == 1
    assert "演示" in answer.output
