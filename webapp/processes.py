"""Deployed processes, to read: the drawing, its steps, forms, decision tables, letters and versions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.bpm.drawing import Drawing
from engine.bpm.elements import Element
from engine.errors import NotFound
from engine.processes import definitions
from engine.processes.models import Definition, Instance
from webapp import forms, security
from webapp.i18n import drawn
from webapp.session import house, may

pages = Blueprint("processes", __name__, url_prefix="/processes")
VIEWS = ("diagram", "forms", "tables", "letters", "versions")
LETTERS = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
TYPES = {".docx": LETTERS, ".bpmn": "application/xml", ".dmn": "application/xml", ".form": "application/json"}


@dataclass(frozen=True, slots=True)
class Shown:
    """One version of a definition, read."""

    definition: Definition
    files: Mapping[str, bytes]
    drawing: Drawing | None  # None: a folder of tables that all processes share

    def named(self, suffix: str) -> list[str]:
        """The paths of its files that end in ``suffix``."""
        return sorted(path for path in self.files if path.endswith(suffix))


@pages.get("/")
@may("definition.see")
def index() -> str:
    """The current versions, with how many instances run on any version of each."""
    with house().sessions.read() as session:
        current = list(session.scalars(select(Definition).where(Definition.current).order_by(Definition.shared, Definition.key)))
        running = select(Instance.key, func.count()).where(Instance.status.in_(("running", "incident", "suspended"))).group_by(Instance.key)
        counts = dict(session.execute(running).all())
    return render_template("processes/index.html", current=current, counts=counts)


@pages.get("/<key>")
@may("definition.see")
def show(key: str) -> str:
    """One version (the current one when ``version`` is not given) under one of the views."""
    with house().sessions.read() as session:
        shown = _shown(session, key, request.args.get("version", type=int))
        versions = list(session.scalars(select(Definition).where(Definition.key == key).order_by(Definition.version.desc())))
        counts = _counts(session, [each.id for each in versions])
    views = _views(shown)
    view = request.args.get("view", "")
    return render_template(
        "processes/show.html",
        shown=shown,
        definition=shown.definition,
        view=view if view in views else views[0],
        views=views,
        versions=versions,
        counts=counts,
        sheets=_sheets(shown.drawing) if shown.drawing else [],
        names={id: drawn(each.name) for id, each in shown.drawing.elements.items() if each.name} if shown.drawing else {},
        **_contents(shown, view),
    )


@pages.get("/<key>/<int:version>/diagram")
@may("definition.see")
def diagram(key: str, version: int) -> Response:
    """The drawing's XML, for the viewer."""
    with house().sessions.read() as session:
        shown = _shown(session, key, version)
    return diagram_of(shown.files)


@pages.get("/<key>/<int:version>/files/<path:path>")
@may("definition.see")
def file(key: str, version: int, path: str) -> Response:
    """One file of a version as a download."""
    with house().sessions.read() as session:
        shown = _shown(session, key, version)
    if path not in shown.files:
        raise NotFound("流程里没有这个文件，可能在别的版本里；请从流程列表中选择。")
    suffix = path[path.rfind(".") :]
    return security.download(shown.files[path], path, TYPES.get(suffix, "application/octet-stream"))


def diagram_of(files: Mapping[str, bytes]) -> Response:
    """The drawing of a definition's files as XML. Raises NotFound when there is none."""
    path = next((path for path in files if path.endswith(".bpmn")), None)
    if path is None:
        raise NotFound("这里没有流程图，只有各流程共用的决策表；请从流程列表中选择。")
    answer = Response(files[path], mimetype="application/xml")
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer.headers["Cache-Control"] = "private, max-age=31536000, immutable"  # a version never changes
    return answer


def _shown(session: Session, key: str, version: int | None) -> Shown:
    query = select(Definition).where(Definition.key == key)
    found = session.scalar(query.where(Definition.current if version is None else Definition.version == version))
    if found is None:
        raise NotFound("没有这个流程，或没有这个版本；请从流程列表中选择。")
    drawing = None if found.shared else house().ports.drawings.drawing(session, house().ports, found.id)
    return Shown(found, definitions.files(session, found.id), drawing)


def _counts(session: Session, ids: list[int]) -> dict[int, int]:
    """Definition id → how many instances still run on it."""
    running = Instance.status.in_(("running", "incident", "suspended"))
    query = select(Instance.definition_id, func.count()).where(Instance.definition_id.in_(ids), running).group_by(Instance.definition_id)
    return dict(session.execute(query).all())


def _views(shown: Shown) -> list[str]:
    has = {
        "diagram": shown.drawing is not None,
        "forms": bool(shown.named(".form")),
        "tables": bool(shown.named(".dmn")),
        "letters": bool(shown.named(".docx")),
        "versions": True,
    }
    return [view for view in VIEWS if has[view]]


def _contents(shown: Shown, view: str) -> dict[str, Any]:
    """Only what the view shows is made."""
    return {
        "forms": _forms(shown) if "forms" in (view, _views(shown)[0]) else [],
        **_form(shown),
        "tables": list(definitions.tables_of(shown.files).values()) if "tables" in (view, _views(shown)[0]) else [],
        "letters": shown.named(".docx"),
    }


def _forms(shown: Shown) -> list[tuple[str, str]]:
    """The name of each form and the steps that use it."""
    tasks = [each for each in shown.drawing.elements.values() if each.kind == "userTask"] if shown.drawing else []
    names = [path.rsplit("/", 1)[-1].removesuffix(".form") for path in shown.named(".form")]
    steps = {name: "、".join(drawn(each.name) for each in tasks if each.properties.get("form", each.id) == name) for name in names}
    return [(name, steps[name] or name) for name in names]


def _form(shown: Shown) -> dict[str, Any]:
    """The chosen form, or the first, without answers."""
    paths = {path.rsplit("/", 1)[-1].removesuffix(".form"): path for path in shown.named(".form")}
    chosen = request.args.get("form", "")
    name = chosen if chosen in paths else next(iter(paths), "")
    return {"form": name, "bound": forms.compile(shown.files[paths[name]]).bind(None, {}, {}) if name else None}


def _sheets(drawing: Drawing) -> list[tuple[Element, list[tuple[str, str]]]]:
    """The steps in the order they are drawn, each with what a reader wants to know of it."""
    return [(each, _facts(each)) for each in drawing.elements.values() if each.kind in _TOLD]


_TOLD = frozenset({"userTask", "serviceTask", "businessRuleTask", "sendTask", "receiveTask", "callActivity", "subProcess"})


def _facts(element: Element) -> list[tuple[str, str]]:
    told = {
        _("岗位"): element.properties.get("role", ""),
        _("单位"): element.properties.get("unit", ""),
        _("表单"): element.properties.get("form", element.id if element.kind == "userTask" else ""),
        _("期限"): element.properties.get("limit", ""),
        _("操作"): element.operation,
        _("决策表"): element.decision,
        _("调用流程"): element.called,
        _("结果变量"): element.result,
    }
    return [(label, value) for label, value in told.items() if value]


def source(definition: Definition) -> str:
    """Where the viewer gets the drawing of this version."""
    return url_for("processes.diagram", key=definition.key, version=definition.version)
