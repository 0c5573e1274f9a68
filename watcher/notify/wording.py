"""The Arabic words that messages are made of, and how an instant is told. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from watcher.model import Severity

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from watcher.model import Where

SEVERITY = {
    Severity.LOW: "منخفضة",
    Severity.MEDIUM: "متوسطة",
    Severity.HIGH: "عالية",
    Severity.CRITICAL: "حرجة",
}
URGENT = {Severity.HIGH: "مهم", Severity.CRITICAL: "حرج"}
"""What a subject begins with, so that it stands out in a list."""
WHERE: dict[Where, str] = {"title": "في العنوان", "lead": "في المقدمة", "text": "في متن الخبر"}

ALERT = "تنبيه"
RULE = "القاعدة"
IMPORTANCE = "الأهمية"
MATCHED = "التطابق"
TERMS = "والعبارات التي وُجدت"
SOURCE = "المصدر"
AUTHOR = "الكاتب"
CREDIT = "نقلاً عن"
PUBLISHED = "نُشر"
SEEN = "رُصد"
LINK = "الخبر كاملاً"
UNTITLED = "خبر بلا عنوان"
WHY = "وصلتك هذه الرسالة بسبب القاعدة"
COMMA = "، "
TEST_TITLE = "رسالة تجريبية: إذا وصلتك فالتنبيهات تصل"
TEST_PASSAGE = (
    "هذه رسالة تجريبية أرسلها watcher إلى الوجهة {target} للتأكد من وصول التنبيهات. "
    "هكذا تُبرَز العبارة المطلوبة داخل النص، وهكذا تظهر الأسماء اللاتينية مثل Reuters (London) "
    "والأرقام مثل 2,500 و12.5%."
)
TEST_TERM = "العبارة المطلوبة"
TEST_RULE = "تجربة الإرسال"
OWN_TROUBLE = "مشكلة في البرنامج نفسه"
SOURCE_TROUBLE = "مشكلة في أحد المصادر"
SOURCE_WELL = "انتهت مشكلة أحد المصادر"

_DAYS = ("الاثنين", "الثلاثاء", "الأربعاء", "الخميس", "الجمعة", "السبت", "الأحد")
# Both naming systems, as pan-Arab outlets print them: neither is read everywhere.
_MONTHS = (
    "يناير/كانون الثاني",
    "فبراير/شباط",
    "مارس/آذار",
    "أبريل/نيسان",
    "مايو/أيار",
    "يونيو/حزيران",
    "يوليو/تموز",
    "أغسطس/آب",
    "سبتمبر/أيلول",
    "أكتوبر/تشرين الأول",
    "نوفمبر/تشرين الثاني",
    "ديسمبر/كانون الأول",
)  # fmt: skip


def moment(instant: datetime, zone: str) -> str:
    """Tell an instant on the reader's clock, with its distance from UTC.

    >>> from datetime import UTC, datetime
    >>> moment(datetime(2024, 5, 4, 9, 5, tzinfo=UTC), "Asia/Baghdad")
    'السبت 4 مايو/أيار 2024، 12:05 (UTC+3)'
    """
    local = instant.astimezone(ZoneInfo(zone))
    day = f"{_DAYS[local.weekday()]} {local.day} {_MONTHS[local.month - 1]} {local.year}"
    return f"{day}، {local:%H:%M} ({_offset(local.utcoffset())})"


def _offset(offset: timedelta | None) -> str:
    minutes = round(offset.total_seconds() / 60) if offset else 0
    if not minutes:
        return "UTC"
    hours, rest = divmod(abs(minutes), 60)
    sign = "+" if minutes > 0 else "-"
    return f"UTC{sign}{hours}:{rest:02}" if rest else f"UTC{sign}{hours}"
