"""The append-only journal: one row an act, hash-chained per chain (a case, or the house)."""
