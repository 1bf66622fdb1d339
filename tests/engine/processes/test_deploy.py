"""Deploying folders: immutable versions, all problems at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import Invalid, Refused
from engine.journal import verify
from engine.processes import definitions
from engine.processes.deploy import deploy, deploy_all, deploy_folder
from engine.processes.models import Definition, DefinitionFile, Task
from tests.engine.processes.office import Sketch, together
from tests.engine.processes.tables import LIMITS


def drawing(key: str = "p", *steps: str) -> Sketch:
    sketch = Sketch(key)
    for step in steps or ("a",):
        sketch.user(step)
    sketch.end()
    return sketch.start(*(steps or ("a",)), "e")


def caller() -> Sketch:
    sketch = Sketch("caller")
    sketch.node("callActivity", "call", calledElement="p")
    sketch.end()
    return sketch.start("call", "e")


def write(folder, files):
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)


def test_the_same_content_is_the_same_version(office):
    first, again = office.deploy(drawing()), office.deploy(drawing())
    assert (first.id, first.version) == (again.id, 1)
    assert [row.act for row in office.journal("house")] == ["definition.deploy"]


def test_changed_content_is_the_next_version_and_the_old_one_stays(office):
    office.deploy(drawing())
    second = office.deploy(drawing("p", "a", "b"))
    assert second.version == 2
    assert [(one.version, one.current) for one in office.all(Definition)] == [(1, False), (2, True)]
    with office.sessions.read() as session:
        assert b'id="b"' not in definitions.files(session, 1)["p.bpmn"]


def test_deploying_old_content_makes_that_version_current_again(office):
    office.deploy(drawing())
    office.deploy(drawing("p", "a", "b"))
    office.deploy(drawing())
    assert [(one.version, one.current) for one in office.all(Definition)] == [(1, True), (2, False)]


def test_a_changed_form_is_a_new_version(office):
    office.deploy(drawing())
    files = drawing().files()
    files["forms/a.form"] = b'{"components": [], "type": "default"}'
    assert office.act(deploy, files).version == 2


def test_a_faulty_drawing_is_refused_with_every_problem_and_nothing_is_stored(office):
    sketch = Sketch()
    sketch.node("userTask", "a")
    sketch.service("b", "test/unknown")
    sketch.end()
    with pytest.raises(Refused) as refused:
        office.deploy(sketch.start("a", "b", "e"))
    assert {problem.element for problem in refused.value.problems} >= {"a", "b"}
    assert office.all(Definition) == [] and office.all(DefinitionFile) == []


def test_a_call_needs_the_called_process(office):
    with pytest.raises(Refused):
        office.deploy(caller())
    office.deploy(drawing())
    office.deploy(caller())
    office.start("caller")
    assert office.task("a").process == "p" and office.task("a").definition_id == 1


def test_an_instance_stays_on_the_called_version_it_began_with(office):
    office.deploy(drawing("p", "a", "b"))
    office.deploy(caller())
    office.start("caller")
    office.deploy(drawing("p", "a", "c"))
    office.do("a")
    assert office.open() == ["b"]


def test_a_shared_folder_needs_a_name_and_a_table(office):
    assert office.act(deploy, LIMITS, folder="limits").shared
    with pytest.raises(Invalid):
        office.act(deploy, {"README": b"x"}, folder="limits")
    with pytest.raises(Refused):
        office.act(deploy, {"time-limits.dmn": b"<broken"}, folder="limits")


def test_a_shared_folder_is_called_by_the_names_of_its_tables(office):
    assert office.act(deploy_folder, Path("bpmn/limits")).name == "办理时限、督办阶梯"


def test_all_folders_are_deployed_whatever_their_order(office, tmp_path):
    write(tmp_path / "aaa-calls-p", {**caller().files(), "README.md": b"x", ".hidden": b"x"})
    write(tmp_path / "p", drawing().files())
    write(tmp_path / "zzz-limits", LIMITS)
    (tmp_path / "organisation.toml").write_text("")
    found = office.act(deploy_all, tmp_path)
    assert [one.key for one in found] == ["zzz-limits", "caller", "p"]
    office.start("caller")
    assert office.open() == ["a"]
    with office.sessions.read() as session:
        assert set(definitions.files(session, found[1].id)) == {"caller.bpmn"}


def test_a_folder_is_read_with_its_forms(office, tmp_path):
    write(tmp_path / "p", drawing().files())
    office.act(deploy_folder, tmp_path / "p", "first")
    (one,) = office.all(Definition)
    assert (one.key, one.note, one.deployed_by) == ("p", "first", "李华")
    with office.sessions.read() as session:
        assert set(definitions.files(session, one.id)) == {"p.bpmn", "forms/a.form"}


def test_two_deployments_at_once_get_two_versions(office):
    results = together(lambda: office.deploy(drawing()), lambda: office.deploy(drawing("p", "a", "b")))
    assert sorted(one.version for one in results) == [1, 2]
    assert sum(one.current for one in office.all(Definition)) == 1
    with office.sessions.read() as session:
        assert verify(session) == []


def test_a_definition_that_was_rolled_back_leaves_nothing_in_memory(office, tmp_path):
    write(tmp_path / "limits", LIMITS)
    write(tmp_path / "p", {**drawing().files(), "p.bpmn": b"<broken"})
    with pytest.raises(Refused):
        office.act(deploy_all, tmp_path)
    changed = {**LIMITS, "time-limits.dmn": LIMITS["time-limits.dmn"].replace(b">10<", b">20<")}
    office.act(deploy, changed, folder="limits")
    office.deploy(drawing())
    office.start()
    assert office.task("a").limit_days == 20


def test_another_process_learns_of_a_changed_table_at_once(office):
    office.act(deploy, LIMITS, folder="limits")
    office.deploy(drawing("p", "b", "a"))
    office.start()
    office.start()
    other, mine = office.new_ports(), office.ports
    changed = {**LIMITS, "time-limits.dmn": LIMITS["time-limits.dmn"].replace(b">10<", b">20<")}
    office.do("b")
    office.ports = other
    office.act(deploy, changed, folder="limits")
    office.ports = mine
    office.do("b")
    assert sorted(task.limit_days for task in office.all(Task) if task.element == "a") == [10, 20]


def test_a_version_of_old_runs_on_although_rules_have_become_stricter(office):
    office.deploy(drawing())
    with office.sessions.begin() as session:
        form = session.query(DefinitionFile).filter(DefinitionFile.path == "forms/a.form").one()
        form.content = b'{"components": [{"type": "iframe", "id": "old"}]}'  # once allowed, say
    office.ports = office.new_ports()
    office.start()
    office.do("a")
    assert office.task("a", "completed")
