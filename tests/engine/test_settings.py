"""Settings: what the environment says, and secrets that stay."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from engine.settings import Settings, SettingsError


def test_an_empty_environment_gives_a_house_on_sqlite(tmp_path: Path) -> None:
    settings = Settings.from_env({}, data_dir=tmp_path)
    assert settings.database_url == f"sqlite:///{tmp_path / 'duban.sqlite'}"
    assert not settings.demo


def test_each_kind_of_value_is_read(tmp_path: Path) -> None:
    environ = {"DUBAN_DATA_DIR": str(tmp_path), "DUBAN_DEMO": "yes", "DUBAN_PORT": "9000", "DUBAN_SMTP_HOST": "mail.example", "OTHER": "x"}
    settings = Settings.from_env(environ)
    assert (settings.demo, settings.port, settings.smtp_host) == (True, 9000, "mail.example")


@pytest.mark.parametrize("given", [{"DUBAN_PORT": "many"}, {"DUBAN_IDENTITY_KEY": "too-short"}])
def test_a_value_that_cannot_be_read_names_its_variable(tmp_path: Path, given: dict[str, str]) -> None:
    with pytest.raises(SettingsError, match=next(iter(given))):
        Settings.from_env({**given, "DUBAN_DATA_DIR": str(tmp_path)})


def test_secrets_are_made_once_and_only_the_owner_reads_them(tmp_path: Path) -> None:
    first, second = Settings.from_env({}, data_dir=tmp_path), Settings.from_env({}, data_dir=tmp_path)
    assert (first.secret_key, first.identity_key, first.mark_key) == (second.secret_key, second.identity_key, second.mark_key)
    assert len(first.identity_key) == len(first.mark_key) == 32
    assert first.identity_key != first.mark_key
    files = list((tmp_path / "secrets").iterdir())
    assert len(files) == 4
    assert {stat.S_IMODE(each.stat().st_mode) for each in files} == {0o600}


def test_two_houses_have_different_secrets(tmp_path: Path) -> None:
    one, other = Settings.from_env({}, data_dir=tmp_path / "a"), Settings.from_env({}, data_dir=tmp_path / "b")
    assert one.secret_key != other.secret_key
    assert one.identity_key != other.identity_key


def test_no_secret_is_printed(tmp_path: Path) -> None:
    settings = Settings.from_env({"DUBAN_SMTP_PASSWORD": "hush-hush"}, data_dir=tmp_path)
    for secret in ("hush-hush", settings.secret_key, settings.webhook_secret, str(settings.identity_key)):
        assert secret not in repr(settings)


def test_cookies_are_for_https_when_the_house_is_reached_by_it(tmp_path: Path) -> None:
    assert Settings.from_env({"DUBAN_BASE_URL": "https://duban.example"}, data_dir=tmp_path).https
    assert not Settings.from_env({}, data_dir=tmp_path).https
