"""A house with the city's units and one person for each role, behind a Flask test client."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient

from engine import clock
from engine.db import Sessions, connect
from engine.journal.actor import SYSTEM
from engine.people import accounts, sign_in
from engine.people.models import User
from engine.people.organisation import load_organisation
from engine.processes.acts import Act
from engine.settings import Settings
from engine.wiring import House
from webapp import create_app

BPMN = Path(__file__).parents[2] / "bpmn"
PASSWORD = "a long passphrase for tests"
UNIT, OTHER_UNIT, AREA = "market-bureau", "construction-bureau", 3
ROLES: dict[str, accounts.PostKey] = {
    "leader": ("leader", None, None),
    "intake": ("office.intake", None, None),
    "supervision": ("office.supervision", None, None),
    "director": ("office.director", None, None),
    "lead": ("lead", None, AREA),
    "handler": ("unit.handler", UNIT, None),
    "unit-leader": ("unit.leader", UNIT, None),
    "other-handler": ("unit.handler", OTHER_UNIT, None),
    "discipline": ("discipline", None, None),
    "organisation": ("organisation", None, None),
    "publicity": ("publicity", None, None),
    "inspector": ("inspector", None, None),
    "designer": ("designer", None, None),
    "auditor": ("auditor", None, None),
    "admin": ("admin", None, None),
}  # account → its post


class Web:
    """The application under test. ``client("director")`` is signed in; ``client()`` is a stranger."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.house: House = app.extensions["house"]

    def client(self, account: str | None = None) -> FlaskClient:
        browser = self.app.test_client()
        if account is not None:
            with self.house.sessions.begin() as session:
                token, _ends = sign_in.open_session(session, self.id_of(account), clock.now())
            browser.set_cookie(self.app.config["SIGN_IN_COOKIE"], token)
        return browser

    def id_of(self, account: str) -> int:
        with self.house.sessions.read() as session:
            found = session.query(User.id).where(User.account == account).scalar()
        assert found is not None, account
        return found


def settings_for(database_url: str, data_dir: Path, **more: object) -> Settings:
    """Settings of a house in ``data_dir`` that counts no requests."""
    found = Settings.from_env({}, data_dir=data_dir, database_url=database_url)
    return replace(found, rate_limits=False, log_level="CRITICAL", **more)


def make_app(settings: Settings, *, csrf: bool = False) -> Flask:
    """An application for tests; ``csrf``: with tokens as in real life."""
    app = create_app(settings)
    app.config.update(TESTING=False, WTF_CSRF_ENABLED=csrf, PROPAGATE_EXCEPTIONS=False)
    return app


def fill(url: str) -> None:
    """Units, groups and one person for each role."""
    engine = connect(url)
    with Sessions(engine).begin() as session:
        act = Act(SYSTEM, clock.now())
        load_organisation(session, None, act, BPMN / "organisation.toml")
        hashed = ""
        for account, post in ROLES.items():
            user = accounts.create_user(session, None, act, account=account, name=f"{account}先生", password=PASSWORD, posts=[post])
            hashed = hashed or user.password_hash
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:  # one file, no -wal beside it
            connection.connection.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
