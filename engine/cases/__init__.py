"""The case file that every process works on: number, parties, limits, ledgers, letters, files, sealed identity."""
