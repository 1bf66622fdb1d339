from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from engine.cases import duplicates
from engine.cases.duplicates import bands_of, jaccard, shingles
from engine.cases.identity import Reporter
from engine.cases.models import Case, CaseLink
from tests.engine.bpm.draw import Sketch
from tests.engine.cases.city import LIU, City

STORY = "本人在市场局窗口办理营业执照，先后去了四趟，每次都说材料不全，态度恶劣，要求整改并道歉。"
NEARLY = "我在市场局窗口办理营业执照，先后跑了四趟，每次都说材料不全，态度很恶劣，要求整改并且道歉。"
OTHER = "感王镇集市每天收取卫生费，不开票据，商户意见很大，希望有关部门核查收费依据。"


def _similar(city: City, case_id: int) -> dict[str, float]:
    with city.sessions.read() as session:
        case = session.get(Case, case_id)
        assert case is not None
        return {other.number[-1]: score for other, score in duplicates.similar(session, case)}


def test_nearly_the_same_words_are_found_with_their_score(city: City) -> None:
    for story in (STORY, OTHER):
        city.register(title="投诉", narrative=story, reporter=Reporter())
    last = city.register(title="投诉", narrative=NEARLY, reporter=Reporter())
    found = _similar(city, last.id)
    assert list(found) == ["1"] and 0.5 < found["1"] < 1


def test_the_same_reporter_raises_the_score(city: City) -> None:
    city.register(title="投诉", narrative=STORY, reporter=LIU)
    stranger = city.register(title="投诉", narrative=NEARLY, reporter=replace(LIU, phone="13000000000"))
    same = city.register(title="投诉", narrative=NEARLY, reporter=LIU)
    assert _similar(city, same.id)["1"] > _similar(city, stranger.id)["1"]


def test_the_same_reporter_with_another_matter_is_no_duplicate(city: City) -> None:
    city.register(title="办照", narrative=STORY, reporter=LIU)
    last = city.register(title="收费", narrative=OTHER, reporter=LIU)
    assert _similar(city, last.id) == {}


def test_the_drawing_ties_the_case_to_what_it_finds(bare: City) -> None:
    sketch = Sketch("complaint")
    sketch.service("find", "cases/find-duplicates")
    sketch.user("accept", role="office.intake")
    sketch.start("find", "accept", sketch.end())
    bare.deploy(sketch)
    for story in (STORY, NEARLY):
        bare.register(narrative=story, title="投诉", reporter=Reporter())
    with bare.sessions.read() as session:
        tie = session.query(CaseLink).one()
    assert (tie.from_id, tie.to_id, tie.relation) == (2, 1, "similar") and tie.score is not None and tie.score > 0.5


@given(st.text(alphabet="去办照跑了四趟窗口说系统坏", min_size=1, max_size=60))
def test_a_text_is_entirely_similar_to_itself_and_shares_all_bands(text: str) -> None:
    pairs = shingles(text)
    assert jaccard(pairs, pairs) == (1.0 if pairs else 0.0)
    assert bands_of(pairs) == bands_of(set(pairs))
    assert all(0 <= band < 2**63 for band in bands_of(pairs))


def test_width_case_marks_and_spaces_make_no_difference() -> None:
    assert shingles("ＡＢＣ，窗 口！") == shingles("abc窗口")
