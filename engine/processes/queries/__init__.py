"""Reading tasks and instances: the inbox, its counts, a task's page, where the tokens stand."""

from engine.processes.queries.inbox import VIEWS, Filters, Page, counts, inbox
from engine.processes.queries.pages import Position, TaskPage, incidents, instances_of, position, task_page, tasks_of, variables

__all__ = [
    "VIEWS",
    "Filters",
    "Page",
    "Position",
    "TaskPage",
    "counts",
    "inbox",
    "incidents",
    "instances_of",
    "position",
    "task_page",
    "tasks_of",
    "variables",
]
