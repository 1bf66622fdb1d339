"""The floor: one UPDATE, one INSERT and a commit through SQLAlchemy Core, with a state and a journal row as large as ours."""

from __future__ import annotations

import os

from sqlalchemy import Column, Integer, LargeBinary, MetaData, String, Table, insert, update
from sqlalchemy.engine import Engine

TABLES = MetaData()
STATES = Table("floor_states", TABLES, Column("id", Integer, primary_key=True), Column("version", Integer), Column("state", LargeBinary))
ROWS = Table("floor_rows", TABLES, Column("id", Integer, primary_key=True), Column("state_id", Integer), Column("text", String))
STATE = os.urandom(2048) * 2  # 4 kB, half of which compresses
TEXT = "经现场核查，情况属实，已要求限期整改。" * 12


class Floor:
    """``step`` is one such transaction on ``engine``."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        TABLES.create_all(engine)
        with engine.begin() as connection:
            connection.execute(insert(STATES), {"id": 1, "version": 1, "state": STATE})
        self.version = 1

    def step(self) -> None:
        with self.engine.begin() as connection:
            same = (STATES.c.id == 1, STATES.c.version == self.version)
            connection.execute(update(STATES).where(*same).values(version=self.version + 1, state=STATE))
            connection.execute(insert(ROWS), {"state_id": 1, "text": TEXT})
        self.version += 1
