"""The append-only journal: one row an act, hash-chained per chain (a case, an instance, or the house)."""

from engine.journal.append import HOUSE, Row, append, append_many, chain_of, known, lock, write
from engine.journal.history import history
from engine.journal.verify import Broken, anchor, verify

__all__ = ["HOUSE", "Broken", "Row", "anchor", "append", "append_many", "chain_of", "history", "known", "lock", "verify", "write"]
