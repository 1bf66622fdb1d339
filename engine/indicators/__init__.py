"""Figures about the work: always computed from the cases, never typed in."""
