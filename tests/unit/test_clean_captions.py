"""Captions are removed for a positive reason only; sub-headings have none."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from watcher.clean import clean
from watcher.clean.captions import halves
from watcher.model import Article

NOW = datetime(2024, 5, 4, 9, 0, tzinfo=UTC)
BODY = [
    (
        "وصل وفد الصيادين إلى العاصمة فجر الأربعاء للمطالبة بتعويضات عن الأضرار التي خلفتها العاصفة"
        " في الميناء الصغير."
    ),
    (
        "وقال ممثل الوفد إن أكثر من أربعين قاربا تحطمت في ليلة واحدة، وإن شركات التأمين ترفض الدفع"
        " حتى الآن."
    ),
    "ومن المقرر أن يلتقي الوفد وزير الزراعة غدا قبل أن يعود إلى الساحل.",
]

CAPTIONS = {
    "printed twice without a space": "قوارب محطمةقوارب محطمة",
    "printed twice with a space": "قوارب محطمة في الميناء قوارب محطمة في الميناء",
    "with a photo agency": "قوارب محطمة على رصيف الميناء (غيتي)",
    "a sentence with a photo agency": "صيادون يتفقدون قواربهم بعد العاصفة. (Getty Images)",
    "with an agency": "صيادون يتفقدون قواربهم بعد العاصفة (رويترز)",
    "with a slash": "صيادون يتفقدون قواربهم / AFP",
    "from the archive": "الميناء الصغير (أرشيف)",
    "dated at its end": "صيادون أمام مبنى الوزارة في العاصمة الأربعاء 1 أيار مايو 2024",
    "opening with an aspect": "جانب من اعتصام الصيادين أمام الوزارة",
    "archive picture": "صورة أرشيفية للميناء الصغير",
    "satellite picture": "صورة من الجو تظهر حجم الدمار في الميناء",
    "photographer": "تصوير: ليلى منصور",
    "label": "صورة: الميناء بعد العاصفة",
    "pointing": "ممثل الصيادين (على اليمين) والوزير في مكتبه",
}


@pytest.mark.parametrize("caption", CAPTIONS.values(), ids=CAPTIONS)
def test_captions_go(caption: str) -> None:
    """Between paragraphs or before them."""
    inside = clean(Article("", "عنوان", "\n".join([BODY[0], caption, *BODY[1:]])), now=NOW)
    above = clean(Article("", "عنوان", "\n".join([caption, *BODY])), now=NOW)
    assert inside.text.split("\n") == above.text.split("\n") == BODY
    assert inside.removed[0].line == caption


HEADINGS = {
    "short": "ليلة واحدة",
    "with a month": "عاصفة أيار",
    "with a year": "ميناء منذ عام 1950",
    "dated at its front": "1 مايو 2024: ليلة العاصفة",
    "with brackets": "صندوق الكوارث (الجديد)",
    "a verb and a date": "وصل الوفد إلى مبنى الوزارة في العاصمة الأربعاء 1 أيار مايو 2024",
    "repeated word": "بعيدا بعيدا",
}


@pytest.mark.parametrize("heading", HEADINGS.values(), ids=HEADINGS)
def test_sub_headings_stay(heading: str) -> None:
    """A short line without credit, closing date or repetition is body."""
    article = clean(Article("", "عنوان", "\n".join([BODY[0], heading, *BODY[1:]])), now=NOW)
    assert heading in article.text.split("\n")


def test_a_paragraph_that_an_agency_signs_stays() -> None:
    """The agency behind the last paragraph is its credit, not a picture's."""
    article = clean(Article("", "عنوان", "\n".join([*BODY[:2], f"{BODY[2]} (رويترز)"])), now=NOW)
    assert article.text.split("\n") == BODY
    assert article.credit == "رويترز"


@pytest.mark.parametrize(
    ("text", "half"),
    [("شارع البحرشارع البحر", "شارع البحر"), ("شارع البحر", None), ("لا لا", None), ("", None)],
    ids=["doubled", "once", "too short", "empty"],
)
def test_halves(text: str, half: str | None) -> None:
    """A doubled line gives its half."""
    assert halves(text) == half


def test_a_sentence_that_ends_with_an_agency_in_brackets_stays() -> None:
    """The full stop behind the brackets says that they belong to the sentence."""
    line = "وتوقفت الرحلات البحرية منذ الفجر، بحسب ما نقلته وكالة الأنباء الرسمية عن إدارة الميناء (سانا)."
    article = clean(Article("", "عنوان", "\n".join([BODY[0], line, *BODY[1:]])), now=NOW)
    assert line in article.text.split("\n")


def test_an_outlet_and_an_agency_below_the_text_are_the_credit() -> None:
    """Not a picture's."""
    article = clean(Article("", "عنوان", "\n".join([*BODY, "المرسى / أ ف ب"])), now=NOW)
    assert (article.text.split("\n"), article.credit) == (BODY, "المرسى / أ ف ب")
