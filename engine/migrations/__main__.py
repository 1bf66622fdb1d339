"""``python -m engine.migrations "what changed"``: write the next revision from the models."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from engine.migrations import revise, upgrade


def main() -> None:
    """Bring an empty database to the newest revision and write what the models have beyond it."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'empty.db'}"
        upgrade(url)
        revise(url, " ".join(sys.argv[1:]) or "change the tables")


if __name__ == "__main__":
    main()
