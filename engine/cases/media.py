"""What a file is, by its content and never by its name; and whether an office document is safe to keep."""

from __future__ import annotations

import re
import unicodedata
import zipfile
from collections.abc import Mapping
from io import BytesIO
from typing import IO

from engine.errors import Invalid

EXTENSIONS: Mapping[str, str] = {
    "application/pdf": "pdf",
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/gif": "gif",
    "image/webp": "webp",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "pptx",
    "application/msword": "doc",
    "application/vnd.ms-excel": "xls",
    "application/vnd.ms-powerpoint": "ppt",
    "text/plain": "txt",
    "audio/mpeg": "mp3",
    "audio/wav": "wav",
    "audio/mp4": "m4a",
    "video/mp4": "mp4",
    "video/quicktime": "mov",
}
MOST_ENTRIES, MOST_EXPANDED, MOST_RATIO = 4000, 200 * 1024 * 1024, 200
FREE_OF_RATIO = 5 * 1024 * 1024  # expanded bytes up to which a high ratio does no harm
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OPEN_XML = {"word/": "docx", "xl/": "xlsx", "ppt/": "pptx"}
_TYPES = {extension: media_type for media_type, extension in EXTENSIONS.items()}
_MARKUP = re.compile(rb"<!\s*(doctype|entity)", re.IGNORECASE)


def sniff(content: bytes, name: str = "") -> str:
    """The media type of ``content``. ``name`` only tells doc, xls and ppt apart. Raises Invalid for anything not in EXTENSIONS."""
    extension = _by_magic(content) or _by_container(content, name) or _text(content)
    if extension is None:
        raise Invalid("不接受这种文件；可以上传 PDF、图片、Word、Excel、PPT、文本、录音和视频。", name=name)
    return _TYPES[extension]


def clean_name(name: str, media_type: str) -> str:
    """A file name without path, control and direction characters, at most 120 characters, with the extension of its real type."""
    name = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    name = "".join(c for c in name if unicodedata.category(c)[0] != "C" and c not in '<>:"|?*')
    stem = name.rpartition(".")[0] if "." in name else name
    stem = stem.strip(" .")[:110] or "附件"
    return f"{stem}.{EXTENSIONS[media_type]}"


def check_package(file: IO[bytes]) -> zipfile.ZipFile:
    """An office package (docx, xlsx, pptx) that is bounded and harmless. Raises Invalid: too many entries, a zip bomb, names that lead
    out of it, encrypted parts, macros, or XML with a DTD (XXE, entity expansion)."""
    try:
        package = zipfile.ZipFile(file)
        _check_entries(package)
        for info in package.infolist():
            if info.filename.lower().endswith((".xml", ".rels", ".vml")):
                _check_markup(package.read(info))
    except (zipfile.BadZipFile, NotImplementedError, EOFError, RuntimeError, OSError, ValueError) as error:
        raise Invalid("文件已损坏或无法读取；请重新保存后再上传。") from error
    return package


def _check_entries(package: zipfile.ZipFile) -> None:
    entries = package.infolist()
    expanded = sum(info.file_size for info in entries)
    packed = sum(info.compress_size for info in entries) or 1
    if len(entries) > MOST_ENTRIES or expanded > MOST_EXPANDED or (expanded > FREE_OF_RATIO and expanded / packed > MOST_RATIO):
        raise Invalid("压缩内容过大，可能是压缩炸弹；文件没有保存。")
    names = [info.filename for info in entries]
    if len(set(names)) != len(names) or any(_leads_out(name) for name in names):
        raise Invalid("文件内部的名称不合规范；请重新保存后再上传。")
    if any(info.flag_bits & 0x1 for info in entries):
        raise Invalid("文件加了密码；请取消密码后再上传。")
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise Invalid("文件带有宏；请另存为不带宏的文件后再上传。")


def _leads_out(name: str) -> bool:
    return name.startswith(("/", "\\")) or ":" in name or ".." in name.replace("\\", "/").split("/")


def _check_markup(xml: bytes) -> None:
    if xml[:2] in (b"\xff\xfe", b"\xfe\xff"):
        xml = xml.decode("utf-16", "replace").encode()
    elif b"\x00" in xml[:8]:
        raise Invalid("文件的编码不合规范；请重新保存后再上传。")
    if _MARKUP.search(xml):
        raise Invalid("文件内含外部实体声明，可能有害；文件没有保存。")


def _by_magic(content: bytes) -> str | None:
    head = content[:16]
    if content[:1024].lstrip().startswith(b"%PDF-"):
        return "pdf"
    for magic, extension in (
        (b"\x89PNG\r\n\x1a\n", "png"),
        (b"\xff\xd8\xff", "jpg"),
        (b"GIF87a", "gif"),
        (b"GIF89a", "gif"),
        (b"ID3", "mp3"),
    ):
        if head.startswith(magic):
            return extension
    if head[:4] == b"RIFF":
        return {b"WEBP": "webp", b"WAVE": "wav"}.get(head[8:12])
    if len(head) > 3 and head[0] == 0xFF and head[1] & 0xE6 == 0xE2:  # MPEG audio frame, layer III
        return "mp3"
    return _by_brand(head)


def _by_brand(head: bytes) -> str | None:
    """ISO base media (ISO/IEC 14496-12): the brand after ``ftyp``."""
    if head[4:8] != b"ftyp":
        return None
    brand = head[8:12]
    if brand.startswith(b"M4A"):
        return "m4a"
    if brand == b"qt  ":
        return "mov"
    return "mp4" if brand[:3] in (b"iso", b"mp4", b"avc", b"M4V", b"MSN", b"3gp", b"das") else None


def _by_container(content: bytes, name: str) -> str | None:
    if content.startswith(_OLE):
        extension = name.rpartition(".")[2].lower()
        return extension if extension in ("xls", "ppt") else "doc"
    if not content.startswith(b"PK\x03\x04"):
        return None
    names = check_package(BytesIO(content)).namelist()
    if "[Content_Types].xml" not in names:
        return None
    return next((extension for folder, extension in _OPEN_XML.items() if any(n.startswith(folder) for n in names)), None)


def _text(content: bytes) -> str | None:
    """Text in UTF-8 or GB 18030 without control characters; never markup that a browser would run."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if any(unicodedata.category(c) == "Cc" and c not in "\t\r\n\f" for c in text):
            return None
        return None if text.lstrip()[:200].lower().startswith(("<!doctype", "<html", "<svg", "<?xml", "<script")) else "txt"
    return None
