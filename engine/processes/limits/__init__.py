"""Limits of tasks (时限): how they are set, shown by lights, stopped, extended and explained. Numbers come from decision tables."""

from engine.processes.assess import Limit, Rung, assess, next_rung, rungs
from engine.processes.limits.change import extend, pause, resume
from engine.processes.limits.explain import Explanation, Line, explain
from engine.processes.limits.lights import LIGHTS, condition, light, lights

__all__ = [
    "LIGHTS",
    "Explanation",
    "Limit",
    "Line",
    "Rung",
    "assess",
    "condition",
    "explain",
    "extend",
    "light",
    "lights",
    "next_rung",
    "pause",
    "resume",
    "rungs",
]
