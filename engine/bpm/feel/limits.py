"""How large an expression and its values may be, and the error that says so."""

from __future__ import annotations

from engine.errors import Invalid

LENGTH = 4_000  # characters of one expression
NODES = 600  # operands and operators of one expression
DEPTH = 60  # nesting of one expression
DIGITS = 34  # of a number (decimal128, as in FEEL)
LARGEST = 10**DIGITS
TEXT = 200_000  # characters of a string that an expression makes
ITEMS = 20_000  # of a list that an expression makes
STEPS = 300_000  # units of work of one evaluation


class ExpressionError(Invalid):
    """An expression that cannot be compiled or evaluated. ``at`` is the position of the fault (1 = first character; 0 = unknown)."""

    def __init__(self, sentence: str, *, text: str = "", at: int = 0) -> None:
        place = f"（第 {at} 个字符处，表达式：{text[:80]}）" if at else ""
        super().__init__(sentence + place, text=text, at=at)
        self.text, self.at = text, at
