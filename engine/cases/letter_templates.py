"""Word templates of letters: filled in a sandbox that can compute nothing, call nothing and grow without bound nowhere."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import lru_cache
from io import BytesIO
from typing import Any

from docxtpl import DocxTemplate
from jinja2 import TemplateError, nodes
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from engine.cases.letter_printing import Press
from engine.cases.media import check_package
from engine.clock import local
from engine.errors import DubanError, Invalid, Problem

LONGEST_TEXT, MOST_ITEMS, MOST_DEPTH, MOST_LOOPS = 20_000, 200, 4, 2
MOST_BYTES = 10 * 1024 * 1024  # of a template and of a letter
FILTERS = frozenset({"default", "d", "join", "length", "count", "first", "last", "upper", "lower", "trim", "title", "e", "escape", "day"})
TESTS = frozenset({"defined", "none", "undefined", "equalto", "eq", "ne", "in"})
CONTEXT = frozenset({"letter", "case", "task", "text"})  # all that a template may name
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")  # XML 1.0 knows them not
_REFUSED = (
    nodes.Call, nodes.CallBlock, nodes.Macro, nodes.Include, nodes.Import, nodes.FromImport, nodes.Extends, nodes.BinExpr,
)  # fmt: skip


class _Sandbox(ImmutableSandboxedEnvironment):
    """No calls, no arithmetic that makes things grow, no globals, few filters."""

    intercepted_binops = frozenset({"+", "-", "*", "/", "//", "%", "**"})

    @staticmethod
    def concat(pieces: Iterable[str]) -> str:
        """Join the pieces of a rendering as they come, and stop when they become too many (loops in loops)."""
        size, kept = 0, []
        for piece in pieces:
            size += len(piece)
            if size > MOST_BYTES:
                raise SecurityError("the letter grows too long")
            kept.append(piece)
        return "".join(kept)

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        raise SecurityError(f"{operator} is not allowed in a letter")

    def is_safe_callable(self, obj: Any) -> bool:
        return False


def render(template: bytes, context: Mapping[str, Any]) -> bytes:
    """The letter: ``template`` filled with ``context``, of which only the names in CONTEXT are known. Raises Invalid with a sentence."""
    try:
        letter = _press(template).print({name: bounded(context[name]) for name in CONTEXT if name in context})
    except DubanError:
        raise
    except (TemplateError, SecurityError) as error:
        raise Invalid("文书模板有误，没有生成文书；请流程管理员检查模板。", detail=str(error)[:300]) from error
    except Exception as error:  # python-docx and lxml raise many kinds on a broken file
        raise Invalid("文书模板无法读取；请流程管理员重新上传 Word 文件。", detail=f"{type(error).__name__}: {error}"[:300]) from error
    if len(letter) > MOST_BYTES:
        raise Invalid("文书太大，没有保存；请缩短内容。")
    return letter


@lru_cache(maxsize=200)
def _press(template: bytes) -> Press:
    """Each template is read and compiled once a process."""
    return Press.of(_open(template), _environment())


def inspect(files: Mapping[str, bytes]) -> list[Problem]:
    """What is wrong with the letters (``documents/*.docx``) of a folder that is to be deployed."""
    letters = sorted(path for path in files if path.startswith("documents/") and path.endswith(".docx"))
    return [problem for path in letters for problem in problems(files[path], path)]


def problems(template: bytes, path: str) -> list[Problem]:
    """What is wrong with a template before it is deployed: not a harmless Word file, a name that no letter has, loops too deep."""
    try:
        document = _open(template)
        trees = [_environment().parse(document.patch_xml(xml)) for xml in _texts(document)]
    except DubanError as refusal:
        return [_problem(path, refusal.sentence)]
    except Exception as error:  # the same many kinds as above
        return [_problem(path, f"模板无法读取：{error}"[:300])]
    return [_problem(path, sentence) for sentence in dict.fromkeys(fault for tree in trees for fault in _faults(tree))]


def bounded(value: Any, depth: int = 0) -> Any:
    """A value as a template may see it: texts and lists cut to a length, moments as days in China, nothing that has methods of its own."""
    if isinstance(value, str):
        return _CONTROLS.sub("", value)[:LONGEST_TEXT]
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, (date, datetime)):
        return day(value)
    if depth >= MOST_DEPTH:
        return ""
    if isinstance(value, Mapping):
        return {str(key): bounded(item, depth + 1) for key, item in list(value.items())[:MOST_ITEMS]}
    if isinstance(value, (list, tuple)):
        return [bounded(item, depth + 1) for item in value[:MOST_ITEMS]]
    return str(value)[:LONGEST_TEXT]


def day(value: date | datetime | str | None) -> str:
    """2026年3月2日; text stays text."""
    if isinstance(value, datetime):
        value = local(value).date() if value.tzinfo else value.date()
    return f"{value.year}年{value.month}月{value.day}日" if isinstance(value, date) else value or ""


def _open(template: bytes) -> Any:
    if len(template) > MOST_BYTES:
        raise Invalid("文书模板太大；请压缩图片后再上传。")
    check_package(BytesIO(template))
    document = DocxTemplate(BytesIO(template))
    document.init_docx()
    return document


def _environment() -> _Sandbox:
    environment = _Sandbox(autoescape=True)
    environment.globals.clear()
    environment.filters["day"] = day
    environment.filters = {name: environment.filters[name] for name in FILTERS}
    environment.tests = {name: environment.tests[name] for name in TESTS if name in environment.tests}
    return environment


def _texts(document: Any) -> list[str]:
    """The XML of the body, the headers and the footers."""
    around = [part for uri in (document.HEADER_URI, document.FOOTER_URI) for _key, part in document.get_headers_footers(uri)]
    return [document.get_xml(), *(document.get_part_xml(part) for part in around)]


def _faults(tree: nodes.Template) -> list[str]:
    own = {node.name for node in tree.find_all(nodes.Name) if node.ctx == "store"}
    unknown = {node.name for node in tree.find_all(nodes.Name) if node.ctx == "load"} - own - CONTEXT - {"loop"}
    faults = [f"文书里没有“{name}”这个内容；可以用 letter、case、task 和 text。" for name in sorted(unknown)]
    if any(_is_refused(node) for node in tree.find_all(nodes.Node)):
        faults.append("文书里不能计算、调用或引入别的内容。")
    if _loops(tree) > MOST_LOOPS:
        faults.append("循环最多套两层。")
    return faults


def _is_refused(node: nodes.Node) -> bool:
    if isinstance(node, nodes.Filter):
        return node.name not in FILTERS
    if isinstance(node, nodes.Test):
        return node.name not in TESTS
    if isinstance(node, nodes.Getattr):
        return node.attr.startswith("_")
    return isinstance(node, _REFUSED) and not isinstance(node, (nodes.And, nodes.Or))


def _loops(node: nodes.Node) -> int:
    deepest = max((_loops(child) for child in node.iter_child_nodes()), default=0)
    return deepest + isinstance(node, nodes.For)


def _problem(path: str, sentence: str) -> Problem:
    return Problem("letter", path, path.rpartition("/")[2], sentence, file=path)
