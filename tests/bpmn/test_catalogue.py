"""The English catalogue knows every text that is drawn, and nothing that is drawn no more."""

from __future__ import annotations

import re

from babel.messages.pofile import read_po

from engine.processes.definitions import tables_of
from engine.processes.deploy import name_of, read_folder
from tests.bpmn.texts import CHINESE, drawn_texts
from tests.bpmn.walk import ROOT

CATALOGUE = ROOT.parent / "webapp/translations/en/LC_MESSAGES/bpmn.po"
TABLE_CELL = re.compile(r'_o\d+"><text>"([^"]*[\u4e00-\u9fff][^"]*)"')


def catalogue() -> dict[str, str]:
    with CATALOGUE.open("rb") as file:
        return {message.id: message.string for message in read_po(file) if message.id}


def test_every_drawn_text_has_an_english_one():
    known = catalogue()
    assert sorted(text for text in drawn_texts() if not known.get(text)) == []


def test_no_translation_is_left_over():
    shared = {name_of(tables_of(read_folder(path))) for path in ROOT.iterdir() if path.is_dir() and not any(path.glob("*.bpmn"))}
    cells = {cell for path in ROOT.glob("*/*.dmn") for cell in TABLE_CELL.findall(path.read_text("utf-8"))}
    assert sorted(set(catalogue()) - drawn_texts() - cells - shared) == []


def test_the_english_is_english():
    assert [text for text in catalogue().values() if CHINESE.search(text)] == []
