"""Commands for operators, one file a command. Doors like the web: they open transactions and read the clock."""
