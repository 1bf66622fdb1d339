"""``strings`` over all that lies on the disk after a whole journey shows no reporter: not the database, the letters, the log."""

from __future__ import annotations

import io
import json
import logging
import subprocess
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from engine.cases.identity import Reporter
from tests.journeys.city import PATH
from tests.security.town import Full
from webapp import logs

NAME, PHONE, MAIL, FIRM = "欧阳青竹", "13804120587", "ouyang@example.com", "海城宏远砖厂"
PLAIN = (NAME, "欧阳 青竹", PHONE, "138-0412-0587", "138 0412 0587", MAIL, FIRM)
SPELLED = (*PLAIN, *(json.dumps(word)[1:-1] for word in (NAME, FIRM)))  # as they stand in JSON, too
WHOLE = f"我是{NAME}（{FIRM}），电话138-0412-0587，邮箱{MAIL}。"


@pytest.fixture
def journey(town: Full, capfd: pytest.CaptureFixture[str]) -> Iterator[Full]:
    """A complaint from the portal to its end, in which everybody writes the reporter's name wherever something can be written."""
    logs.configure(replace(town.house.settings, log_level="DEBUG"))
    told = {"name": NAME, "phone": PHONE, "email": MAIL, "company": FIRM, "about": f"对{NAME}态度恶劣的窗口人员"}
    complaint = town.submit(title=f"{NAME}反映窗口刁难", narrative=f"{WHOLE}办理许可跑了四趟，每次都说缺材料。", **told)
    complaint.by_reporter("supplement", material=f"补充：{WHOLE}")
    supervision, director = town.client("supervision"), town.client("director")
    for account, element, decided in PATH:
        task = town.task(complaint.id, element)
        browser = town.client(account)
        browser.post(f"/tasks/{task.id}/draft", data={"remark": WHOLE, "contact": NAME, "findings": WHOLE})
        browser.get("/cases/", query_string={"q": NAME})
        browser.get(f"/tasks/?tab=posts&q={PHONE}")
        _talk(town, complaint.id, element)
        complaint.do(account, element, **decided, **_texts(town, complaint.id, element))
    supervision.post(f"/cases/{complaint.id}/comments", data={"body": WHOLE, "audience": "office"})
    supervision.post(f"/cases/{complaint.id}/files", data={"files": (io.BytesIO(b"text"), f"{NAME}的材料.txt")})
    director.post(f"/cases/{complaint.id}/acts/identity", data={"reason": f"核实{NAME}的情况"})
    director.post(f"/cases/{complaint.id}/acts/accountability", data={"reason": f"{WHOLE}推诿扯皮"})
    complaint.by_reporter("rate", satisfaction="satisfied", comment=WHOLE) if town.case(complaint.id).satisfaction == "" else None
    withdrawn = town.submit(title=f"{NAME}反映", narrative=f"{WHOLE}内容足够长的一段话。", **told)
    withdrawn.by_reporter("withdraw", reason=f"{WHOLE}已经解决")
    other = town.submit(title=f"{NAME}反映二", narrative=f"{WHOLE}内容足够长的另一段话。", **told)
    director.post(f"/cases/{other.id}/acts/suspend", data={"reason": WHOLE})
    director.post(f"/cases/{other.id}/acts/resume", data={"reason": WHOLE})
    director.post(f"/cases/{other.id}/acts/cancel", data={"reason": WHOLE})
    town.logged = "".join(capfd.readouterr())  # type: ignore[attr-defined]
    yield town
    logging.getLogger().handlers.clear()


def _talk(town: Full, case_id: int, element: str) -> None:
    """What a unit asks of the office names the reporter, too."""
    if element == "plan":
        task = town.task(case_id, "plan")
        town.act("handler", case_id, "extension", task=str(task.id), days="3", reason=f"{WHOLE}需要时间")
        town.do("director", case_id, "decide_extension")
        town.act("handler", case_id, "pause", reason=f"{WHOLE}等待判决")
        town.do("supervision", case_id, "decide_pause")
        town.act("supervision", case_id, "resume-clock", reason=f"{WHOLE}已判决")


def _texts(town: Full, case_id: int, element: str) -> dict[str, str]:
    """Every long free text of the form."""
    from engine.bpm import forms

    task = town.task(case_id, element)
    with town.house.sessions.read() as session:
        drawing = town.house.ports.drawings.drawing(session, town.house.ports, task.definition_id)
    form = forms.compile(drawing.files[f"forms/{task.form}.form"])
    return {field.key: WHOLE * 2 for field in form.level.fields if field.type == "textarea" and not field.locked}


def _strings(path: Path) -> bytes:
    """All bytes of a file, and of the parts of an office document."""
    content = path.read_bytes()
    if content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            content += b"".join(package.read(name) for name in package.namelist())
    return content


def _columns(town: Full) -> list[str]:
    """Where in the database the reporter is named: table.column."""
    with town.house.engine.connect() as connection:
        columns = connection.exec_driver_sql(
            "SELECT m.name, p.name FROM sqlite_master m JOIN pragma_table_info(m.name) p WHERE m.type = 'table'"
        ).all()
        return [
            f"{table}.{column}"
            for table, column in columns
            for word in SPELLED
            if not table.startswith("case_grams")
            and connection.exec_driver_sql(f'SELECT 1 FROM "{table}" WHERE CAST("{column}" AS TEXT) LIKE ?', (f"%{word}%",)).first()
        ]


def test_nothing_on_the_disk_names_the_reporter(journey: Full) -> None:
    town = journey
    assert " ".join(sorted(set(_columns(town)))) == ""
    database = Path(town.house.settings.database_url.removeprefix("sqlite:///"))
    files = [*database.parent.glob(database.name + "*"), *(path for path in town.house.settings.data_dir.rglob("*") if path.is_file())]
    assert len(files) > 8
    found = [(path.name, word) for path in files for word in SPELLED if word.encode() in _strings(path)]
    assert found == []
    printed = subprocess.run(["strings", "-n", "6", str(database)], capture_output=True, text=True, check=False)
    assert PHONE not in printed.stdout


def test_nothing_in_the_log_names_the_reporter(journey: Full) -> None:
    logged: str = journey.logged  # type: ignore[attr-defined]
    assert "request" in logged
    assert [word for word in SPELLED if word in logged] == []


def test_the_seal_still_opens_for_those_who_may(journey: Full) -> None:
    from engine.cases import identity

    case_id = max(case_id for case_id in range(1, 12) if _sealed(journey, case_id) is not None)
    with journey.house.sessions.read() as session:
        opened = identity.unseal(session, journey.house.keys, case_id)
    assert opened is not None and (opened.name, opened.phone) == (NAME, PHONE)


def _sealed(town: Full, case_id: int) -> Reporter | None:
    from engine.cases import identity

    with town.house.sessions.read() as session:
        return identity.unseal(session, town.house.keys, case_id)
