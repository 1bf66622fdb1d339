"""Headers, CSRF, rate limits and safe redirects: what every answer and every form gets."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlsplit

from flask import Flask, Response, current_app, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_wtf.csrf import CSRFProtect
from werkzeug.routing import IntegerConverter

from engine.settings import Settings

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'"
)
HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=(), interest-cohort=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
HSTS = "max-age=31536000; includeSubDomains"

csrf = CSRFProtect()


class Number(IntegerConverter):
    """A number in an address: plain digits, and no more than a database takes."""

    regex = "[0-9]{1,15}"


limiter = Limiter(get_remote_address, headers_enabled=True, strategy="moving-window")
limiter.request_filter(lambda: bool(current_app.extensions["no-limits"]))  # asked of each application: the limiter is one for all


def install(app: Flask, settings: Settings) -> None:
    """Cookies, CSRF protection of every unsafe request, rate limits, headers on every answer."""
    app.config.update(
        SESSION_COOKIE_NAME="__Host-duban" if settings.https else "duban",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.https,
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session: a form left open over lunch can still be sent
        WTF_CSRF_SSL_STRICT=False,  # the token is in the session; Referer may be cut by a proxy
        RATELIMIT_STORAGE_URI=settings.rate_storage,
    )
    app.url_map.converters["int"] = Number
    csrf.init_app(app)
    app.extensions["no-limits"] = not settings.rate_limits
    limiter.init_app(app)

    @app.after_request
    def _headers(response: Response) -> Response:
        _stay_here(response)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if settings.https:
            response.headers.setdefault("Strict-Transport-Security", HSTS)
        response.headers.setdefault("Cache-Control", "no-store")  # pages of cases stay in no cache
        return response


def _stay_here(response: Response) -> None:
    """Redirects of the router (a slash more) name the host that the browser claims; ours are paths."""
    location = response.headers.get("Location", "")
    if response.status_code < 400 and location.startswith(request.host_url):
        response.headers["Location"] = "/" + location.removeprefix(request.host_url)
        response.set_data("")


def static_headers(headers: Any, _path: str, _url: str) -> None:
    """WhiteNoise answers before Flask does, so its files get their headers here."""
    for name in ("X-Content-Type-Options", "Cross-Origin-Resource-Policy"):
        headers[name] = HEADERS[name]
    headers["Content-Security-Policy"] = "default-src 'none'; sandbox"


def own_page(target: str | None) -> str | None:
    """``target`` if it is a path of this house (so that ``next`` can never lead away), else None."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")):
        return None
    if any(ord(letter) < 32 or letter == "\\" for letter in target):
        return None
    parts = urlsplit(target)
    return None if parts.scheme or parts.netloc else target


def same_origin() -> bool:
    """Did the browser say that this request was sent by a page of this house?"""
    site = request.headers.get("Sec-Fetch-Site")
    if site:
        return site == "same-origin"
    origin = request.headers.get("Origin")
    return bool(origin) and urlsplit(str(origin)).netloc == request.host


def download(content: bytes, name: str, media_type: str) -> Response:
    """``content`` as a download that no browser shows or sniffs, under its own sandboxing CSP."""
    response = Response(content, mimetype=media_type)
    response.headers["Content-Disposition"] = _attachment(_plain(name))
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def _attachment(name: str) -> str:
    """The header for a download called ``name``, in ASCII as a server must send it (RFC 6266, RFC 8187)."""
    ending = name.rpartition(".")[2] if "." in name else ""
    plain = name if name.isascii() else f"file.{ending}" if ending.isascii() and ending else "file"
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def _plain(name: str) -> str:
    """A file name without path, control characters or quotes."""
    return "".join(c for c in name.replace("\\", "/").rsplit("/", 1)[-1] if c.isprintable() and c not in '"<>|:*?') or "file"
