"""A year of the office's work, made by running the real processes under a moving clock."""
