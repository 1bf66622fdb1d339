"""Damaged drawings: whatever is wrong with them, they are refused with sentences or they run; nothing else happens."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from lxml import etree

from engine.bpm import drawing, runner
from engine.bpm.results import StepFailed, World
from engine.errors import Refused
from tests.engine.bpm.play import START
from tests.engine.bpm.random_drawings import draw

ROOT = Path(__file__).parents[3] / "bpmn"
IDS = ["", "Start", "e", "s", "a b", "x" * 100, "'", "]", "nowhere"]
VALUES = ["", "true", "false", "P1D", "=", "((((", "999999999999999999999999", "R/P1D", "$", "不", "-1", "NaN"]
TAGS = [
    "userTask",
    "endEvent",
    "startEvent",
    "subProcess",
    "boundaryEvent",
    "exclusiveGateway",
    "inclusiveGateway",
    "sequenceFlow",
    "nothing",
]


class EveryName(dict):
    def __contains__(self, key: object) -> bool:
        return True

    def __getitem__(self, key: str) -> None:
        return None


def damage(root: etree._Element, rnd: random.Random) -> None:
    nodes = [node for node in root.iter() if isinstance(node.tag, str) and node.getparent() is not None]
    if not nodes:
        return
    node, other = rnd.choice(nodes), rnd.choice(nodes)
    kind = rnd.randrange(6)
    if kind == 0:
        node.getparent().remove(node)
    elif kind == 1 and node.attrib:
        node.set(rnd.choice(list(node.attrib)), rnd.choice(IDS + VALUES))
    elif kind == 2 and node.attrib:
        del node.attrib[rnd.choice(list(node.attrib))]
    elif kind == 3:
        node.text = rnd.choice(VALUES)
    elif kind == 4 and other not in list(node.iterancestors()) and other is not node:
        node.append(other)
    else:
        node.tag = node.tag.rpartition("}")[0] + "}" + rnd.choice(TAGS)


def meet(files: dict[str, bytes], key: str) -> str:
    """Parse, start and wake a damaged drawing; what became of it."""
    forms = {path: content for path, content in files.items() if not path.endswith(".bpmn")}
    try:
        drawn = drawing.parse(
            {**forms, f"{key}.bpmn": files[f"{key}.bpmn"]},
            operations=EveryName(),
            definition_id=1,
            shared_decisions=frozenset({"time-limits"}),
            called=frozenset(path.name for path in ROOT.iterdir()) | {"called"},
        )
    except Refused as refused:
        assert all(problem.sentence for problem in refused.problems)
        return "refused"
    world = World(START, lambda _: drawn, lambda call: {"v": 1}, lambda *_: {})
    seen: list[str] = []
    try:
        advance = runner.start(world, drawn.key, {drawn.key: 1}, {"case_id": 1, "x": 1, "items": [1, 2], "received_at": START})
        while advance.opened and not advance.finished and len(seen) < 9:
            seen.append(advance.opened[0].token)
            advance = runner.complete(world, advance.state, seen[-1], {"x": 2})
    except StepFailed as failed:
        assert failed.sentence
        return "failed"
    return "ran"


def damaged(content: bytes, seed: int) -> bytes:
    rnd = random.Random(seed)
    root = etree.fromstring(content)
    for _ in range(rnd.randint(1, 3)):
        damage(root, rnd)
    return etree.tostring(root)


@pytest.mark.parametrize("decade", range(20))
def test_a_damaged_random_drawing_is_refused_or_runs(decade):
    met = set()
    for seed in range(decade * 10, decade * 10 + 10):
        files = draw(seed, plain=False).ours.files()
        met.add(meet(files | {"p.bpmn": damaged(files["p.bpmn"], seed)}, "p"))
    assert "refused" in met


@pytest.mark.parametrize("name", sorted(path.parent.name for path in ROOT.glob("*/*.bpmn")))
def test_a_damaged_drawing_of_the_city_is_refused_or_runs(name):
    folder = ROOT / name
    files = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    met = {meet(files | {f"{name}.bpmn": damaged(files[f"{name}.bpmn"], seed)}, name) for seed in range(25)}
    assert "refused" in met
