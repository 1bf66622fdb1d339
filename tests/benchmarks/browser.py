"""A browser that only sends: keeps cookies and one connection, signs in by the real form."""

from __future__ import annotations

import http.client
import re
from collections.abc import Sequence
from http.cookies import SimpleCookie
from urllib.parse import urlencode

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class Browser:
    """``get`` and ``post`` return (status, text)."""

    def __init__(self, port: int, cookies: dict[str, str] | None = None, token: str = "") -> None:
        self.port, self.cookies, self.token = port, dict(cookies or {}), token
        self._connection: http.client.HTTPConnection | None = None

    def get(self, path: str) -> tuple[int, str]:
        return self._send("GET", path)

    def post(self, path: str, data: Sequence[tuple[str, str]]) -> tuple[int, str]:
        return self._send("POST", path, urlencode([*data, ("csrf_token", self.token)]))

    def sign_in(self, account: str, password: str) -> None:
        self._read_token(self.get("/login")[1])
        status, text = self.post("/login", [("account", account), ("password", password)])
        assert status in (302, 303), (status, text[:300])
        self._read_token(self.get("/tasks/")[1])

    def twin(self) -> Browser:
        """Another connection of the same signed-in person."""
        return Browser(self.port, self.cookies, self.token)

    def _read_token(self, page: str) -> None:
        found = re.search(r'name="csrf[_-]token"[^>]*(?:value|content)="([^"]+)"', page)
        assert found, page[:500]
        self.token = found[1]

    def _send(self, method: str, path: str, body: str | None = None) -> tuple[int, str]:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()), **(FORM if body is not None else {})}
        for last in (False, True):  # a connection that was kept may have been closed meanwhile
            try:
                self._connection = self._connection or http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
                self._connection.request(method, path, body, headers)
                return self._received(self._connection.getresponse())
            except (http.client.RemoteDisconnected, ConnectionError):
                self._connection = None
                if last:
                    raise
        raise AssertionError("unreachable")

    def _received(self, answer: http.client.HTTPResponse) -> tuple[int, str]:
        text = answer.read().decode("utf-8", "replace")
        for line in answer.msg.get_all("Set-Cookie", []):
            self.cookies |= {name: morsel.value for name, morsel in SimpleCookie(line).items()}
        return answer.status, text
