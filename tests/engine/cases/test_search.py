from __future__ import annotations

import pytest

from engine.cases import fields, search
from engine.cases.identity import Reporter
from engine.cases.models import Case
from tests.engine.cases.city import City

TEXTS = [
    ("市场局窗口刁难企业", "去办照跑了四趟，窗口说系统坏了。"),
    ("感王镇 乱收费 100% 涨价", "卫生费_涨了，开票 Invoice ＡＢＣ 不给。"),
    ("停车场乱收费", "医院停车场收费牌不明，保安态度恶劣。"),
]


def _found(city: City, words: str, *, office: bool = False) -> list[str]:
    with city.sessions.read() as session:
        query = session.query(Case.number).filter(search.matching(session, words, office=office)).order_by(Case.id)
        return [number[-1] for (number,) in query]


@pytest.fixture
def filled(city: City) -> City:
    for title, narrative in TEXTS:
        city.register(title=title, narrative=narrative, reporter=Reporter())
    return city


@pytest.mark.parametrize(
    ("words", "open_", "office"),
    [
        ("乱收费", "23", "23"),
        ("收", "23", "23"),
        ("收费 停车", "3", "3"),
        ("窗口", "1", "1"),
        ("系统坏了", "", "1"),
        ("invoice abc", "", "2"),
        ("ABC", "", "2"),
        ("100%", "2", "2"),
        ("%", "2", "2"),
        ("_", "", "2"),
        ("费涨", "", ""),
        ("〔2026〕0003", "3", "3"),
        ("市场局企业", "", ""),
        ("", "123", "123"),
        ('" OR 1=1 --', "", ""),
        ("NOT AND NEAR( *", "", ""),
        ("收费' ; DROP TABLE cases", "", ""),
    ],
)
def test_both_databases_find_the_same(filled: City, words: str, open_: str, office: str) -> None:
    assert "".join(_found(filled, words)) == open_
    assert "".join(_found(filled, words, office=True)) == office


def test_a_changed_summary_is_found_and_the_old_one_no_more(filled: City) -> None:
    def write(summary: str) -> None:
        filled.act(lambda session, _p, _a: fields.write(session, session.get(Case, 1), {"summary": summary}))

    write("屠宰场异味")
    assert _found(filled, "屠宰场") == ["1"]
    write("河道垃圾")
    assert (_found(filled, "屠宰场"), _found(filled, "河道垃圾")) == ([], ["1"])


def test_very_long_questions_are_cut() -> None:
    assert len(search.grams("字" * 1000)) == 2
