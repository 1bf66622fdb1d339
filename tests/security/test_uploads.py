"""Files that are not what they say: bombs, entities, pages, macros, through every form that takes a file, and in what is deployed."""

from __future__ import annotations

import io
import re
import time
import zipfile
from collections.abc import Callable

import pytest
from openpyxl import Workbook
from werkzeug.test import TestResponse

from engine.errors import DubanError
from engine.journal.actor import SYSTEM
from engine.processes.deploy import deploy, read_folder
from tests.security.town import Full
from tests.webapp.town import BPMN

XXE = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'
LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "' + b"&a;" * 50 + b'"><!ENTITY c "' + b"&b;" * 50 + b'">]><a>&c;</a>'
)


def package(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", b'<?xml version="1.0"?><Types/>')
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/").replace("_xml", ".xml").replace("_bin", ".bin"), content)
    return out.getvalue()


def excel_with_entity() -> bytes:
    """A real workbook with an entity in one of its sheets."""
    whole, out = io.BytesIO(), io.BytesIO()
    Workbook().save(whole)
    with zipfile.ZipFile(whole) as book, zipfile.ZipFile(out, "w") as changed:
        for name in book.namelist():
            changed.writestr(name, XXE if name.endswith("sheet1.xml") else book.read(name))
    return out.getvalue()


HOSTILE: dict[str, bytes] = {
    "bomb.docx": package(word__document_xml=b" " * 60_000_000),
    "xxe.docx": package(word__document_xml=XXE),
    "xxe16.docx": package(word__document_xml=XXE.decode().encode("utf-16")),
    "laughs.docx": package(word__document_xml=LAUGHS),
    "xxe.xlsx": excel_with_entity(),
    "macro.docm": package(word__document_xml=b"<a/>", word__vbaProject_bin=b"x"),
    "picture.svg": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "picture.png": b"<!DOCTYPE html><script>alert(1)</script>",
    "page.html": b"<html><script>alert(1)</script></html>",
    "program.pdf": b"MZ\x90\x00\x03\x00",
    "polyglot.txt": b"<?xml version='1.0'?>" + XXE,
}
REPORT = {
    "title": "窗口没有一次性告知",
    "narrative": "跑了四趟，每次都说缺一样新的材料，没人说清。",
    "anonymous": "yes",
    "consent": "yes",
}


def on_the_portal(town: Full, file: tuple[io.BytesIO, str]) -> TestResponse:
    return town.client().post("/portal/submit", data=REPORT | {"files": file})


def on_a_case(town: Full, file: tuple[io.BytesIO, str]) -> TestResponse:
    return town.client("supervision").post(f"/cases/{town.new}/files", data={"files": file})


def as_a_supplement(town: Full, file: tuple[io.BytesIO, str]) -> TestResponse:
    complaint = town.__dict__.setdefault("kept", town.__dict__.get("kept") or town.submit())
    browser = town.client()
    browser.post("/portal/track", data={"number": complaint.number, "code": complaint.code})
    return browser.post("/portal/case/supplement", data={"material": "补充材料", "files": file})


@pytest.mark.parametrize("door", [on_the_portal, on_a_case, as_a_supplement])
def test_no_form_takes_a_hostile_file(town: Full, door: Callable[[Full, tuple[io.BytesIO, str]], TestResponse]) -> None:
    door(town, (io.BytesIO("正常的材料".encode()), "正常.txt"))
    before = town.everything()
    for name, content in HOSTILE.items():
        began = time.monotonic()
        answer = door(town, (io.BytesIO(content), name))
        assert answer.status_code == 422, f"{name}: {answer.status_code}"
        assert "root:" not in answer.text
        assert re.search("文件|压缩|外部实体|宏", answer.text), name
        assert time.monotonic() - began < 5, name
        assert town.everything() == before, name
    kept = [path.read_bytes() for path in town.house.files.root.rglob("*") if path.is_file()]
    assert not set(kept) & set(HOSTILE.values())


@pytest.mark.parametrize("hostile", [XXE, LAUGHS], ids=["external entity", "a billion laughs"])
@pytest.mark.parametrize("file", ["complaint.bpmn", "routing.dmn"])
def test_a_drawing_or_table_with_entities_is_refused_and_reads_no_file(town: Full, file: str, hostile: bytes) -> None:
    files = read_folder(BPMN / "complaint")
    name = file if file in files else next(path for path in files if path.endswith(file.rpartition(".")[2]))
    head = hostile.partition(b"<a>")[0].replace(b"DOCTYPE a", b"DOCTYPE definitions")
    content = re.sub(rb"^<\?xml[^>]*\?>", head, files[name]).replace("受理".encode(), b"&x;" if b"SYSTEM" in hostile else b"&c;", 1)
    before, began = town.everything(), time.monotonic()
    with pytest.raises(DubanError) as refused:
        town.house.act(deploy, {**files, name: content}, by=SYSTEM)
    assert "root:" not in str(refused.value)
    assert time.monotonic() - began < 5
    assert town.everything() == before
