"""Ledgers (台账): complaints, rectifications, referrals as dense tables; exported and printed exactly as seen."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, Row
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from engine import clock
from engine.cases import ledgers, listing, saved_views
from engine.cases.listing import Column, Listing
from engine.people import permissions
from webapp import export, list_filters, names
from webapp.filters import Filters, link_with, query_to_save
from webapp.lights import WORDS, light_of
from webapp.security import download
from webapp.session import current_person, house, signed_in

pages = Blueprint("ledgers", __name__, url_prefix="/ledgers")
PRINTED = 1000  # rows of a print
TITLES = {"complaints": _l("投诉举报台账"), "rectifications": _l("整改台账"), "referrals": _l("移送台账")}
LABELS = {
    "number": _l("编号"),
    "light": _l("灯"),
    "title": _l("事项"),
    "stage": _l("阶段"),
    "state": _l("状态"),
    "outcome": _l("结果"),
    "area": _l("领域"),
    "category": _l("类别"),
    "place": _l("属地"),
    "lead_unit": _l("主办单位"),
    "co_units": _l("协办单位"),
    "channel": _l("来源"),
    "priority": _l("重要程度"),
    "real_name": _l("实名"),
    "collusion": _l("官商勾结、为官不为"),
    "received_at": _l("登记日期"),
    "limit_at": _l("本环节期限"),
    "closed_at": _l("了结日期"),
    "reds": _l("超期次数"),
    "returns": _l("退回次数"),
    "redos": _l("重办次数"),
    "extensions": _l("延期次数"),
    "satisfaction": _l("满意度"),
    "public_summary": _l("公开摘要"),
    "unit": _l("责任单位"),
    "problem": _l("问题"),
    "cause": _l("原因"),
    "measure": _l("措施"),
    "standard": _l("标准"),
    "owner": _l("责任人"),
    "deadline": _l("整改期限"),
    "opened_at": _l("挂单日期"),
    "source": _l("来源案件"),
}


@pages.get("/")
@signed_in
def index() -> Response:
    """To the first ledger that this person may see."""
    mine = _allowed()
    if not mine:
        abort(403)
    return redirect(url_for("ledgers.show", name=mine[0]))


@pages.get("/<name>")
@signed_in
def show(name: str) -> str:
    """A ledger: filtered, sorted, with the columns that were chosen."""
    ledger, filters, at = _open(name), _filters(name), clock.now()
    printing = request.args.get("print") == "1"
    with house().sessions.read() as session:
        where = _where(session, ledger, filters, at)
        found = listing.page(session, ledger, where, filters.sort, request.args.get("after", ""), PRINTED if printing else listing.PAGE)
        return render_template(
            "ledgers/print.html" if printing else "ledgers/index.html",
            name=name,
            title=str(TITLES[name]),
            ledgers=[(url_for("ledgers.show", name=each), str(TITLES[each]), None, each == name) for each in _allowed()],
            page=found,
            totals=listing.totals(session, ledger, where),
            columns=_columns(ledger, filters),
            all_columns=ledger.columns,
            order=filters.sort or ledger.order,
            fields=list_filters.fields(session, name, filters),
            filters=filters,
            views=saved_views.of(session, current_person().id, f"ledgers/{name}"),
            printing=printing,
            export_url=url_for("ledgers.export_as_seen", name=name, **filters.values()),
            wording=lambda kind, value: names.wording(session, kind, value),
            **common(),
        )


@pages.get("/<name>.xlsx")
@signed_in
def export_as_seen(name: str) -> Response:
    """The ledger with the same filters, columns and order, as an Excel file."""
    permissions.require(current_person(), "ledger.export")
    ledger, filters, at = _open(name), _filters(name), clock.now()
    with house().sessions.read() as session:
        columns = _columns(ledger, filters)
        rows = listing.every(session, ledger, _where(session, ledger, filters, at), filters.sort)
        content = export.workbook(
            str(TITLES[name]),
            [(str(LABELS[c.key]), c.kind) for c in columns],
            ([_text(session, c, row, at) for c in columns] for row in rows),
        )
    return download(content, f"{TITLES[name]}-{clock.local(at):%Y%m%d}.xlsx", export.MEDIA_TYPE)


def common() -> dict[str, Any]:
    """What the templates of every list call."""
    return {
        "label": lambda key: str(LABELS[key]),
        "link_with": link_with,
        "query": query_to_save(),
        "address": request.full_path.rstrip("?"),
        "light_word": lambda key: str(WORDS[key]),
    }


def _allowed() -> list[str]:
    return [name for name in ledgers.LEDGERS if permissions.may(current_person(), f"ledger.{name}")]


def _open(name: str) -> Listing:
    if name not in ledgers.LEDGERS:
        abort(404)
    permissions.require(current_person(), f"ledger.{name}")
    return ledgers.LEDGERS[name]


def _filters(name: str) -> Filters:
    """The filters of the address; boxes of the column chooser (``column``) become ``columns``."""
    args = dict(request.args.items())
    if request.args.getlist("column"):
        args["columns"] = ".".join(request.args.getlist("column"))
    return Filters(args, (*list_filters.NAMES[name], "q", "light", "sort", "columns"))


def _columns(ledger: Listing, filters: Filters) -> list[Column]:
    chosen = set(filters.columns.split(".")) if filters.columns else set(ledger.shown)
    first = ledger.columns[0]
    return [c for c in ledger.columns if c.key in chosen or c is first]


def _where(session: Session, ledger: Listing, filters: Filters, at: datetime) -> list[ColumnElement[bool]]:
    return [ledgers.BELONGS[ledger.name], *list_filters.conditions(session, current_person(), ledger.name, filters, at)]


def _text(session: Session, column: Column, row: Row[Any], at: datetime) -> Any:
    """The value of a cell as a person reads it, for the export."""
    value = getattr(row, column.key)
    if column.kind == "light":
        light = light_of(row, at)
        return "" if getattr(row, "closed_at", None) else " ".join(filter(None, (light.word, light.left)))
    if column.kind == "yes":
        return str(_("是")) if value else ""
    if column.kind.startswith("word:"):
        return names.wording(session, column.kind[5:], value) if value not in (None, "") else ""
    return clock.local(value).date() if column.kind == "day" and isinstance(value, datetime) else value
