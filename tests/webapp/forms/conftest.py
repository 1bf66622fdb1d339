"""A page with nothing but a form, in an application with nothing but forms."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask_babel import Babel
from jinja2 import StrictUndefined
from lxml import html

import webapp
from webapp import forms

TEMPLATES = Path(webapp.__file__).parent / "templates"


@pytest.fixture
def app() -> Iterator[Flask]:
    app = Flask("forms", template_folder=str(TEMPLATES))
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    Babel(app)
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.globals["drawn"] = lambda text: text
    with app.test_request_context():
        yield app


@pytest.fixture
def draw(app: Flask) -> Callable[..., Any]:
    """Draws a Bound and gives the parsed page."""

    def drawn(bound: forms.Bound, refresh_url: str | None = None) -> Any:
        source = '{% import "forms/form.html" as form with context %}<form method="post">{{ form.render(bound, url) }}</form>'
        return html.fromstring(app.jinja_env.from_string(source).render(bound=bound, url=refresh_url))

    return drawn


@pytest.fixture
def form() -> Callable[..., forms.PageForm]:
    """Compiles a form of the components it is given."""

    def make(*components: dict[str, Any]) -> forms.PageForm:
        compiled = forms.compile(json.dumps({"type": "default", "id": "f", "components": list(components)}).encode())
        assert not compiled.problems
        return compiled

    return make
