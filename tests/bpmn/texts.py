"""Every text that people read in bpmn/: names, instructions, labels, options, table captions, categories."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lxml import etree

from tests.bpmn.walk import ROOT

CHINESE = re.compile(r"[\u4e00-\u9fff]")


def drawn_texts() -> set[str]:
    """The Chinese texts of all drawings, forms and tables."""
    found = {text for path in sorted(ROOT.glob("*/*.bpmn")) + sorted(ROOT.glob("*/*.dmn")) for text in _of_xml(path)}
    for path in sorted(ROOT.glob("*/forms/*.form")):
        found |= set(_of_component(json.loads(path.read_text("utf-8"))))
    for area in tomllib.loads((ROOT / "categories.toml").read_text("utf-8"))["areas"]:
        found |= set(area["categories"])
    return {text for text in found if CHINESE.search(text)}


def _of_xml(path: Path) -> Iterator[str]:
    for element in etree.parse(path).iter(etree.Element):
        yield element.get("name") or ""
        yield element.get("label") or ""
        if element.tag.rpartition("}")[2] in ("documentation", "description"):
            yield element.text or ""


def _of_component(component: dict[str, Any]) -> Iterator[str]:
    for name in ("label", "dateLabel", "description", "text"):
        yield component.get(name) or ""
    yield from (value["label"] for value in component.get("values") or [])
    for inner in component.get("components") or []:
        yield from _of_component(inner)
