"""The store of files: each under its SHA-256, outside the web root, written atomically and checked when read."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from engine.errors import DubanError, Invalid, NotFound, Unavailable

CHUNK = 1024 * 1024
_SHA256 = re.compile(r"[0-9a-f]{64}")


class StoreFull(Unavailable):
    """The disk is full or cannot be written."""


class Damaged(DubanError):
    """The bytes on the disk are not those that were stored."""

    status = 500


@dataclass(frozen=True, slots=True)
class Stored:
    """Where the content is found again, and its size in bytes."""

    sha256: str
    size: int


class FileStore:
    """Files by content under ``root/ab/cd/<sha256>``. The same content is stored once; nothing is ever changed."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, content: bytes | IO[bytes], most: int | None = None) -> Stored:
        """Store the content; raises Invalid when it has more than ``most`` bytes, StoreFull when the disk does not take it.

        The file is complete on the disk before its name exists, so a crash leaves no half file under a hash.
        """
        try:
            return self._put(content, most)
        except OSError as error:
            raise StoreFull("文件没有保存：存储空间不足或不可写；请稍后再试，或联系系统管理员。") from error

    def read(self, sha256: str) -> bytes:
        """The content. Raises NotFound, or Damaged when the bytes no longer match their hash."""
        try:
            content = self.path(sha256).read_bytes()
        except FileNotFoundError:
            raise NotFound("文件不存在；可能已被移走，请联系系统管理员。") from None
        if hashlib.sha256(content).hexdigest() != sha256:
            raise Damaged("文件内容与登记的校验值不符，已停止提供；请联系系统管理员。", sha256=sha256)
        return content

    def path(self, sha256: str) -> Path:
        """Where a content is kept. Raises NotFound for anything that is no SHA-256, so that no name leads out of the store."""
        if not _SHA256.fullmatch(sha256):
            raise NotFound("文件不存在；请检查链接。")
        return self.root / sha256[:2] / sha256[2:4] / sha256

    def damaged(self, known: Iterable[str]) -> list[str]:
        """Those of ``known`` hashes whose file is missing or changed."""
        return [sha256 for sha256 in known if not self._is_whole(sha256)]

    def _is_whole(self, sha256: str) -> bool:
        try:
            self.read(sha256)
        except DubanError:
            return False
        return True

    def _put(self, content: bytes | IO[bytes], most: int | None) -> Stored:
        incoming = self.root / "incoming"
        incoming.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor, name = tempfile.mkstemp(dir=incoming)
        try:
            with os.fdopen(descriptor, "wb") as file:
                stored = _copy(content, file, most)
                file.flush()
                os.fsync(file.fileno())
            place = self.path(stored.sha256)
            place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            Path(name).replace(place)
        finally:
            Path(name).unlink(missing_ok=True)
        return stored


def _copy(content: bytes | IO[bytes], file: IO[bytes], most: int | None) -> Stored:
    digest, size = hashlib.sha256(), 0
    for chunk in _chunks(content):
        size += len(chunk)
        if most is not None and size > most:
            raise Invalid("文件太大；请压缩或拆分后再上传。", most=most)
        digest.update(chunk)
        file.write(chunk)
    return Stored(digest.hexdigest(), size)


def _chunks(content: bytes | IO[bytes]) -> Iterable[bytes]:
    if isinstance(content, bytes):
        return (content,)
    return iter(lambda: content.read(CHUNK), b"")
