"""What articles count is read with what it counts, and nothing else is taken for a figure."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher.model import Article, Match, Severity, Span
from watcher.story import amounts, figures, leading, statements


def read(title: str, text: str = "") -> dict[str, tuple[int, int]]:
    return amounts(figures(title, text))


@pytest.mark.parametrize(
    ("title", "found"),
    [
        ("مقتل سبعة جنود في انفجار", {"killed": (7, 7)}),
        ("سبعة قتلى وثلاثة جرحى", {"killed": (7, 7), "wounded": (3, 3)}),
        ("مقتل 7 وإصابة 30 آخرين في غارة", {"killed": (7, 7), "wounded": (30, 30)}),
        ("قتيل وجريحان", {"killed": (1, 1), "wounded": (2, 2)}),
        ("مقتل جنديين", {"killed": (2, 2)}),
        ("مقتل جندي أمريكي", {"killed": (1, 1)}),
        ("إصابة طفلين", {"wounded": (2, 2)}),
        ("ارتفاع حصيلة القتلى إلى 12", {"killed": (12, 12)}),
        ("ارتفاع عدد القتلى من 3 إلى 7", {"killed": (7, 7)}),
        ("مقتل ما لا يقل عن 25 مدنيا", {"killed": (25, 25)}),
        ("مقتل وإصابة 20 شخصا", {"casualties": (20, 20)}),
        ("سقوط 20 شخصا بين قتيل وجريح", {"casualties": (20, 20)}),
        ("استشهاد ٥ فلسطينيين وإصابة ١٢", {"killed": (5, 5), "wounded": (12, 12)}),
        ("أصيب عشرات المدنيين", {"wounded": (10, 99)}),
        ("مئات القتلى", {"killed": (100, 999)}),
        ("7 أشخاص قتلوا", {"killed": (7, 7)}),
        ("ثلاثة من رجال الشرطة قتلوا", {"killed": (3, 3)}),
        ("قتل الجيش 5 مسلحين", {"killed": (5, 5)}),
        ("اعتقال خمسة عشر متظاهرا", {"detained": (15, 15)}),
        ("فقدان ثلاثة بحارة", {"missing": (3, 3)}),
        ("خطف 3 عمال", {"hostages": (3, 3)}),
        ("نزوح أكثر من 20 ألف شخص", {"displaced": (20_000, 20_000)}),
        ("إطلاق 20 صاروخا", {"rockets": (20, 20)}),
        ("سقوط صاروخين", {"rockets": (2, 2)}),
        ("إسقاط ثلاث طائرات مسيرة", {"drones": (3, 3)}),
        ("وصل 2,500 جندي", {"soldiers": (2500, 2500)}),
    ],
)
def test_figures(title: str, found: dict[str, tuple[int, int]]) -> None:
    assert read(title) == found


@pytest.mark.parametrize(
    "title",
    [
        pytest.param("مقتل الوزير عام 2024", id="a year"),
        pytest.param("بعد مقتل 3 سنوات", id="years"),
        pytest.param("إصابة 30 بالمئة من القتلى", id="a percentage"),
        pytest.param("القتلى يسقطون منذ 5 ساعات", id="hours"),
        pytest.param("افتتاح 12 مدرسة", id="what is not counted"),
        pytest.param("جندي يروي قصته", id="one, whom nothing befell"),
        pytest.param("مدنيين في المدينة", id="a plural that looks like a dual"),
        pytest.param("جمع البيض كله في سلة واحدة ففقده", id="one as a word"),
        pytest.param("مشاركة 300 شخص في المسيرات", id="marches"),
        pytest.param("", id="nothing"),
    ],
)
def test_what_is_no_figure(title: str) -> None:
    assert read(title) == {}


def test_background_is_none() -> None:
    text = "قتل جنديان أمس. وكان هجوم قبل عام أسفر عن مقتل 30 شخصا. ويذكر أن 12 جنديا قتلوا سابقا."
    assert read("", text) == {"killed": (2, 2)}


def test_the_headline_comes_first() -> None:
    assert read("مقتل 7 جنود", "قتل 3 جنود صباحا.") == {"killed": (7, 7)}


@given(st.integers(1, 900), st.sampled_from(["مقتل {} شخصا", "{} قتيلا", "حصيلة القتلى إلى {}"]))
def test_numbers_come_out_as_they_went_in(number: int, form: str) -> None:
    assert read(form.format(number)) == {"killed": (number, number)}


@given(st.text("مقتل 37و جنديان صواريخ.\nقتلى", max_size=80))
def test_figures_stand_where_they_say(text: str) -> None:
    for figure in figures("", text):
        assert 0 <= figure.start < figure.end <= len(text)
        assert 0 < figure.low <= figure.high


FAR = " ".join(["كلمة"] * 70)
TEXT = f"{FAR}.\nانسحبت القوات بعد مقتل 5 جنود. وأصيب 9 آخرون.\nوفي مكان آخر قتل 44 شخصا."


def statement(title: str, text: str, *found: str):
    spans = tuple(
        Span("text", text.index(term), text.index(term) + len(term), term) for term in found
    )
    article = Article("", title, text)
    match = Match("r", Severity.HIGH, "text", spans)
    return statements(article, [match], figures(title, text))["r"]


def test_figures_beside_a_match_count_and_those_elsewhere_do_not() -> None:
    assert statement("", TEXT, "انسحبت").figures == {"killed": (5, 5), "wounded": (9, 9)}
    assert statement("", TEXT, "مكان").figures == {"killed": (44, 44)}


def test_figures_of_headline_and_lead_always_count() -> None:
    text = f"قتل 3 جنود في الصباح. {FAR}.\nانسحبت القوات."
    article = Article("", "إصابة 8 جنود", text)
    assert statement(article.title, text, "انسحبت").figures == {"wounded": (8, 8), "killed": (3, 3)}
    assert amounts(leading(article, figures(article.title, text))) == {
        "wounded": (8, 8),
        "killed": (3, 3),
    }
