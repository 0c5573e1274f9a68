"""The Arabic words that messages are made of, and how an instant is told. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from watcher.model import Severity
from watcher.notify.counting import DAY, HOUR, MINUTE, counted

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from watcher.model import UpdateKind, Where

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
CREDIT = "الإسناد"
OTHER_OUTLETS = "منابر أخرى"
PUBLISHED = "نُشر"
SEEN = "رُصد"
DIGEST_FACTS = (SOURCE, OTHER_OUTLETS, PUBLISHED)
"""What a digest says of each of its stories."""
LINK = "الخبر كاملاً"
UNTITLED = "خبر بلا عنوان"
WHY = "وصلتك هذه الرسالة بسبب القاعدة"
COMMA = "، "
AFTER_AGENCY = "عن"
ACKNOWLEDGE = "اطّلعت على التنبيه"
SILENCE = "كتم هذه التنبيهات"

KIND: dict[UpdateKind, str] = {
    "confirmed": "تأكيد",
    "figures": "تغير الحصيلة",
    "corrected": "تصحيح",
    "denied": "نفي",
    "deleted": "حذف",
    "closing": "خلاصة",
    "burst": "أخبار كثيرة",
    "corroborated": "خبر مؤكد",
    "quiet": "انقطاع الأخبار",
    "escalated": "تصعيد",
}
"""What became of a story, in a word or two: the subject of an update begins with it."""
FIGURES = "تغيرت الحصيلة"
LAST_FIGURES = "آخر الأرقام"
BECAME = " ← "
"""Points to the later number, which stands to the left."""
ACCORDING_TO = "بحسب"
CONFIRMED = "أكده"
CONFIRMED_PLURAL = "أكدته"
SOME_OUTLETS = "منابر مستقلة"
OTHERS_CONFIRMED = {1: "أكده منبر مستقل آخر", 2: "أكده منبران مستقلان آخران"}
MORE_CONFIRMED = "أكدته منابر مستقلة أخرى"
CHANGED: dict[UpdateKind, str] = {
    "corrected": "صحّح المصدر ما نشره",
    "denied": "نُفي ما ورد في هذا الخبر",
    "deleted": "حذف المصدر هذا المقطع",
}
WAS = "كان"
IS_NOW = "أصبح"
REPORTED = "ما نُشر"
DENIAL = "النفي"
GONE = "النص المحذوف"
TEXT_NOW = "النص الآن"
OUTLETS_BY_NOW = "المنابر المستقلة حتى الآن"
FIRST_REPORT = "أول تقرير"
LAST_REPORT = "آخر تقرير"
ALSO = "وأيضاً"
ON_THIS_TOPIC = "عن هذا الموضوع"
NOTHING_NEW = "لا جديد عن هذا الخبر"
QUIET = "لا أخبار عن هذا الموضوع"
ESCALATED = "لم يؤكد أحد اطلاعه على هذا التنبيه"
WITHIN = "خلال"
FOR = "منذ"
DIGEST = "موجز"
STORM = "تنبيهات كثيرة"
CONTENTS = "المحتويات"
FROM = "من"
TO = "إلى"
IN = "في"
MORE = "ولم يُعرض هنا"
CUT_SHORT = "لا يتسع المكان هنا للبقية."
TOPICLESS = "أخبار متفرقة"
WHY_BUNDLED = {
    "digest": "جُمعت هذه التنبيهات في موجز كما طُلب لهذه الوجهة",
    "storm": "جُمعت في رسالة واحدة لأنها أكثر مما تقبله هذه الوجهة في الساعة",
    "backlog": "جُمعت في رسالة واحدة لأن كثيرا منها انتظر حتى تستقبلها هذه الوجهة",
}
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
    return f"{_day(local)}، {local:%H:%M} ({_offset(local.utcoffset())})"


def span(since: datetime, until: datetime, zone: str) -> str:
    """Tell a stretch of time on the reader's clock, the day once where it is one day.

    >>> from datetime import UTC, datetime
    >>> early, late = (datetime(2024, 5, 4, hour, tzinfo=UTC) for hour in (3, 9))
    >>> span(early, late, "Asia/Baghdad")
    'السبت 4 مايو/أيار 2024، من 06:00 إلى 12:00 (UTC+3)'
    """
    begin, end = (instant.astimezone(ZoneInfo(zone)) for instant in (since, until))
    if begin.date() != end.date() or begin.utcoffset() != end.utcoffset():
        return f"{FROM} {moment(since, zone)} {TO} {moment(until, zone)}"
    hours = f"{FROM} {begin:%H:%M} {TO} {end:%H:%M}"
    return f"{_day(begin)}، {hours} ({_offset(begin.utcoffset())})"


def _day(local: datetime) -> str:
    return f"{_DAYS[local.weekday()]} {local.day} {_MONTHS[local.month - 1]} {local.year}"


def length(seconds: float) -> str:
    """Tell a length of time in its largest whole unit, as it stands after «خلال» and «منذ».

    >>> length(5400), length(7200), length(900)
    ('90 دقيقة', 'ساعتين', '15 دقيقة')
    """
    minutes = max(1, round(seconds / 60))
    hours = round(minutes / 60)
    if minutes < 60 or (minutes % 60 and hours < 3):
        return counted(minutes, MINUTE, after=True)
    if hours < 48 and hours != 24:
        return counted(hours, HOUR, after=True)
    return counted(round(hours / 24), DAY, after=True)


def _offset(offset: timedelta | None) -> str:
    minutes = round(offset.total_seconds() / 60) if offset else 0
    if not minutes:
        return "UTC"
    hours, rest = divmod(abs(minutes), 60)
    sign = "+" if minutes > 0 else "-"
    return f"UTC{sign}{hours}:{rest:02}" if rest else f"UTC{sign}{hours}"
