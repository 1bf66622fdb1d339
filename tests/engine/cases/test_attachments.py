from __future__ import annotations

import hashlib
from io import BytesIO
from pathlib import Path

import pytest

from engine.cases import attachments
from engine.cases.files import Damaged, FileStore, StoreFull
from engine.cases.models import Attachment
from engine.errors import Invalid, NotFound
from tests.engine.cases.city import City


def test_a_file_is_kept_by_its_hash_and_read_back_whole(tmp_path: Path) -> None:
    store = FileStore(tmp_path / "files")
    kept = store.put(BytesIO(b"content"))
    assert kept.sha256 == hashlib.sha256(b"content").hexdigest() and kept.size == 7
    assert store.read(kept.sha256) == b"content"
    assert store.path(kept.sha256).relative_to(tmp_path / "files").parts[:2] == (kept.sha256[:2], kept.sha256[2:4])
    assert not list((tmp_path / "files" / "incoming").iterdir())


def test_the_same_content_is_kept_once(tmp_path: Path) -> None:
    store = FileStore(tmp_path)
    assert store.put(b"same") == store.put(b"same")
    assert len([one for one in tmp_path.rglob("*") if one.is_file()]) == 1


def test_changed_bytes_are_not_handed_out(tmp_path: Path) -> None:
    store = FileStore(tmp_path)
    kept = store.put(b"content")
    store.path(kept.sha256).write_bytes(b"changed")
    with pytest.raises(Damaged):
        store.read(kept.sha256)
    assert store.damaged([kept.sha256, "0" * 64]) == [kept.sha256, "0" * 64]


@pytest.mark.parametrize("name", ["../../etc/passwd", "", "a" * 63, "A" * 64, "a" * 64 + "\n"])
def test_no_name_leads_out_of_the_store(tmp_path: Path, name: str) -> None:
    with pytest.raises(NotFound):
        FileStore(tmp_path).read(name)


def test_a_disk_that_takes_nothing_gives_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "files").write_text("a file where the folder should be")
    with pytest.raises(StoreFull):
        FileStore(tmp_path / "files").put(b"content")


def test_too_much_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(Invalid):
        FileStore(tmp_path).put(BytesIO(b"x" * 100), most=99)
    assert not [one for one in tmp_path.rglob("*") if one.is_file()]


def test_empty_big_and_unknown_files_are_refused(city: City) -> None:
    case = city.register()
    for content, most in ((b"", 10), (b"%PDF-1.7 too long", 10), (b"MZ\x90\x00", 10)):
        with pytest.raises(Invalid):
            city.act(attachments.store, case.id, "a.pdf", content, files=city.files, most=most, by="intake")
    with city.sessions.read() as session:
        assert session.query(Attachment).count() == 0


def test_a_file_of_another_case_is_not_found(city: City) -> None:
    one, other = city.register(), city.register(narrative="别的事情。")
    row = city.act(attachments.store, one.id, "a.pdf", b"%PDF-1.7", files=city.files, audience="office", by="intake")
    with city.sessions.read() as session:
        assert attachments.get(session, one.id, row.id, office=True).name == "a.pdf"
        for case_id, office in ((other.id, True), (one.id, False)):
            with pytest.raises(NotFound):
                attachments.get(session, case_id, row.id, office=office)
