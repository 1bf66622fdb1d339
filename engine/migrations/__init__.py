"""The tables' history: Alembic revisions, run by program (no alembic.ini), the same on SQLite and PostgreSQL."""

from __future__ import annotations

import importlib
import pkgutil

from sqlalchemy import MetaData

import engine
from engine.db import Base


def metadata() -> MetaData:
    """The tables of every ``engine.*.models`` module, all imported."""
    for module in pkgutil.iter_modules(engine.__path__, "engine."):
        if module.ispkg and any(inner.name == "models" for inner in pkgutil.iter_modules([_path(module.name)])):
            importlib.import_module(f"{module.name}.models")
    return Base.metadata


def _path(package: str) -> str:
    return engine.__path__[0] + "/" + package.removeprefix("engine.")
