"""The clock that knocks: does at its moment what the database says is due. Any number of these processes share one PostgreSQL."""
