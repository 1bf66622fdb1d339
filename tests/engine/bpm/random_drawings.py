"""Random block-structured drawings, drawn twice: in our dialect, and in that of plain SpiffWorkflow where it has one."""

from __future__ import annotations

import random
from collections.abc import Callable
from itertools import pairwise

from tests.engine.bpm.draw import Sketch, multi, props, timer

Block = tuple[str, str]  # (first element, last element)
COMMON = ("user", "user", "count", "seq", "seq", "xor", "split", "boundary", "sub", "rounds", "race", "catch", "tail", "loop")
COMMON += ("boundary_sub",)
OURS = (*COMMON, "loop", "loop", "inclusive", "inclusive", "reminder", "sub_rounds", "again", "call", "sub_with_part", "terminating")


class Pair:
    """Draws every block into two sketches. ``plain`` leaves out what plain SpiffWorkflow runs wrong or doesn't know."""

    def __init__(self, rnd: random.Random, plain: bool, key: str = "p", numbers: list[int] | None = None) -> None:
        self.rnd, self.for_plain, self.numbers = rnd, plain, numbers if numbers is not None else [0]
        self.ours, self.plain = Sketch(key), Sketch(key)
        self.straight = False  # in a loop: joins there go wrong in plain SpiffWorkflow
        self.behind_boundary = False  # a multi-instance task there raises in plain SpiffWorkflow

    def name(self, kind: str) -> str:
        self.numbers[0] += 1
        return f"{kind}{self.numbers[0]}"

    def node(self, kind: str, id: str, body: str = "", body_plain: str | None = None, **attributes: str) -> str:
        self.ours.node(kind, id, body, **attributes)
        self.plain.node(kind, id, body if body_plain is None else body_plain, **attributes)
        return id

    def flow(self, source: str, target: str, ours: str | None = None, plain: str | None = None, default: bool = False) -> None:
        self.ours.flow(source, target, ours, default)
        self.plain.flow(source, target, plain, default)

    def end(self) -> str:
        return self.node("endEvent", self.name("e"))

    def block(self, depth: int) -> Block:
        kinds = COMMON if self.for_plain else OURS
        if depth <= 0:
            kinds = ("user", "user", "count")
        elif self.for_plain and self.straight:
            kinds = ("user", "count", "seq", "xor", "catch", "loop")
        elif self.for_plain and self.behind_boundary:
            kinds = tuple(kind for kind in kinds if kind != "rounds")
        make: Callable[[int], Block] = getattr(self, self.rnd.choice(kinds))
        return make(depth - 1)

    def user(self, depth: int) -> Block:
        id = self.name("u")
        self.ours.user(id)
        self.plain.node("userTask", id)
        return id, id

    def count(self, depth: int) -> Block:
        id = self.name("c")
        self.ours.service(id, "count", name=f'"v_{id}"')
        self.plain.node("scriptTask", id, f'<bpmn:script>v_{id} = v_{id} + 1 if "v_{id}" in dir() else 1</bpmn:script>')
        return id, id

    def seq(self, depth: int) -> Block:
        blocks = [self.block(depth) for _ in range(self.rnd.randint(2, 3))]
        for left, right in pairwise(blocks):
            self.flow(left[1], right[0])
        return blocks[0][0], blocks[-1][1]

    def xor(self, depth: int) -> Block:
        first, last = (self.node("exclusiveGateway", self.name(k)) for k in ("x", "xj"))
        branches = self.rnd.randint(2, 3)
        for n in range(branches):
            block = self.block(depth)
            ours, plain = f"modulo(x + {n}, {branches}) = 0", f"(x + {n}) % {branches} == 0"
            if n == branches - 1:
                self.flow(first, block[0], default=True)
            else:
                self.flow(first, block[0], ours, plain)
            self.flow(block[1], last)
        return first, last

    def split(self, depth: int) -> Block:
        first, last = (self.node("parallelGateway", self.name(k)) for k in ("a", "aj"))
        for _ in range(self.rnd.randint(2, 3)):
            block = self.block(depth)
            self.flow(first, block[0])
            self.flow(block[1], last)
        return first, last

    def tail(self, depth: int) -> Block:
        """An inner split whose branches come straight to the outer join."""
        outer, inner, last = (self.node("parallelGateway", self.name(k)) for k in ("a", "ai", "aj"))
        self.flow(outer, inner)
        for source in (outer, inner, inner):
            block = self.block(depth)
            self.flow(source, block[0])
            self.flow(block[1], last)
        return outer, last

    def inclusive(self, depth: int) -> Block:
        first, last = (self.node("inclusiveGateway", self.name(k)) for k in ("o", "oj"))
        for n in range(self.rnd.randint(2, 3)):
            block = self.block(depth)
            self.flow(first, block[0], f"modulo(x + {n}, 2) = 0" if n else None, default=not n)
            self.flow(block[1], last)
        return first, last

    def loop(self, depth: int) -> Block:
        first, choice, last = (self.node("exclusiveGateway", self.name(k)) for k in ("lm", "lx", "le"))
        counter = self.count(0)[0]
        before, self.straight = self.straight, True
        block = self.block(depth)
        self.straight = before
        self.flow(first, block[0])
        self.flow(block[1], counter)
        self.flow(counter, choice)
        self.flow(choice, first, f"modulo(v_{counter}, 3) != 0", f"v_{counter} % 3 != 0")
        self.flow(choice, last, default=True)
        return first, last

    def boundary(self, depth: int, host: str | None = None) -> Block:
        host = host or self.user(0)[0]
        last = self.node("exclusiveGateway", self.name("bj"))
        self.flow(host, last)
        for _ in range(1 if self.for_plain else self.rnd.randint(1, 2)):
            self._boundary(host, last, depth)
        return host, last

    def _boundary(self, host: str, last: str, depth: int) -> None:
        id, interrupting = self.name("b"), self.rnd.random() < 0.6
        if self.for_plain and not interrupting:
            body, plain = self._timer()
        else:
            body, plain = self._event()
        self.node("boundaryEvent", id, body, plain, attachedToRef=host, cancelActivity=str(interrupting).lower())
        before, self.behind_boundary = self.behind_boundary, True
        block = self.block(depth if interrupting else 0)
        self.behind_boundary = before
        self.flow(id, block[0])
        self.flow(block[1], last if interrupting else self.end())

    def reminder(self, depth: int) -> Block:
        host = self.user(0)[0]
        id = self.ours.boundary(self.name("r"), host, timer(f"R{self.rnd.randint(1, 4)}/PT{self.rnd.randint(1, 20)}H", "timeCycle"), False)
        self.flow(id, self.count(0)[0])
        self.flow(f"c{self.numbers[0]}", self.end())
        return host, host

    def _timer(self) -> tuple[str, str]:
        hours = self.rnd.randint(1, 40)
        return timer(f"PT{hours}H"), timer(f'"PT{hours}H"')

    def _event(self) -> tuple[str, str]:
        return self._timer() if self.rnd.random() < 0.5 else self._message()

    def _message(self) -> tuple[str, str]:
        name = self.name("m")
        self.plain.message(name)
        return self.ours.message(name), self.plain.message(name)

    def catch(self, depth: int) -> Block:
        return self._catch(*self._event())

    def _catch(self, ours: str, plain: str) -> Block:
        id = self.name("i")
        self.node("intermediateCatchEvent", id, ours, plain)
        return id, id

    def race(self, depth: int) -> Block:
        first, last = self.node("eventBasedGateway", self.name("g")), self.node("exclusiveGateway", self.name("gj"))
        for event in (self._timer, self._message if self.for_plain else self._event):  # plain takes no one of two timers
            id, block = self._catch(*event())[0], self.block(depth)
            self.flow(first, id)
            self.flow(id, block[0])
            self.flow(block[1], last)
        return first, last

    def rounds(self, depth: int) -> Block:
        id, sequential = self.name("mi"), self.rnd.random() < 0.5
        times = f"<bpmn:loopCardinality>{self.rnd.randint(1, 3)}</bpmn:loopCardinality>"
        body = f'<bpmn:multiInstanceLoopCharacteristics isSequential="{str(sequential).lower()}">{times}'
        self.ours.user(id, loop=body + "</bpmn:multiInstanceLoopCharacteristics>")
        self.plain.node("userTask", id, body + "</bpmn:multiInstanceLoopCharacteristics>")
        return id, id

    def again(self, depth: int) -> Block:
        id = self.name("w")
        self.ours.user(id, loop=f'<bpmn:standardLoopCharacteristics loopMaximum="{self.rnd.randint(1, 3)}"/>')
        return id, id

    def sub(self, depth: int, loop: str = "", part: bool = False, terminating: bool = False) -> Block:
        id = self.name("sp")
        inside = Pair(self.rnd, self.for_plain, id, self.numbers)
        inside.behind_boundary = self.behind_boundary
        inside.fill(depth)
        if part:
            inside.event_part()
        if terminating:
            inside.stop_beside()
        self.ours.sub(id, inside.ours, loop)
        self.plain.sub(id, inside.plain)
        return id, id

    def sub_rounds(self, depth: int) -> Block:
        return self.sub(depth, multi("items", "item", f"o_{self.numbers[0]}", "x", sequential=self.rnd.random() < 0.5))

    def sub_with_part(self, depth: int) -> Block:
        return self.sub(depth, part=True)

    def terminating(self, depth: int) -> Block:
        return self.sub(depth, terminating=True)

    def boundary_sub(self, depth: int) -> Block:
        return self.boundary(depth, self.sub(depth)[0])

    def call(self, depth: int) -> Block:
        id = self.name("ca")
        self.ours.node("callActivity", id, extension=props({"inputs": "x, case_id"}), calledElement="called")
        return id, id

    def fill(self, depth: int) -> None:
        """A start event, a sequence of blocks, an end event."""
        start = self.node("startEvent", self.name("s"))
        block = self.seq(depth)
        self.flow(start, block[0])
        self.flow(block[1], self.end())

    def event_part(self) -> None:
        """An event sub-process."""
        id = self.name("es")
        inside = Pair(self.rnd, self.for_plain, id, self.numbers)
        body, _ = inside._event()
        start = inside.ours.node("startEvent", self.name("s"), body, isInterrupting=str(self.rnd.random() < 0.4).lower())
        block = inside.block(1)
        inside.flow(start, block[0])
        inside.flow(block[1], inside.end())
        self.ours.sub(id, inside.ours, by_event=True)

    def stop_beside(self) -> None:
        """A task beside everything else that ends the scope when it is done, put before the first element."""
        _, start, target, _ = self.ours.flows[-2] if len(self.ours.flows) > 1 else self.ours.flows[0]
        split = self.ours.node("parallelGateway", self.name("a"))
        task, end = self.name("u"), self.name("e")
        self.ours.user(task)
        self.ours.node("endEvent", end, "<bpmn:terminateEventDefinition/>")
        self.ours.flows = [(i, s, split if s == start else t, c) for i, s, t, c in self.ours.flows]
        self.ours.chain(split, task, end)
        self.ours.flow(split, target)


def draw(seed: int, plain: bool) -> Pair:
    """The random drawing of a seed."""
    rnd = random.Random(seed)
    pair = Pair(rnd, plain)
    pair.fill(rnd.choice([2, 3, 3]))
    if not plain:
        for _ in range(rnd.choice([0, 0, 1, 2])):
            pair.event_part()
    return pair
