"""Reading XML from people: no DTD, no entities, no network; size and depth are bounded."""

from __future__ import annotations

from typing import Any

from lxml import etree

from engine.errors import Problem, Refused

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
SPIFF = "{http://spiffworkflow.org/bpmn/schema/1.0/core}"
MOST_BYTES = 2_000_000
MOST_NODES = 60_000
MOST_DEPTH = 40


def parse(content: bytes, file: str = "") -> Any:
    """The root element of the document. Raises Refused when it is not XML, too large, too deep, or has a DTD."""
    if len(content) > MOST_BYTES:
        raise _refused("文件太大（超过 2 MB），请拆分流程。", file)
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True, collect_ids=False
    )
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise _refused("文件不是有效的 XML，请用流程设计器重新导出。", file) from error
    document: Any = root.getroottree().docinfo
    if document.doctype:
        raise _refused("文件含有 DTD 声明，不能使用；请用流程设计器重新导出。", file)
    _bounded(root, file)
    return root


def local(node: Any) -> str:
    """The tag of an element without its namespace; "" for entity references and the like."""
    return node.tag.rpartition("}")[2] if isinstance(node.tag, str) else ""


def text(node: Any, tag: str) -> str | None:
    """The stripped text of the first BPMN child ``tag``; None when there is no such child or no text."""
    found = node.find(BPMN + tag)
    return None if found is None else (found.text or "").strip() or None


def _bounded(root: Any, file: str) -> None:
    depth = nodes = 0
    for event, _ in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        nodes += event == "start"
        if depth > MOST_DEPTH or nodes > MOST_NODES:
            raise _refused("文件的元素太多或嵌套太深，请拆分流程。", file)


def _refused(sentence: str, file: str) -> Refused:
    return Refused([Problem("xml", "", "", sentence, file)])
