"""From text to tokens."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from engine.bpm.feel.limits import DIGITS, LENGTH, ExpressionError
from engine.bpm.feel.names import FUNCTION_NAMES
from engine.bpm.feel.numbers import parsed

KEYWORDS = frozenset(("and", "or", "not", "in", "if", "then", "else", "true", "false", "null", "between", "some", "every", "satisfies"))
_SPACED = sorted((name for name in FUNCTION_NAMES if " " in name), key=len, reverse=True)
_CALLS = "|".join(name.replace(" ", r"\s+") for name in _SPACED)
_TOKEN = re.compile(
    rf"""\s*(?:(?P<number>[0-9]+(?:\.[0-9]+)?|\.[0-9]+)
    |(?P<string>"(?:\\.|[^"\\])*")
    |(?P<call>(?:{_CALLS})(?=\s*\())
    |(?P<name>[^\W\d]\w*)
    |(?P<mark>\.\.|!=|<=|>=|[=<>+\-*/(),\[\]{{}}:.?]))""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "\\": "\\", "'": "'", "/": "/"}


class Token(NamedTuple):
    """``kind``: number, string, name, key (a keyword), mark or end; ``at`` counts characters from 1."""

    kind: str
    value: Any
    at: int


def tokens(text: str) -> list[Token]:
    """Split ``text``; the last token is of kind ``end``. Raises ExpressionError."""
    if len(text) > LENGTH:
        raise ExpressionError(f"表达式太长：最多 {LENGTH} 个字符")
    found: list[Token] = []
    place = 0
    while match := _TOKEN.match(text, place):
        found.append(_token(match, text))
        place = match.end()
    rest = text[place:].lstrip()
    if rest:
        at = len(text) - len(rest) + 1
        hint = "，字符串要用英文双引号括起来" if rest[0] in "\"'“”‘’" else "，请用半角符号"
        raise ExpressionError(f"看不懂“{rest[0]}”{hint}", text=text, at=at)
    return [*found, Token("end", "", len(text) + 1)]


def _token(match: re.Match[str], text: str) -> Token:
    kind = str(match.lastgroup)
    value, at = match[kind], match.start(kind) + 1
    if kind == "number":
        if len(value) > DIGITS:
            raise ExpressionError(f"数字太长：最多 {DIGITS} 位", text=text, at=at)
        return Token(kind, parsed(value), at)
    if kind == "string":
        return Token(kind, _ESCAPE.sub(lambda found: _unescaped(found[1], text, at), value[1:-1]), at)
    if kind == "call":
        return Token("name", " ".join(value.split()), at)
    if value in KEYWORDS:
        return Token("key", value, at)
    return Token(kind, value, at)


def _unescaped(code: str, text: str, at: int) -> str:
    if code in _ESCAPES:
        return _ESCAPES[code]
    if len(code) == 5 and (number := int(code[1:], 16)) > 0 and not 0xD800 <= number <= 0xDFFF:
        return chr(number)
    raise ExpressionError(f"字符串里的“\\{code}”不能用", text=text, at=at)
