"""How the column types of the models are written in a revision, and which parts of the models a database has."""

from __future__ import annotations

from typing import Any, Literal

from sqlalchemy import ARRAY

from engine.db import Document, Key, Moment


def render(kind: str, thing: Any, autogen_context: Any) -> str | Literal[False]:
    """The Python text of a column type for a revision; False leaves it to Alembic."""
    if kind != "type":
        return False
    variant = getattr(thing, "_variant_mapping", {}).get("postgresql")
    if isinstance(variant, ARRAY):
        autogen_context.imports.add("from sqlalchemy.dialects import postgresql")
        return 'sa.JSON(none_as_null=True).with_variant(postgresql.ARRAY(sa.Text()), "postgresql")'
    name = _name(thing)
    if not name:
        return False
    autogen_context.imports.add(f"from engine.db import {name}")
    return "Moment()" if name == "Moment" else name


def _name(thing: Any) -> str:
    """A column's type may be a copy of ours, so it is known by its shape."""
    if isinstance(thing, Moment):
        return "Moment"
    shapes = {(type(ours), tuple(ours._variant_mapping)): name for ours, name in ((Key, "Key"), (Document, "Document"))}
    return shapes.get((type(thing), tuple(getattr(thing, "_variant_mapping", {}))), "")


def belongs(dialect: str, thing: Any) -> bool:
    """Does this database have the thing? An index may be for one kind only (``ddl_if``)."""
    wanted = getattr(getattr(thing, "_ddl_if", None), "dialect", None)
    return wanted is None or wanted == dialect
