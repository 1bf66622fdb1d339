"""The door for people: ``create_app(settings)`` makes the Flask application."""

from __future__ import annotations

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix
from whitenoise import WhiteNoise

from engine.settings import Settings
from engine.wiring import House
from webapp import (
    assets,
    attempts,
    calendar,
    cases,
    errors,
    frame,
    health,
    home,
    i18n,
    incidents,
    intake,
    journal,
    ledgers,
    logs,
    notices,
    people,
    portal,
    processes,
    profile,
    security,
    session,
    sign_in,
    tasks,
    units,
    views,
)

PAGES = (
    health,
    sign_in,
    home,
    tasks,
    cases,
    intake,
    ledgers,
    incidents,
    journal,
    views,
    portal,
    notices,
    profile,
    people,
    units,
    attempts,
    calendar,
    processes,
)  # one module a noun, each with a blueprint ``pages``


def create_app(settings: Settings, house: House | None = None) -> Flask:
    """The application for ``settings``; ``house`` is made when not given. Touches no database."""
    app = Flask(__name__, static_url_path="/static")
    app.extensions["house"] = house or House(settings)
    app.config.update(
        SECRET_KEY=settings.secret_key,
        MAX_CONTENT_LENGTH=settings.request_bytes,
        MAX_FORM_MEMORY_SIZE=2 * 1024 * 1024,
        MAX_FORM_PARTS=2000,
        TEMPLATES_AUTO_RELOAD=settings.demo,
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    for part in (logs, security, session, i18n, assets, frame, errors):
        part.install(app, settings)
    for module in PAGES:
        app.register_blueprint(module.pages)
    _wrap(app, settings)
    return app


def _wrap(app: Flask, settings: Settings) -> None:
    """WhiteNoise serves the static files (hashed names never change); proxies are believed only as far as they are ours."""
    static = WhiteNoise(
        app.wsgi_app,
        root=app.static_folder,
        prefix="static/",
        max_age=3600,
        immutable_file_test=assets.is_hashed,
        autorefresh=settings.demo,
        allow_all_origins=False,
        add_headers_function=security.static_headers,
    )
    app.wsgi_app = static  # type: ignore[method-assign]
    if settings.proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=settings.proxies, x_proto=settings.proxies, x_host=settings.proxies
        )
