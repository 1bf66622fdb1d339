"""Deployed processes can be read: drawing, steps, forms, decision tables, letters, versions."""

from __future__ import annotations

import pytest

from engine.journal.actor import SYSTEM
from engine.processes.deploy import deploy, deploy_all, read_folder
from tests.webapp.town import BPMN, Web

PROCESSES = sorted(path.name for path in BPMN.iterdir() if any(path.glob("*.bpmn")))


@pytest.fixture
def deployed(web: Web) -> Web:
    web.house.act(deploy_all, BPMN, by=SYSTEM)
    return web


def test_every_deployed_folder_is_listed(deployed: Web) -> None:
    page = deployed.client("designer").get("/processes/").text
    for key in [*PROCESSES, "limits"]:
        assert f'href="/processes/{key}"' in page


@pytest.mark.parametrize("key", PROCESSES)
@pytest.mark.parametrize("view", ["diagram", "forms", "tables", "letters", "versions"])
def test_each_view_of_each_process_is_shown_in_both_languages(deployed: Web, key: str, view: str) -> None:
    browser = deployed.client("designer")
    assert browser.get(f"/processes/{key}?view={view}").status_code == 200
    browser.post("/switch", data={"language": "en"})
    assert 'lang="en"' in browser.get(f"/processes/{key}?view={view}").text


def test_the_diagram_is_xml_in_a_sandbox_and_never_changes(deployed: Web) -> None:
    answer = deployed.client("director").get("/processes/complaint/1/diagram")
    assert answer.mimetype == "application/xml"
    assert answer.data == (BPMN / "complaint" / "complaint.bpmn").read_bytes()
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert "immutable" in answer.headers["Cache-Control"]


def test_a_letter_template_is_a_download(deployed: Web) -> None:
    path = next(path for path in read_folder(BPMN / "complaint") if path.endswith(".docx"))
    answer = deployed.client("designer").get(f"/processes/complaint/1/files/{path}")
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize("path", ["../../etc/passwd", "%2e%2e/secrets", "no/such.form"])
def test_only_files_of_the_version_can_be_asked_for(deployed: Web, path: str) -> None:
    assert deployed.client("designer").get(f"/processes/complaint/1/files/{path}").status_code == 404


def test_a_shared_folder_shows_its_tables(deployed: Web) -> None:
    page = deployed.client("designer").get("/processes/limits").text
    assert "time-limits" in page
    assert "escalation" in page


def test_the_form_of_a_step_is_shown_disabled(deployed: Web) -> None:
    page = deployed.client("designer").get("/processes/complaint?view=forms&form=verify").text
    assert "<fieldset disabled" in page
    assert "核实" in page


def test_an_older_version_stays_readable(deployed: Web) -> None:
    files = read_folder(BPMN / "complaint")
    path = next(path for path in files if path.endswith(".docx"))
    deployed.house.act(deploy, {**files, path: files[path] + b" "}, by=SYSTEM)
    browser = deployed.client("designer")
    assert "第 2 版" in browser.get("/processes/complaint").text
    assert "第 1 版" in browser.get("/processes/complaint?version=1").text
    assert browser.get("/processes/complaint?version=3").status_code == 404
