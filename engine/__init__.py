"""The engine of Duban: processes, cases, people, limits. Knows no web framework and no scheduler."""
