"""Reading tokens one after the other."""

from __future__ import annotations

from collections.abc import Callable

from engine.bpm.feel.limits import NODES, ExpressionError
from engine.bpm.feel.nodes import Node
from engine.bpm.feel.tokens import Token, tokens


class Reader:
    """Stands before one token of ``text``."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.rest = tokens(text)
        self.place = 0
        if len(self.rest) > NODES:
            raise ExpressionError(f"表达式太复杂：最多 {NODES} 个部分")

    @property
    def token(self) -> Token:
        """The next token."""
        return self.rest[self.place]

    def sees(self, *values: str) -> bool:
        """Is the next token one of these keywords or marks?"""
        return self.token.kind in ("key", "mark") and self.token.value in values

    def take(self, value: str | None = None) -> Token:
        """The next token, which must be ``value`` if that is given."""
        token = self.token
        if value is not None and not self.sees(value):
            self.refuse(f"这里应该是“{value}”")
        self.place += token.kind != "end"
        return token

    def takes(self, value: str) -> bool:
        """Take the next token if it is ``value``."""
        seen = self.sees(value)
        self.place += seen
        return seen

    def refuse(self, sentence: str, at: int | None = None) -> None:
        """Raise ExpressionError at the next token."""
        raise ExpressionError(sentence, text=self.text, at=self.token.at if at is None else at)

    def whole(self, read: Callable[[], Node]) -> Node:
        """What ``read`` reads, which must be the whole text."""
        node = read()
        if self.token.kind != "end":
            self.refuse(f"多了“{self.token.value}”")
        return node
