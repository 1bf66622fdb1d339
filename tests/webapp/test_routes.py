"""Every route × every role has its expected answer, and no route is left out."""

from __future__ import annotations

import importlib
import importlib.util
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from werkzeug.exceptions import HTTPException

from tests.webapp import routes
from tests.webapp.routes import PUBLIC, Row
from tests.webapp.town import ROLES, Web, make_app, settings_for

FURTHER = ("tests.webapp.routes_work", "tests.webapp.routes_portal")  # each has a list ROWS
ROWS = [*routes.ROWS, *(row for name in FURTHER if importlib.util.find_spec(name) for row in importlib.import_module(name).ROWS)]


@pytest.fixture(scope="module")
def house_of_all(peopled_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    folder = tmp_path_factory.mktemp("routes")
    shutil.copyfile(peopled_template, folder / "web.db")
    made = Web(make_app(settings_for(f"sqlite:///{folder / 'web.db'}", folder / "var")))
    yield made
    made.house.engine.dispose()


def _send(web: Web, row: Row, account: str | None) -> int:
    return web.client(account).open(row.path, method=row.method, data=row.form if row.method == "POST" else None).status_code


def test_every_route_stands_in_the_table(house_of_all: Web) -> None:
    adapter = house_of_all.app.url_map.bind("localhost")
    covered = set()
    for row in ROWS:
        try:
            covered.add((adapter.match(row.path, method=row.method)[0], row.method))
        except HTTPException as error:
            pytest.fail(f"{row.method} {row.path} is in the table but leads nowhere: {error}")
    rules = house_of_all.app.url_map.iter_rules()
    routes_of_all = {(rule.endpoint, method): rule.rule for rule in rules for method in rule.methods - {"HEAD", "OPTIONS"}}
    missing = sorted(
        f"{method} {rule} ({endpoint})" for (endpoint, method), rule in routes_of_all.items() if (endpoint, method) not in covered
    )
    assert not missing, "routes without a row in the table:\n" + "\n".join(missing)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.method} {row.path}")
def test_each_role_gets_the_expected_answer(house_of_all: Web, row: Row) -> None:
    got = {account: _send(house_of_all, row, account) for account in ROLES}
    allowed = ROLES if row.who == PUBLIC else row.who
    expected = {account: row.ok if account in allowed else (404 if row.hidden else 403) for account in ROLES}
    if row.path == "/login" and row.method == "GET":
        expected = dict.fromkeys(ROLES, 302)  # whoever is signed in goes on
    assert got == expected


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.method} {row.path}")
def test_a_stranger_gets_in_only_where_the_public_may(house_of_all: Web, row: Row) -> None:
    got = _send(house_of_all, row, None)
    assert got == (row.ok if row.who == PUBLIC else 302 if row.method == "GET" else 401)
