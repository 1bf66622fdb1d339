"""``python -m webapp [--port N] [--workers N]``: serve the house; waitress in one process, gunicorn with several workers."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from typing import Any

from engine.settings import Settings
from webapp import create_app, logs


def main(arguments: list[str] | None = None) -> None:
    """Serve until stopped."""
    settings = Settings.from_env()
    given = _options(settings).parse_args(arguments)
    settings = replace(settings, host=given.host, port=given.port, base_url=_base(settings, given.port))
    logs.configure(replace(settings, log_json=settings.log_json and not sys.stderr.isatty()))
    if given.workers > 1:
        _gunicorn(settings, given.workers)
    else:
        _waitress(settings)


def _options(settings: Settings) -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(prog="python -m webapp", description="Serve Duban.")
    options.add_argument("--host", default=settings.host)
    options.add_argument("--port", type=int, default=settings.port)
    options.add_argument("--workers", type=int, default=1, help="more than one needs PostgreSQL and a shared DUBAN_RATE_STORAGE")
    return options


def _base(settings: Settings, port: int) -> str:
    """The address in links: what was set, else this port on this machine."""
    default = "http://127.0.0.1:8000"
    return settings.base_url if settings.base_url != default else f"http://127.0.0.1:{port}"


def _waitress(settings: Settings) -> None:
    from waitress import serve

    serve(
        create_app(settings),
        host=settings.host,
        port=settings.port,
        threads=settings.threads,
        ident=None,
        max_request_body_size=settings.request_bytes,
        channel_timeout=60,
    )


def _gunicorn(settings: Settings, workers: int) -> None:
    """Each worker makes its own house, after the fork, so that no database connection is shared."""
    from gunicorn.app.base import BaseApplication

    class Serve(BaseApplication):  # type: ignore[misc]
        def load_config(self) -> None:
            options: dict[str, Any] = {
                "bind": f"{settings.host}:{settings.port}",
                "workers": workers,
                "worker_class": "gthread",
                "threads": settings.threads,
                "graceful_timeout": 20,
                "timeout": 60,
            }
            for name, value in options.items():
                self.cfg.set(name, value)

        def load(self) -> Any:
            return create_app(settings)

    Serve().run()


if __name__ == "__main__":
    main()
