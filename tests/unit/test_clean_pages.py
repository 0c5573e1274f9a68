"""Whole texts as different newsrooms' pages are scraped: every line has its fate."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from watcher.clean import clean
from watcher.model import Article

NOW = datetime(2026, 1, 1, tzinfo=UTC)

# The first letter of a line says what it is: T headline, N noise, B body, C body behind a credit.
PORTAL = """
N الرئيسية
N سياسة
N الجمعة 15 نوفمبر 2024
N 12:44 م بتوقيت المرسى
T مجلس الجزر يصوت على موازنة العام المقبل بأغلبية ضئيلة
N آخر تحديث 3 ديسمبر 2023 - 11:20 ص
N حجم الخط
N A+ A-
B صوت مجلس الجزر مساء أمس السبت على موازنة العام المقبل بعد جلسة طويلة استمرت ثماني ساعات وشهدت خلافات حادة.
N إقرأ أيضاً:
N حكومة الجزر تعتزم رفع رواتب المتقاعدين بنسبة عشرة بالمئة
B وأضاف رئيس اللجنة أن العجز المقدر سيمول من القروض الداخلية وحدها.
N شاركها فيسبوك تويتر تيلقرام طباعة
N #الجزر #الموازنة
"""
BLOG = """
N صحيفة الضفة الأخرى
N الثلاثاء, نوفمبر 26, 2024
N تسجيل الدخول
N شاهد جميع النتائج
T حريق كبير يلتهم سوقا شعبية في المرسى دون خسائر بشرية
N بواسطة admin
N 15 فبراير، 2021
N في أخبار الجزر
N 0
N مشاركات
N 12
N مشاهدات
B التهم حريق كبير مساء الإثنين سوقا شعبية في المرسى دون أن يوقع خسائر بشرية وفق ما أعلنته فرق الإطفاء.
B وأغلقت السلطات الشوارع المحيطة ساعات قبل أن تعيد فتحها صباحا.
N Share this:
N إعجاب تحميل...
N مرتبط
N السابق
N التالي
"""
AGENCY = """
T اتفاق على فتح المعبر البري بين الجزيرتين نهاية الشهر
N المرسى - ضفاف
N الخميس، 09 سبتمبر 2021 12:05 ص
N طباعة
C (ضفاف) – اتفقت سلطات الجزيرتين اليوم على فتح المعبر البري بينهما نهاية الشهر بعد إغلاق دام عاما كاملا.
B مرحلة أولى
B وقال متحدث إن المرحلة الأولى تشمل الشاحنات والحالات الإنسانية على أن يفتح المعبر للجميع لاحقا.
N شاحنات قرب المعبر البري في 12 آب/أغسطس 2021 (أ ف ب)
B وتشمل المرحلة الثانية المسافرين والطلاب والعاملين في قطاعات الصحة والتعليم
B والزراعة.
N -(بترا)
N انتهى/25
"""
PUBLISHED = {
    "portal": (PORTAL, datetime(2023, 12, 3, 11, 20, tzinfo=UTC)),
    "blog": (BLOG, datetime(2021, 2, 15, tzinfo=UTC)),
    "agency": (AGENCY, datetime(2021, 9, 9, 0, 5, tzinfo=UTC)),
}


@pytest.mark.parametrize(("page", "published"), PUBLISHED.values(), ids=PUBLISHED)
def test_every_line_has_its_fate(page: str, published: datetime) -> None:
    """Title, date, body and nothing but the body."""
    lines = [(line[0], line[2:]) for line in page.strip().split("\n")]
    article = clean(Article("", "", "\n".join(text for _, text in lines)), now=NOW)
    body = [
        text if kind == "B" else text.partition("– ")[2] for kind, text in lines if kind in "BC"
    ]
    assert article.title == next(text for kind, text in lines if kind == "T")
    assert " ".join(article.text.split()) == " ".join(body)
    assert article.published == published
    gone = [removed.line for removed in article.removed]
    assert sorted(gone) == sorted(text for kind, text in lines if kind == "N")
