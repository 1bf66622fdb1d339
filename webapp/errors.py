"""Pages for what goes wrong. Each says what happened and what to do next; none shows data, a trace or a query."""

from __future__ import annotations

import errno
from typing import Any, cast

import structlog
from flask import Flask, Response, g, make_response, render_template, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DatabaseError, DataError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException, InternalServerError

from engine.errors import Conflict, DubanError, Unavailable
from engine.settings import Settings
from webapp.i18n import sentence
from webapp.replay import typed
from webapp.session import person_or_none

log = structlog.get_logger("webapp.errors")

TITLES: dict[int, Any] = {
    400: _l("请求有误"),
    401: _l("请先登录"),
    403: _l("没有权限"),
    404: _l("没有找到"),
    405: _l("不能这样访问"),
    409: _l("已有变化"),
    410: _l("已失效"),
    413: _l("文件太大"),
    415: _l("文件类型不支持"),
    422: _l("填写有误"),
    429: _l("操作太频繁"),
    500: _l("系统出错"),
    503: _l("系统暂时不可用"),
}
SENTENCES: dict[int, Any] = {
    400: _l("浏览器发来的请求不完整。请返回上一页重试。"),
    401: _l("登录已失效。请重新登录后继续。"),
    403: _l("您没有权限查看或办理此项。如确有需要，请联系系统管理员调整岗位。"),
    404: _l("没有这个页面，或您无权查看。请检查网址，或从首页进入。"),
    405: _l("这个网址不能直接打开。请从页面上的按钮进入。"),
    409: _l("此事项已被他人办理。请返回查看最新情况。"),
    410: _l("此链接已经失效。请从首页重新进入。"),
    413: _l("提交的文件太大。请压缩或分批上传后再试。"),
    415: _l("不支持这种文件。请上传图片、PDF、Word 或 Excel 文件。"),
    422: _l("有内容填写不正确。请返回改正后再提交。"),
    429: _l("操作太频繁。请稍候几分钟再试。"),
    500: _l("系统出了错，刚才的操作没有生效，已有数据没有受影响。请稍后重试；如仍出错，请把下面的编号告诉管理员。"),
    503: _l("数据库暂时连接不上，或磁盘已满，刚才的操作没有生效。请稍后重试；请把下面的编号告诉管理员。"),
}


def install(app: Flask, settings: Settings) -> None:
    """Answer each kind of failure with its page."""
    app.register_error_handler(CSRFError, _expired)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(DubanError, _refused)
    for away in (OperationalError, InterfaceError, PoolTimeout):
        app.register_error_handler(away, _away)
    app.register_error_handler(DatabaseError, _database)
    for no_value in (DataError, OverflowError):
        app.register_error_handler(no_value, _no_value)
    app.register_error_handler(OSError, _disk)
    app.register_error_handler(Exception, _unexpected)


def page(status: int, text: str = "", **more: Any) -> Response:
    """The page for ``status``; ``text`` instead of its usual sentence."""
    status = status if status in TITLES else (500 if status >= 500 else 400)
    g.failed = True
    given = {"status": status, "title": str(TITLES[status]), "text": text or str(SENTENCES[status]), **more}
    if request.headers.get("HX-Request"):
        body = render_template("errors/part.html", **given)
    else:
        shown_to = person_or_none() if status < 500 else None  # the frame of a signed-in person asks the database
        body = render_template("errors/page.html", shown_to=shown_to, request_id=g.get("request_id", ""), **given)
    return make_response(body, status)


def _http(error: HTTPException) -> Response:
    if error.response is not None and error.code is not None and error.code < 400:
        return cast(Response, error.response)
    if isinstance(error, InternalServerError) and error.original_exception is not None:
        return _unexpected(error.original_exception)
    status = error.code or 500
    answer = page(status, replay=typed() if status == 401 else None)
    for name, value in error.get_headers():
        if name in ("Retry-After", "Allow"):
            answer.headers[name] = value
    return answer


def _refused(error: DubanError) -> Response:
    if error.status >= 500:
        log.error("step.failed", kind=type(error).__name__, element=error.details.get("element"))
    changed = {str(k): v for k, v in error.details.items()} if isinstance(error, Conflict) else {}
    answer = page(error.status, sentence(error), changed=changed)
    if isinstance(error, Unavailable):
        answer.headers["Retry-After"] = "30"
    return answer


def _expired(error: CSRFError) -> Response:
    """The form is older than the sign-in. What was typed is given back, to a form of our own pages only."""
    log.warning("csrf", reason=error.description)
    return page(400, str(_("页面打开太久，已经过期；您填写的内容没有丢失。请点“再次提交”。")) if typed() else "", replay=typed())


def _away(error: Exception) -> Response:
    log.error("database.away", kind=type(error).__name__, cause=_cause(error))
    return _unavailable()


def _database(error: Exception) -> Response:
    """SQLite tells a full disk as an OperationalError, PostgreSQL as SQLSTATE class 53."""
    state = str(getattr(getattr(error, "orig", None), "sqlstate", "") or "")
    return _away(error) if state.startswith(("53", "57", "08")) else _unexpected(error)


def _no_value(error: Exception) -> Response:
    """A number beyond all bounds or a text with NUL in it: no page of ours sends that."""
    log.warning("value.refused", kind=type(error).__name__, frames=_frames(error))
    return page(400)


def _disk(error: OSError) -> Response:
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EROFS):
        log.error("disk.full", errno=error.errno)
        return _unavailable()
    return _unexpected(error)


def _unavailable() -> Response:
    answer = page(503)
    answer.headers["Retry-After"] = "30"
    return answer


def _unexpected(error: BaseException) -> Response:
    """The trace goes to the log without the statement's parameters, which may hold what somebody typed."""
    log.error("unexpected", kind=type(error).__name__, cause=_cause(error), frames=_frames(error))
    return page(500)


def _cause(error: BaseException) -> str:
    """The kind of the underlying error: its text may hold data."""
    return type(getattr(error, "orig", None) or error.__cause__ or error).__name__


def _frames(error: BaseException) -> list[str]:
    """Where it happened: file and line of the last frames, no values."""
    frames, trace = [], error.__traceback__
    while trace is not None:
        frames.append(f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno} {trace.tb_frame.f_code.co_name}")
        trace = trace.tb_next
    return frames[-12:]
