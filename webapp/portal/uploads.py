"""Files that come with a report: how many, how big, of what kind; told before, checked here, checked by content in the engine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import IO

from flask import Request
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from engine.cases import media

COUNT = 6  # files of one sending
MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """``bytes`` of one file and ``total`` of all; ``accept`` for the browser's file chooser."""

    count: int
    bytes: int
    total: int
    accept: str


def limits(upload_bytes: int, request_bytes: int) -> Limits:
    """The limits of this installation; a megabyte of the request is left for the words."""
    accept = ",".join(f".{extension}" for extension in sorted({*media.EXTENSIONS.values(), "jpeg"}))
    return Limits(COUNT, upload_bytes, request_bytes - MEGABYTE, accept)


def read(request: Request, allowed: Limits) -> tuple[list[tuple[str, IO[bytes]]], str]:
    """The files that were sent, and a sentence when they are too many or too big (empty: they are not)."""
    sent = [file for file in request.files.getlist("files") if file.filename]
    if len(sent) > allowed.count:
        return [], _("一次最多上传 %(count)d 个文件；其余的提交后可以补充。", count=allowed.count)
    sizes = [_size(file) for file in sent]
    for file, size in zip(sent, sizes, strict=True):
        if size == 0:
            return [], _("文件“%(name)s”是空的；请重新选择。", name=file.filename)
        if size > allowed.bytes:
            return [], _("文件“%(name)s”太大；每个文件不超过 %(most)d MB。", name=file.filename, most=allowed.bytes // MEGABYTE)
    if sum(sizes) > allowed.total:
        return [], _("文件合计太大；请分几次上传，提交后可以补充。")
    return [(str(file.filename), file.stream) for file in sent], ""


def _size(file: FileStorage) -> int:
    file.stream.seek(0, 2)
    size = file.stream.tell()
    file.stream.seek(0)
    return size
