"""From tokens to the tree: a descending parser, one method a level of precedence, from ``if`` down to literals."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.bpm.feel.limits import DEPTH
from engine.bpm.feel.names import FUNCTION_NAMES
from engine.bpm.feel.nodes import Node
from engine.bpm.feel.reader import Reader
from engine.bpm.feel.tokens import Token

COMPARISONS = ("=", "!=", "<", "<=", ">", ">=")
_CONSTANTS = {"true": True, "false": False, "null": None}


class Grammar(Reader):
    """Reads one text. ``cell``: it is the cell of a decision table, where ``?`` stands for the input."""

    def __init__(self, text: str, *, cell: bool = False) -> None:
        super().__init__(text)
        self.cell = cell
        self.depth = 0

    # ── levels ──
    def expression(self) -> Node:
        """``if``, ``some``, ``every``, or a disjunction."""
        self.depth += 1
        if self.depth > DEPTH:
            self.refuse(f"表达式嵌套太深：最多 {DEPTH} 层")
        node = self._conditional() if self.sees("if") else self._quantified() if self.sees("some", "every") else self._either()
        self.depth -= 1
        return node

    def _conditional(self) -> Node:
        at = self.take("if").at
        condition = self.expression()
        self.take("then")
        then = self.expression()
        self.take("else")
        return Node("if", at, (condition, then, self.expression()))

    def _quantified(self) -> Node:
        head = self.take()
        name = self.take()
        if name.kind != "name":
            self.refuse("这里应该是一个变量名", name.at)
        self.take("in")
        items = self._sum()
        self.take("satisfies")
        return Node(head.value, head.at, (items, self.expression()), name.value)

    def _chain(self, word: str, below: Callable[[], Node]) -> Node:
        parts, at = [below()], self.token.at
        while self.takes(word):
            parts.append(below())
        return parts[0] if len(parts) == 1 else Node(word, at, tuple(parts))

    def _either(self) -> Node:
        return self._chain("or", self._both)

    def _both(self) -> Node:
        return self._chain("and", self._comparison)

    def _comparison(self) -> Node:
        left, token = self._sum(), self.token
        if self.sees(*COMPARISONS):
            self.take()
            return Node("compare", token.at, (left, self._sum()), token.value)
        if self.takes("between"):
            low = self._sum()
            self.take("and")
            return Node("range", token.at, (left, low, self._sum()), "[]")
        if self.takes("in"):
            return self.member(left)
        return left

    def _binary(self, signs: tuple[str, ...], below: Callable[[], Node]) -> Node:
        left = below()
        while self.sees(*signs):
            sign = self.take()
            left = Node("arithmetic", sign.at, (left, below()), sign.value)
        return left

    def _sum(self) -> Node:
        return self._binary(("+", "-"), self._product)

    def _product(self) -> Node:
        return self._binary(("*", "/"), self._signed)

    def _signed(self) -> Node:
        signs, at = 0, self.token.at
        while self.takes("-"):
            signs += 1
        node = self._reached()
        return Node("negative", at, (node,)) if signs % 2 else node

    def _reached(self) -> Node:
        node = self._atom()
        while self.sees(".", "[") and node.kind != "literal":  # the bracket in ``[3..4[`` opens no filter
            at = self.take().at
            if self.rest[self.place - 1].value == ".":
                node = Node("path", at, (node,), self._key())
            else:
                node = Node("filter", at, (node, self.expression()))
                self.take("]")
        return node

    def _key(self) -> str:
        token = self.take()
        if token.kind not in ("name", "key"):
            self.refuse("“.”后面应该是一个名字", token.at)
        return str(token.value)

    # ── what stands alone ──
    def _atom(self) -> Node:
        token = self.take()
        if token.kind in ("number", "string"):
            return Node("literal", token.at, value=token.value)
        if token.kind == "name":
            return self._call(token) if self.sees("(") else Node("name", token.at, value=token.value)
        read: dict[str, Callable[[Token], Node]] = {
            "(": self._grouped,
            "[": self._list,
            "{": self._context,
            "not": self._not,
            "?": self._input,
        }
        if token.kind == "key" and token.value in _CONSTANTS:
            return Node("literal", token.at, value=_CONSTANTS[token.value])
        if token.kind in ("key", "mark") and token.value in read:
            return read[token.value](token)
        self.refuse("表达式不完整" if token.kind == "end" else f"这里不应该是“{token.value}”", token.at)
        raise AssertionError

    def _grouped(self, _: Token) -> Node:
        node = self.expression()
        self.take(")")
        return node

    def _input(self, token: Token) -> Node:
        if not self.cell:
            self.refuse("“?”只能用在决策表里", token.at)
        return Node("input", token.at)

    def _not(self, token: Token) -> Node:
        self.take("(")
        node = self._grouped(token)
        return Node("not", token.at, (node,))

    def _call(self, name: Token) -> Node:
        if name.value not in FUNCTION_NAMES:
            self.refuse(f"没有“{name.value}”这个函数", name.at)
        self.take("(")
        return Node("call", name.at, tuple(self._several(")", self.expression)), name.value)

    def _list(self, token: Token) -> Node:
        return Node("list", token.at, tuple(self._several("]", self.expression)))

    def _context(self, token: Token) -> Node:
        names: list[str] = []

        def entry() -> Node:
            names.append(str(self.take().value) if self.token.kind == "string" else self._key())
            self.take(":")
            return self.expression()

        parts = tuple(self._several("}", entry))
        return Node("context", token.at, parts, tuple(names))

    def _several(self, end: str, read: Callable[[], Any]) -> list[Any]:
        found: list[Any] = []
        while not self.takes(end):
            if found:
                self.take(",")
            found.append(read())
        return found

    # ── tests: what may follow ``in`` and stand in a cell ──
    def member(self, left: Node) -> Node:
        """What follows ``in``: one test, or several in parentheses, for which ``left`` is evaluated once."""
        token = self.token
        if self.sees("(") and not self._opens_range():
            self.take()
            subject = Node("subject", token.at)
            return Node("tests", token.at, (left, *self._several(")", lambda: self.test(subject))))
        return self.test(left)

    def test(self, left: Node) -> Node:
        """One positive unary test of ``left``: a comparison, a range, or a value that it equals or that contains it."""
        token = self.token
        if self.sees(*COMPARISONS):
            self.take()
            return Node("compare", token.at, (left, self._sum()), token.value)
        if self.sees("(", "[", "]") and self._opens_range():
            return self._range(left)
        return Node("in", token.at, (left, self.expression() if self.cell else self._sum()))

    def _range(self, left: Node) -> Node:
        start = self.take()
        low = self._sum()
        self.take("..")
        high = self._sum()
        end = self.take()
        if end.value not in ("]", ")", "[") or end.kind != "mark":
            self.refuse("区间要用“]”或“)”结束", end.at)
        bounds = ("[" if start.value == "[" else "(") + ("]" if end.value == "]" else ")")
        return Node("range", start.at, (left, low, high), bounds)

    def _opens_range(self) -> bool:
        depth = 0
        for index, token in enumerate(self.rest[self.place :]):
            if token.kind != "mark":
                continue
            if token.value == ".." and depth == 1:
                return True
            depth += (token.value in "([") - (token.value in ")]") if index else 1
            if depth == 0 or (token.value == "," and depth == 1):
                return False
        return False

    def tests(self) -> Node:
        """The whole cell of a decision table: ``-``, ``not(…)``, or tests between commas."""
        at, subject = self.token.at, Node("input", self.token.at)
        if self.token.kind == "end" or (self.sees("-") and self.rest[self.place + 1].kind == "end"):
            return Node("literal", at, value=True)
        negated = self.sees("not") and self.rest[self.place + 1].value == "("
        if negated:
            self.take()
            self.take("(")
        found = [self.test(subject)]
        while self.takes(","):
            found.append(self.test(subject))
        if negated:
            self.take(")")
        if self.token.kind != "end":
            self.refuse(f"多了“{self.token.value}”")
        node = Node("or", at, tuple(found)) if len(found) > 1 else found[0]
        return Node("not", at, (node,)) if negated else node
