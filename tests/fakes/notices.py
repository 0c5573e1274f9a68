"""Notices for the tests of sending: invented news with everything that is hard to show."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from watcher.model import Alert, Article, Match, Notice, Severity, Span, Where
from watcher.notify import alert_of

SEEN = datetime(2024, 5, 4, 9, 0, tzinfo=UTC)
PUBLISHED = datetime(2024, 5, 4, 8, 41, tzinfo=UTC)
_TITLE = "CNN: الوحدات الأجنبية تبدأ إخلاء معسكر النخيل قبل نهاية 2024"
_TEXT = (
    "بدأت الوحدات الأجنبية صباح السبت إخلاء معسكر النخيل (Camp Palm) شمالي المدينة، وقال المتحدث "
    "د. سامر الحلي لوكالة Meridian News إن الدفعة الأولى تضم 2,500 جندي و18 مروحية من طراز UH-60.\n"
    "وأضاف أن العملية تكتمل بنسبة 12.5% قبل 2024-06-30، ونشر الموقع https://example.org/a?b=1&c=2 "
    "خريطة الطرق المغلقة.\n"
    "ولا علاقة لذلك بمباريات الدوري. وتعادل الفريقان 2-2 أمس.\n"
    "وأكد مصدر في الوزارة أن إخلاء المعسكر «لن يؤثر» على التدريب مع الناتو (NATO)."
)


def span(text: str, words: str, *, field: str = "text", term: str = "", nth: int = 0) -> Span:
    """Give the span of the nth occurrence of some words."""
    at = -1
    for _ in range(nth + 1):
        at = text.index(words, at + 1)
    return Span(field, at, at + len(words), term or words)


def alert(**changes: Any) -> Alert:
    """Give a rich alert, or the same with some fields changed."""
    where: Where = "title"
    spans = (
        span(_TITLE, "الوحدات الأجنبية", field="title"),
        span(_TITLE, "إخلاء معسكر النخيل", field="title", term="إخلاء معسكر"),
        span(_TEXT, "الوحدات الأجنبية"),
        span(_TEXT, "إخلاء معسكر النخيل", term="إخلاء معسكر"),
        span(_TEXT, "UH-60"),
        span(_TEXT, "إخلاء المعسكر", term="إخلاء معسكر"),
    )
    article = Article(
        "https://news.example.org/أخبار/12?ref=a&x=(1)",
        _TITLE,
        _TEXT,
        published=PUBLISHED,
        author="ليلى Haddad",
        credit="Meridian News",
    )
    made = alert_of(
        article,
        Match("camp-evacuation", Severity.HIGH, where, spans),
        rule_title="إخلاء معسكرات الوحدات الأجنبية",
        source_name="صحيفة الميناء (Al-Mina)",
        seen=SEEN,
    )
    return replace(made, **changes)


def notice(target: str = "desk", *, id: int = 7, story_id: int = 3, **changes: Any) -> Notice:  # noqa: A002
    """Give a notice about that alert for a target."""
    about = alert(**changes)
    identity = f"{about.rule}|{story_id}|{target}|first"
    return Notice(id, identity, about.rule, story_id, target, about, created=SEEN)
