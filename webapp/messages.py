"""The catalogue of what people read, kept in ``translations/en``. ``python -m webapp.messages`` brings it up to date.

Names in drawings, forms and tables have a catalogue of their own (bpmn.po).
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parent.parent
CATALOGUE = ROOT / "webapp" / "translations" / "en" / "LC_MESSAGES" / "messages.po"
REFUSALS = frozenset({"Invalid", "Conflict", "Forbidden", "NotFound", "Unavailable", "StoreFull", "Damaged", "_invalid"})
CHINESE = re.compile(r"[\u4e00-\u9fff]")
HOLIDAYS = ("元旦", "春节", "清明节", "劳动节", "端午节", "中秋节", "国庆节", "中国人民抗日战争暨世界反法西斯战争胜利70周年纪念日")
REASONS = (
    *HOLIDAYS,
    *(f"{name}调休上班" for name in HOLIDAYS),
    "周末",
    "周末（暂定）",
    "工作日",
    "工作日（暂定）",
    "收到",
    "放假",
    "调休上班",
    "自然日",
    "收到当日不计",
    "方案确定的期限",
    "最后一日尚未用完",
)  # why a day counts or not: names that the calendar package gives, and what limits.explain says
Found = tuple[str, int, str | tuple[str, ...]]  # file, line, message (singular and plural)


def found() -> Iterator[Found]:
    """Every message of the pages, of the engine's refusals and of its tables of words."""
    with (ROOT / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)  # type: ignore[no-untyped-call]
    keywords = {**DEFAULT_KEYWORDS, "_l": None}
    for name, line, message, _comments, _context in extract_from_dir(str(ROOT), methods, options, keywords, strip_comment_tags=False):
        yield name, line, message
    for path in sorted((ROOT / "engine").rglob("*.py")):
        if not path.is_relative_to(ROOT / "engine" / "demo"):
            yield from _refusals(path)
        if not any(path.is_relative_to(ROOT / "engine" / part) for part in ("demo", "bpm")) or path.parent.name == "forms":
            yield from _constants(path)
    for path in sorted((ROOT / "webapp").glob("**/*.py")):
        yield from _refusals(path)
    yield from ((str(Path(__file__).relative_to(ROOT)), 0, name) for name in REASONS)


def _refusals(path: Path) -> Iterator[Found]:
    """The sentences of refusals."""
    calls = (node for node in ast.walk(_tree(path)) if isinstance(node, ast.Call) and _name(node.func) in REFUSALS)
    yield from ((str(path.relative_to(ROOT)), line, text) for node in calls for line, text in _texts(node))


def _constants(path: Path) -> Iterator[Found]:
    """The Chinese in named constants (words for roles, kinds …)."""
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None and _is_constant(node):
            yield from ((str(path.relative_to(ROOT)), line, text) for line, text in _texts(node.value))


def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _name(function: ast.expr) -> str:
    return function.id if isinstance(function, ast.Name) else function.attr if isinstance(function, ast.Attribute) else ""


def _is_constant(node: ast.Assign | ast.AnnAssign) -> bool:
    target = node.targets[0] if isinstance(node, ast.Assign) else node.target
    return isinstance(target, ast.Name) and (target.id.isupper() or target.id == "sentence")


def _texts(node: ast.AST) -> list[tuple[int, str]]:
    inside = [each for each in ast.walk(node) if isinstance(each, ast.Constant)]
    formatted = {id(part) for each in ast.walk(node) if isinstance(each, ast.JoinedStr) for part in each.values}
    return [(c.lineno, c.value) for c in inside if isinstance(c.value, str) and _is_words(c.value) and id(c) not in formatted]


def _is_words(text: str) -> bool:
    """Chinese, and no pattern of a number such as 营商督〔{year}〕{serial}号."""
    return bool(CHINESE.search(text)) and "{" not in text


def catalogue() -> Catalog:
    """The English catalogue as it is stored."""
    if not CATALOGUE.exists():
        return Catalog(locale="en", domain="messages", project="duban", fuzzy=False)
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="en", domain="messages")


def bring_up_to_date() -> tuple[int, int]:
    """Add new messages to the stored catalogue and drop those that are gone; returns (all, untranslated)."""
    old = catalogue()
    new = Catalog(locale="en", domain="messages", project="duban", fuzzy=False)
    for file, _line, message in found():
        known = old.get(message[0] if isinstance(message, tuple) else message)
        new.add(message, known.string if known and bool(known.string) else None, locations=[(file, 0)])
    CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
    with CATALOGUE.open("wb") as stream:
        write_po(stream, new, omit_header=False, sort_output=True, ignore_obsolete=True, width=160, include_lineno=False)
    return len(new), sum(not _translated(each.string) for each in new if each.id)


def _translated(string: object) -> bool:
    return all(string) if isinstance(string, tuple | list) else bool(string)


def untranslated() -> list[Found]:
    """What has no English yet."""
    known = catalogue()
    missing = []
    for file, line, message in found():
        entry = known.get(message[0] if isinstance(message, tuple) else message)
        if entry is None or not _translated(entry.string):
            missing.append((file, line, message))
    return missing


if __name__ == "__main__":
    total, missing = bring_up_to_date()
    print(f"{total} messages, {missing} without English: {CATALOGUE.relative_to(ROOT)}")  # noqa: T201
