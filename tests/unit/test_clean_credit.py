"""Dateline and agency are lifted from the front of the text; speakers and asides are not."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from watcher.clean import clean
from watcher.clean.credit import split_credit
from watcher.model import Article

REST = "أعلنت السلطات المحلية في الجزيرة اليوم إعادة فتح المطار بعد إغلاق دام ثلاثة أيام."

CREDITS = {
    "(وكالات) – ": "وكالات",
    "(رويترز) - ": "رويترز",
    "(أ ف ب) — ": "أ ف ب",
    "صنعاء (رويترز) - ": "صنعاء (رويترز)",
    "جزيرة النخيل - (وكالات): ": "جزيرة النخيل - (وكالات)",
    "المرسى من تونس: ": "المرسى من تونس",
    "بغداد/ الضفاف: ": "بغداد/ الضفاف",
    "الضفاف نيوز / البصرة: ": "الضفاف نيوز / البصرة",
    "رويترز – ": "رويترز",
    "وكالة الأناضول: ": "وكالة الأناضول",
    "القاهرة - ": "القاهرة",
    "جزيرة النخيل، أرخبيل المرسى الكبير (PQR)— ": "جزيرة النخيل، أرخبيل المرسى الكبير (PQR)",
    "المرسى، الأرخبيل --(PQR) ": "المرسى، الأرخبيل --(PQR)",
    "الضفاف- البصرة: ": "الضفاف- البصرة",
    "سامي الحلو- الضفاف- البصرة: ": "سامي الحلو- الضفاف- البصرة",
    "البصرة- ": "البصرة",
    "لندن ـ «صوت المرسى»: ": "لندن ـ «صوت المرسى»",
}


@pytest.mark.parametrize(("front", "credit"), CREDITS.items(), ids=list(CREDITS))
def test_credits_are_lifted(front: str, credit: str) -> None:
    """The credit is kept as printed, without the brackets around all of it and the stop behind."""
    assert split_credit(front + REST) == (credit, REST)
    article = clean(Article("", "عنوان", front + REST), now=datetime(2024, 5, 4, tzinfo=UTC))
    assert (article.credit, article.text) == (credit, REST)


OWN_WORDS = [
    "الوزير: لن نغلق المطار مرة أخرى، وسنعوض المسافرين جميعا عن كل ما خسروه.",
    "مصدر من الشرطة: لا إصابات بين المسافرين، والأضرار محدودة في صالة واحدة.",
    "المطار - وهو الوحيد في الجزيرة - أغلق ثلاثة أيام كاملة بسبب الرماد.",
    "تموز/يوليو: عام على الثوران الأول الذي هجر سكان ثلاث قرى قريبة.",
    "فاز فريق الضفاف 3-1: هكذا لخص المدرب أمسية طويلة في الملعب الجديد.",
    "الخلاف - كما قال شاهد - بدأ قبل أسبوع أمام بوابة الميناء الشرقية.",
    "وقال المدير (خمسون عاما) - وهو طيار سابق - إن الرماد انقشع.",
    "في 12/5: عاد المطار إلى العمل جزئيا قبل أن يغلق من جديد في المساء.",
    REST,
]


@pytest.mark.parametrize("text", OWN_WORDS, ids=range(len(OWN_WORDS)))
def test_own_words_stay(text: str) -> None:
    """A speaker, an aside or a month before a colon is the article's."""
    assert split_credit(text) is None
