"""Filters of lists: what the address asks for, as chips, as links with one thing changed, as a query to save."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from flask import request, url_for

from engine import clock

Choices = Sequence[tuple[str, str]]
LIGHTS = ("black", "red", "yellow", "green", "paused")
KEEP_OUT = frozenset({"after", "back"})  # never carried over into a link or a saved view


@dataclass(frozen=True, slots=True)
class Field:
    """One filter: a choice, a date or a hidden value that only links set."""

    name: str
    label: str
    kind: str = "choice"  # choice | date
    choices: Choices = ()
    value: str = ""

    @property
    def word(self) -> str:
        """What the chip shows."""
        return dict(self.choices).get(self.value, self.value)


class Filters:
    """The query of the address, reduced to the names a list knows. Unknown names and impossible values are dropped."""

    def __init__(self, args: Mapping[str, str], names: Sequence[str]) -> None:
        self._given = {n: args[n].strip()[:80] for n in names if args.get(n, "").strip()}
        if self._given.get("light") not in (*LIGHTS, None):
            del self._given["light"]

    def __getattr__(self, name: str) -> str:
        return "" if name.startswith("_") else self._given.get(name, "")

    def get(self, name: str) -> str:
        """The value of a filter, empty when it is not set."""
        return self._given.get(name, "")

    def set(self, name: str, value: str) -> None:
        """Settle a filter that the address left open."""
        self._given[name] = value

    def kept(self, *without: str) -> list[tuple[str, str]]:
        """All that is set, as pairs for hidden fields, but ``without`` and the tab."""
        return [(k, v) for k, v in self._given.items() if k not in without and k != "tab"]

    def values(self) -> dict[str, Any]:
        """All that is set, for ``url_for``."""
        return dict(self._given)

    def day(self, name: str) -> date | None:
        """A filter that is a date, None when it is none."""
        try:
            return date.fromisoformat(self.get(name))
        except ValueError:
            return None

    def start_of(self, name: str) -> datetime | None:
        """The first moment of that day in China."""
        day = self.day(name)
        return None if day is None else datetime.combine(day, time(), clock.LOCAL)

    def end_of(self, name: str) -> datetime | None:
        """The first moment after that day in China."""
        day = self.day(name)
        return None if day is None else datetime.combine(day + timedelta(days=1), time(), clock.LOCAL)

    @property
    def active(self) -> bool:
        """Is any filter set?"""
        return bool(self.kept("sort"))


def link_with(**changes: Any) -> str:
    """This page with some of its query changed; None takes a part away. Paging starts again."""
    query = {k: v for k, v in request.args.items(multi=False) if k not in KEEP_OUT and v}
    query.update({k: v for k, v in changes.items() if v is not None})
    for name in [k for k, v in changes.items() if v is None]:
        query.pop(name, None)
    if request.endpoint is None:
        return "?" + urlencode(query)
    return url_for(request.endpoint, **{**(request.view_args or {}), **query})


def query_to_save() -> str:
    """The query of this page without its place in the paging."""
    return urlencode([(k, v) for k, v in request.args.items(multi=True) if k not in KEEP_OUT and v])
