"""Settings from the environment (``DUBAN_*``); secrets are made on the first run into ``<data_dir>/secrets``, mode 0600."""

from __future__ import annotations

import os
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

MEGABYTE = 1024 * 1024
LINE = {"connect_timeout": 3, "keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3, "tcp_user_timeout": 10_000}
_TRUE = frozenset({"1", "true", "yes", "on"})


class SettingsError(ValueError):
    """A setting has a value that cannot be read; the message names the variable."""


@dataclass(frozen=True, slots=True)
class Settings:
    """All that differs between two installations. Read once, at the door; ``repr`` shows no secret."""

    database_url: str
    data_dir: Path = Path("var")
    demo: bool = False
    base_url: str = "http://127.0.0.1:8000"  # how people reach the house; links in letters and e-mails begin with it
    host: str = "127.0.0.1"
    port: int = 8000
    threads: int = 8  # of one web process
    proxies: int = 0  # reverse proxies in front whose X-Forwarded-* are believed
    session_hours: int = 12  # a sign-in ends after so many hours
    upload_bytes: int = 20 * MEGABYTE  # of one file
    request_bytes: int = 60 * MEGABYTE  # of one request with all its files
    rate_limits: bool = True
    rate_storage: str = "memory://"  # where Flask-Limiter counts
    log_json: bool = True
    log_level: str = "INFO"
    smtp_host: str = ""  # empty: no e-mail is sent
    smtp_port: int = 25
    smtp_user: str = ""
    smtp_password: str = field(default="", repr=False)
    smtp_tls: bool = False  # STARTTLS
    mail_from: str = "duban@localhost"
    webhook_secret: str = field(default="", repr=False)  # signs the body of each webhook
    pool_size: int = 10  # PostgreSQL connections of one process
    secret_key: str = field(default="", repr=False)  # signs the session cookie
    identity_key: bytes = field(default=b"", repr=False)  # 32 bytes: seals reporters' identities
    mark_key: bytes = field(default=b"", repr=False)  # 32 bytes: keyed hash that finds repeat reporters

    @property
    def https(self) -> bool:
        """Whether people reach the house by https, so that cookies are sent by it only."""
        return self.base_url.startswith("https:")

    @property
    def engine_options(self) -> dict[str, Any]:
        """Further arguments for ``engine.db.connect``."""
        if self.database_url.startswith("sqlite"):
            return {"hide_parameters": True}  # what people typed stays out of error messages
        return {
            "hide_parameters": True,
            "pool_size": self.pool_size,
            "max_overflow": self.pool_size,
            "pool_pre_ping": True,
            "pool_timeout": 10,
            "connect_args": LINE,
        }

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None, **overrides: Any) -> Settings:
        """Read ``DUBAN_<FIELD>`` for each field, make what secrets are missing, create ``data_dir``.

        Raises SettingsError where a value cannot be read.
        """
        environ = os.environ if environ is None else environ
        given: dict[str, Any] = {f.name: _read(environ, f.name, f.type) for f in fields(cls) if f"DUBAN_{f.name.upper()}" in environ}
        given.update(overrides)
        data_dir = Path(given.get("data_dir", "var")).resolve()
        data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        given["data_dir"] = data_dir
        given.setdefault("database_url", f"sqlite:///{data_dir / 'duban.sqlite'}")
        return cls(**{**_secrets(data_dir / "secrets"), **given})


def _read(environ: Mapping[str, str], name: str, kind: Any) -> Any:
    variable = f"DUBAN_{name.upper()}"
    try:
        return _READERS[str(kind)](environ[variable])
    except ValueError as error:
        raise SettingsError(f"{variable}={environ[variable]!r} is not a {kind}") from error


def _key_bytes(text: str) -> bytes:
    value = urlsafe_b64decode(text)
    if len(value) != 32:
        raise ValueError("a key has 32 bytes")
    return value


_READERS: dict[str, Any] = {
    "str": str,
    "int": int,
    "bool": lambda text: text.strip().lower() in _TRUE,
    "Path": Path,
    "bytes": _key_bytes,
}


def _secrets(folder: Path) -> dict[str, Any]:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return {
        "secret_key": _kept(folder / "secret_key"),
        "webhook_secret": _kept(folder / "webhook_secret"),
        "identity_key": urlsafe_b64decode(_kept(folder / "identity_key")),
        "mark_key": urlsafe_b64decode(_kept(folder / "mark_key")),
    }


def _kept(path: Path) -> str:
    """The secret in ``path``; made there when missing, so that of two processes that start at once one wins and both read the same."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    if not path.exists():
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(urlsafe_b64encode(secrets.token_bytes(32)).decode())
            file.flush()
            os.fsync(file.fileno())  # a lost identity key seals identities for ever
        try:
            os.link(fresh, path)
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return path.read_text().strip()
