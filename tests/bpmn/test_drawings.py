"""Every folder of bpmn/ can be deployed: diagrams parse, forms and tables and letters are clean, and what is drawn is complete."""

from __future__ import annotations

import itertools
import json
import re

import pytest
from lxml import etree

from engine.bpm import decisions, drawing, forms
from engine.cases import letter_templates
from tests.bpmn import walk

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
DI = "{http://www.omg.org/spec/BPMN/20100524/DI}"
DC = "{http://www.omg.org/spec/DD/20100524/DC}"
ID = re.compile(r"[a-z][a-z0-9_]*")
FOLDERS = walk.folders()
LIMITS = decisions.parse((walk.ROOT / "limits/time-limits.dmn").read_bytes(), "time-limits.dmn")["time-limits"]


def root_of(folder: str) -> etree._Element:
    return etree.fromstring((walk.ROOT / folder / f"{folder}.bpmn").read_bytes())


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_drawing_has_no_problems(folder):
    assert walk.parse(folder).key == folder
    given = {"operations": walk.operations(), "shared_decisions": frozenset(), "called": frozenset(FOLDERS)}
    assert drawing.warnings(walk.files(folder), **given) == []


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_drawing_names_its_elements_for_people_and_for_code(folder):
    for element in walk.drawings()[folder].elements.values():
        assert ID.fullmatch(element.id), element.id
        if element.kind != "parallelGateway":
            assert re.search(r"[\u4e00-\u9fff]", element.name), f"{element.id} has no Chinese name"
        if element.kind == "exclusiveGateway":
            assert element.name.endswith("？"), f"{element.id} asks no question"
            assert all(flow.name for flow in element.outgoing), f"a way out of {element.id} has no name"


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_task_tells_its_handler_what_to_do_and_until_when(folder):
    def limit(name: str) -> object:
        return LIMITS.decide({"limit": name, "priority": "normal", "real_name": False, "collusion": False}, {})

    for element in walk.drawings()[folder].elements.values():
        if element.kind == "userTask":
            assert len(element.documentation) >= 10, element.id
            name = element.properties.get("limit", f"{folder}/{element.id}")
            assert limit(name), f"{name} is not in time-limits.dmn"


def test_each_limit_belongs_to_a_task():
    tasks = {f"{folder}/{e.id}" for folder in FOLDERS for e in walk.drawings()[folder].elements.values() if e.kind == "userTask"}
    rows = re.findall(r'_i1"><text>"([^"]+)"', (walk.ROOT / "limits/time-limits.dmn").read_text("utf-8"))
    assert set(rows) == tasks


@pytest.mark.parametrize("folder", FOLDERS)
def test_everything_has_its_place_on_the_sheet(folder):
    root = root_of(folder)
    drawn = {shape.get("bpmnElement") for shape in root.iter(f"{DI}BPMNShape", f"{DI}BPMNEdge")}
    flows = {flow.get("id") for flow in root.iter(f"{BPMN}sequenceFlow")}
    lanes = {lane.get("id") for lane in root.iter(f"{BPMN}lane")}
    assert drawn >= set(walk.drawings()[folder].elements) | flows | lanes


@pytest.mark.parametrize("folder", FOLDERS)
def test_shapes_do_not_overlap_and_stay_in_the_pool(folder):
    root = root_of(folder)
    host = {e.get("id"): e.get("attachedToRef") for e in root.iter(f"{BPMN}boundaryEvent")}
    boxes = {}
    for shape in root.iter(f"{DI}BPMNShape"):
        bounds = shape.find(f"{DC}Bounds")
        boxes[shape.get("bpmnElement")] = tuple(float(bounds.get(name)) for name in ("x", "y", "width", "height"))
    pool = boxes.pop(f"pool_{folder}")
    nodes = {k: v for k, v in boxes.items() if not k.startswith("lane_") and root.find(f".//{BPMN}subProcess[@id='{k}']") is None}
    for name, (x, y, w, h) in nodes.items():
        assert pool[0] < x and x + w < pool[0] + pool[2] and pool[1] < y and y + h < pool[1] + pool[3], name
        for other, (ox, oy, ow, oh) in nodes.items():
            if name < other and host.get(name) != other and host.get(other) != name:
                assert x + w <= ox or ox + ow <= x or y + h <= oy or oy + oh <= y, (name, other)


@pytest.mark.parametrize("folder", FOLDERS)
def test_flows_run_at_right_angles(folder):
    for edge in root_of(folder).iter(f"{DI}BPMNEdge"):
        points = [(float(p.get("x")), float(p.get("y"))) for p in edge if p.tag.endswith("waypoint")]
        assert all(a[0] == b[0] or a[1] == b[1] for a, b in itertools.pairwise(points)), edge.get("bpmnElement")


@pytest.mark.parametrize("path", sorted(str(p.relative_to(walk.ROOT)) for p in walk.ROOT.glob("*/forms/*.form")))
def test_a_form_is_clean(path):
    content = (walk.ROOT / path).read_bytes()
    assert forms.compile(content, path).problems == ()
    assert json.loads(content)["id"] == path.rpartition("/")[2].removesuffix(".form")
    assert forms.compile(content).options_from <= set(walk.CHOICES)


@pytest.mark.parametrize("folder", FOLDERS)
def test_each_form_is_used(folder):
    elements = walk.drawings()[folder].elements.values()
    used = {element.properties.get("form") or element.id for element in elements if element.kind == "userTask"}
    assert used == {path.stem for path in (walk.ROOT / folder / "forms").glob("*.form")}


@pytest.mark.parametrize("folder", FOLDERS)
def test_each_letter_has_a_template_and_each_template_a_letter(folder):
    elements = walk.drawings()[folder].elements.values()
    named = {e.parameters["letter"].strip('"') for e in elements if e.operation == "cases/issue-letter"}
    named |= {"supervision-letter" for e in elements if e.operation == "supervision/letter"}
    assert named == {path.stem for path in (walk.ROOT / folder / "documents").glob("*.docx")}


@pytest.mark.parametrize("path", sorted(str(p.relative_to(walk.ROOT)) for p in walk.ROOT.glob("*/documents/*.docx")))
def test_a_letter_template_can_be_filled(path):
    template = (walk.ROOT / path).read_bytes()
    assert letter_templates.problems(template, path) == []
    case = {"number": "营商投诉〔2026〕0001", "title": "办照被拖延", "co_units": ["市法院"]}
    text = {"body": "正文", "limit_on": walk.MONDAY}
    filled = letter_templates.render(template, {"letter": {"number": "1号", "date": walk.MONDAY}, "case": case, "task": {}, "text": text})
    assert letter_templates.problems(filled, path) == [] and filled != template


def test_the_readme_lists_the_operations_that_there_are():
    text = (walk.ROOT / "README.md").read_text("utf-8").partition("## Operations")[2]
    assert set(re.findall(r"^\| `([a-z-]+/[a-z-]+)`", text, re.MULTILINE)) == set(walk.operations())


def test_the_readme_lists_the_messages_that_are_waited_for():
    text = (walk.ROOT / "README.md").read_text("utf-8").partition("## Messages")[2].partition("## Operations")[0]
    waited = frozenset().union(*(drawing.messages for drawing in walk.drawings().values()))
    assert {name for row in re.findall(r"^\| (`.*?) \|", text, re.MULTILINE) for name in re.findall(r"`([a-z-]+)`", row)} == waited
