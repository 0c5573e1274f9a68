"""The headline among the first lines, what repeats it, and texts that have none."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from watcher.clean import clean
from watcher.model import Article

NOW = datetime(2024, 5, 4, 9, 0, tzinfo=UTC)
TITLE = "الوزارة تعلن موعد افتتاح المتحف البحري الجديد"
BODY = [
    (
        "أعلنت وزارة الثقافة الخميس أن المتحف البحري الجديد سيفتح أبوابه للزوار في الخريف، بعد تأخر"
        " دام عامين بسبب نقص التمويل."
    ),
    (
        "ويضم المتحف أكثر من ثلاثة آلاف قطعة جمعت من حطام سفن غرقت قبالة الساحل، وبعضها يعرض للمرة"
        " الأولى منذ انتشاله."
    ),
    "وقدرت الوزارة كلفة المشروع بنحو عشرين مليون دينار، وقالت إن ريع التذاكر سيخصص لصيانة المرفأ.",
]

HEADS = {
    "alone": [TITLE],
    "twice": [TITLE, TITLE],
    "twice around a date": [TITLE, "الجمعة، 3 مايو 2024 09:30 ص", TITLE],
    "behind a section": ["ثقافة وفن", TITLE],
    "behind a breadcrumb": ["الرئيسية / ثقافة / متاحف", TITLE],
    "behind widgets": ["℃ 31 العقبة", "السبت 4 مايو 2024", TITLE, "3 مايو 2024، 9:30 ص", "- 88"],
    "behind a kicker": ["بعد تأخر طويل", TITLE, "الجمعة 3 مايو 2024"],
    "before a byline": [TITLE, "كتب: سامر النجار", "شارك"],
    "in quotation marks": [TITLE, f"«{TITLE}»"],
    "spelled otherwise the second time": [TITLE, TITLE.replace("المتحف", "المُتْحَف")],
    "cut off the second time": [TITLE, "الوزارة تعلن موعد افتتاح المتحف..."],
}


@pytest.mark.parametrize("head", HEADS.values(), ids=HEADS)
def test_the_headline_is_found(head: list[str]) -> None:
    """It becomes the title, and everything around it goes."""
    article = clean(Article("", "", "\n".join([*head, *BODY])), now=NOW)
    assert article.title == TITLE
    assert article.text.split("\n") == BODY


NO_HEADLINE = {
    "begins with a paragraph": [],
    "begins with a marker": ["[ad_1]"],
    "begins with a section": ["أخبار ثقافية"],
    "begins with a date": ["الجمعة 3 مايو 2024"],
    "begins with a credited caption": ["وزيرة الثقافة تتفقد قاعات المتحف. (غيتي)"],
    "begins with a paragraph without its stop": [
        "أعلنت الوزارة قبل عامين أن الأعمال ستنتهي في الربيع لكن التمويل تأخر كثيرا"
    ],
}


@pytest.mark.parametrize("head", NO_HEADLINE.values(), ids=NO_HEADLINE)
def test_no_headline_is_invented(head: list[str]) -> None:
    """A text that begins with a paragraph has no title."""
    assert clean(Article("", "", "\n".join([*head, *BODY])), now=NOW).title == ""


def test_a_known_title_is_never_replaced() -> None:
    """What feed or page said stays the title, and the line that repeats it goes."""
    article = clean(Article("", TITLE, "\n".join([TITLE, *BODY])), now=NOW)
    assert (article.title, article.text.split("\n")) == (TITLE, BODY)
    assert [gone.why for gone in article.removed] == ["headline again"]


def test_a_text_that_only_repeats_the_headline_stays() -> None:
    """A flash whose body is its headline keeps a body."""
    assert clean(Article("", TITLE, TITLE), now=NOW).text == TITLE


def test_a_standfirst_stays() -> None:
    """A second headline of its own words below the first is the article's."""
    standfirst = "ثلاثة آلاف قطعة وتذاكر بنصف الثمن للطلاب"
    article = clean(Article("", "", "\n".join([TITLE, TITLE, standfirst, *BODY])), now=NOW)
    assert article.text.split("\n") == [standfirst, *BODY]
