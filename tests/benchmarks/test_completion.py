"""A whole durable completion against the floor, in turns on the same database: CPU (ours, the server's), wall time, statements."""

from __future__ import annotations

import uuid

import pytest

from engine.db import connect
from tests.benchmarks.conftest import Bench
from tests.benchmarks.floor import Floor
from tests.benchmarks.marks import Marks
from tests.benchmarks.meter import Cost, Meter

pytestmark = pytest.mark.slow
RUNS, FLOORS = 12, 200  # complaints walked to the end; steps of the floor between two of them


def test_a_whole_completion_against_the_floor(bench: Bench, marks: Marks) -> None:
    walk, steps = bench.walk, Steps(bench)
    engine = connect(bench.url, **walk.house.settings.engine_options)
    floor, meter, bottom = Floor(engine), Meter(engine, bench.postmaster), Cost()
    with walk.app.test_request_context():
        steps.run()
        steps.run()
        steps.forget()
        for _ in range(RUNS):
            steps.run()
            with meter.measuring(FLOORS) as cost:
                for _ in range(FLOORS):
                    floor.step()
            bottom.add(cost)
    engine.dispose()
    print(f"\n{bench.name}: one completion, by element\n{steps.table()}")
    each, least = steps.total.each, bottom.each
    note = f"own {each.own:.2f} + server {each.server:.2f} ms, wall {each.wall:.1f}"
    note += f"; floor {least.own:.2f} + {least.server:.2f} ms, wall {least.wall:.1f}"
    ratio = (each.own + each.server) / (least.own + least.server)
    marks.add("whole durable completion / floor, CPU, mean of a complaint", bench.name, ratio, "×", 3, note)
    marks.add("SQL statements of a completion, mean of a complaint", bench.name, steps.total.statements_each, "", 12, steps.statements())
    walk.check()


class Steps:
    """The completions of whole complaints, measured one by one, and by element."""

    def __init__(self, bench: Bench) -> None:
        self.walk, self.meter = bench.walk, bench.meter
        self.forget()

    def forget(self) -> None:
        """Begin anew: what is parsed and compiled once has been."""
        self.total, self.by_element = Cost(), dict[str, Cost]()

    def run(self) -> None:
        """One complaint from registration to its end."""
        case_id = self.walk.register()
        for element, person, task_id, sent in self.walk.steps(case_id):
            key = uuid.uuid4().hex
            with self.meter.measuring() as cost:
                self.walk.complete(person, task_id, sent, key)
            self.by_element.setdefault(element, Cost()).add(cost)
            self.total.add(cost)

    def statements(self) -> str:
        counts = sorted(cost.statements_each for cost in self.by_element.values())
        return f"least {counts[0]:.0f}, median {counts[len(counts) // 2]:.0f}, most {counts[-1]:.0f}"

    def table(self) -> str:
        lines = ["| element | own ms | wall ms | statements |", "|---|---|---|---|"]
        for element, cost in self.by_element.items():
            lines.append(f"| {element} | {cost.each.own:.2f} | {cost.each.wall:.2f} | {cost.statements_each:.1f} |")
        return "\n".join(lines)
