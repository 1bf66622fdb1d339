from __future__ import annotations

import io
import zipfile

import pytest
from openpyxl import Workbook

from engine.cases.media import check_package, clean_name, sniff
from engine.errors import Invalid
from tests.engine.cases.city import word

CONTENT_TYPES = b'<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def package(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", CONTENT_TYPES)
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/").replace("_xml", ".xml").replace("_bin", ".bin"), content)
    return out.getvalue()


def excel() -> bytes:
    out = io.BytesIO()
    Workbook().save(out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (b"%PDF-1.7\n", "application/pdf"),
        (b"\x89PNG\r\n\x1a\n....", "image/png"),
        (b"\xff\xd8\xff\xe0....", "image/jpeg"),
        (b"GIF89a......", "image/gif"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp"),
        (b"RIFF\x00\x00\x00\x00WAVEfmt ", "audio/wav"),
        (b"ID3\x04........", "audio/mpeg"),
        (b"\xff\xfb\x90\x00......", "audio/mpeg"),
        (b"\x00\x00\x00\x18ftypM4A ....", "audio/mp4"),
        (b"\x00\x00\x00\x18ftypisom....", "video/mp4"),
        (b"\x00\x00\x00\x14ftypqt  ....", "video/quicktime"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1....", "application/msword"),
        ("窗口 录音\n".encode(), "text/plain"),
        ("窗口 录音\n".encode("gb18030"), "text/plain"),
        (word("一份材料"), DOCX),
        (excel(), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ],
)
def test_the_type_comes_from_the_content(content: bytes, media_type: str) -> None:
    assert sniff(content, "whatever.exe") == media_type


@pytest.mark.parametrize(
    "content",
    [
        b"MZ\x90\x00\x03\x00",
        b"#!/bin/sh\x00\n",
        b"<!DOCTYPE html><script>alert(1)</script>",
        b"<svg onload=alert(1)>",
        b"PK\x03\x04 no archive",
        b"\x7fELF\x02\x01",
    ],
)
def test_programs_and_pages_are_refused_whatever_they_are_called(content: bytes) -> None:
    with pytest.raises(Invalid):
        sniff(content, "report.pdf")


def test_a_zip_that_is_no_office_document_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.txt", "text")
    with pytest.raises(Invalid):
        sniff(out.getvalue(), "a.docx")


def test_a_zip_bomb_is_refused_without_being_opened() -> None:
    with pytest.raises(Invalid, match="炸弹"):
        sniff(package(word__document_xml=b"\x20" * 60_000_000), "bomb.docx")


def test_too_many_parts_are_refused() -> None:
    with pytest.raises(Invalid, match="炸弹"):
        sniff(package(**{f"word__p{number}_xml": b"<a/>" for number in range(4100)}), "many.docx")


@pytest.mark.parametrize("hostile", [b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', b"<a/><!ENTITY b 'c'>"])
def test_external_entities_in_any_part_are_refused(hostile: bytes) -> None:
    with pytest.raises(Invalid, match="外部实体"):
        sniff(package(word__document_xml=hostile), "xxe.docx")
    with pytest.raises(Invalid, match="外部实体"):
        sniff(package(xl__workbook_xml=hostile.decode().encode("utf-16")), "xxe.xlsx")


def test_macros_and_names_that_lead_out_are_refused() -> None:
    with pytest.raises(Invalid, match="宏"):
        sniff(package(word__document_xml=b"<a/>", word__vbaProject_bin=b"x"), "macro.docx")
    with pytest.raises(Invalid, match="名称"):
        check_package(io.BytesIO(package(**{"..__..__etc__cron": b"x", "word__a_xml": b"<a/>"})))


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd.pdf"),
        ("..\\..\\windows\\system32\\a.exe", "a.pdf"),
        ("/abs/材料 一.pdf", "材料 一.pdf"),
        ("a\x00b\r\nc\u202egnp.exe", "abcgnp.pdf"),
        ('<img src=x onerror="1">.pdf', "img src=x onerror=1.pdf"),
        ("", "附件.pdf"),
        ("...", "附件.pdf"),
        ("长" * 300 + ".pdf", "长" * 110 + ".pdf"),
    ],
)
def test_names_lose_paths_controls_and_wrong_endings(given: str, kept: str) -> None:
    assert clean_name(given, "application/pdf") == kept
