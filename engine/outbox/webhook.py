"""The channel webhook: a signed JSON body posted to a host that the operator has allowed. Redirects are not followed."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import ssl
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from engine.errors import Invalid
from engine.outbox.models import Dispatch

LONGEST_ANSWER = 10_000  # bytes read of what the other side says


class NotTaken(Exception):
    """The other side answered with something else than 2xx."""


@dataclass(frozen=True, slots=True)
class Webhook:
    """Posts to ``hosts`` only (``host`` or ``host:port``), so that no address reaches into the house's own network."""

    secret: str
    hosts: Collection[str] = ()
    timeout: float = 10.0

    def send(self, dispatch: Dispatch, at: datetime) -> None:
        """Post the message. Raises Invalid (address not allowed), OSError or NotTaken."""
        scheme, host, target = check_address(dispatch.address, self.hosts)
        body = json.dumps({"key": dispatch.key, "subject": dispatch.subject, "body": dispatch.body}, ensure_ascii=False).encode()
        connection = _connect(scheme, host, self.timeout)
        try:
            connection.request("POST", target, body, self._headers(body, dispatch.key, at))
            answer = connection.getresponse()
            answer.read(LONGEST_ANSWER)
        finally:
            connection.close()
        if not 200 <= answer.status < 300:
            raise NotTaken(f"{host} answered {answer.status}")

    def _headers(self, body: bytes, key: str, at: datetime) -> dict[str, str]:
        stamp = str(int(at.timestamp()))
        signed = {"X-Duban-Timestamp": stamp, "X-Duban-Signature": sign(self.secret, stamp, body), "X-Duban-Key": key}
        return {"Content-Type": "application/json; charset=utf-8", "User-Agent": "duban", **signed}


def sign(secret: str, stamp: str, body: bytes) -> str:
    """HMAC-SHA256 over ``<stamp>.<body>``, as ``sha256=<hex>``: what the receiver computes to believe the message."""
    return "sha256=" + hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def check_address(address: str, hosts: Collection[str]) -> tuple[str, str, str]:
    """Scheme, ``host:port`` and request target of an allowed address. Raises Invalid for any other."""
    refused = Invalid("推送地址不在允许的主机之列；请联系系统管理员。", address=address)
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        raise refused from None
    host = (parts.hostname or "") + (f":{port}" if port else "")
    if parts.scheme not in ("http", "https") or host not in hosts or parts.username is not None:
        raise refused
    if any(ord(c) <= 32 for c in address):
        raise refused
    return parts.scheme, host, (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _connect(scheme: str, host: str, timeout: float) -> http.client.HTTPConnection:
    if scheme == "https":
        return http.client.HTTPSConnection(host, timeout=timeout, context=ssl.create_default_context())
    return http.client.HTTPConnection(host, timeout=timeout)
