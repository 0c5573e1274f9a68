"""The words of dates: months of four calendars, weekdays, units, halves of the day, zones.

Everything here is folded: letters that are written in several ways, digits and spaces are made one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

DROPPED: Final = frozenset(
    # tatweel, harakat, superscript alef; zero-width and bidirectional controls; byte order mark
    (
        *(0x640, *range(0x64B, 0x653), 0x670),
        *(*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x206A)),
        *(0x61C, 0xFEFF, 0xAD),
    )
)
FOLD: Final[dict[int, int | None]] = {
    **dict.fromkeys(DROPPED),
    **dict(zip(map(ord, "أإآٱىیئةک"), map(ord, "ااااييي" + "هك"), strict=True)),
    **{ord("٠") + d: ord("0") + d for d in range(10)},
    **{ord("۰") + d: ord("0") + d for d in range(10)},
    **{upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)},
    **dict.fromkeys([0xA0, 0x202F, 0x2009, 0x3000], ord(" ")),
    ord("،"): ord(","),
    **dict.fromkeys(map(ord, "–—−‑"), ord("-")),
    ord("∶"): ord(":"),
}


def folded(text: str) -> tuple[str, Sequence[int]]:
    """Give the folded text, and for each of its characters the place in `text`."""
    result = text.translate(FOLD)
    if len(result) == len(text):
        return result, range(len(text))
    return result, [place for place, char in enumerate(text) if ord(char) not in DROPPED]


def _numbered(*groups: str) -> dict[str, int]:
    """Number the groups from 1; every name of a group, `|` between them, gets its number."""
    return {
        name.translate(FOLD): number
        for number, group in enumerate(groups, start=1)
        for name in group.split("|")
    }


MONTHS: Final = _numbered(
    "يناير|كانون الثاني|كانون ثاني|كانون ثان|جانفي|ينايير|january|jan|janvier",
    "فبراير|شباط|فيفري|فبرائر|february|feb|février|fevrier",
    "مارس|آذار|march|mar|mars",
    "أبريل|نيسان|أفريل|april|apr|avril",
    "مايو|أيار|ماي|may|mai",
    "يونيو|يونيه|حزيران|جوان|june|jun|juin",
    "يوليو|يوليه|تموز|جويلية|يوليوز|july|jul|juillet",
    "أغسطس|آب|أوت|غشت|أغسطوس|أوغسطس|august|aug|août|aout",
    "سبتمبر|أيلول|شتنبر|september|sept|sep|septembre",
    "أكتوبر|تشرين الأول|تشرين أول|أوكتوبر|october|oct|octobre",
    "نوفمبر|تشرين الثاني|تشرين ثاني|تشرين ثان|نونبر|november|nov|novembre",
    "ديسمبر|كانون الأول|كانون أول|دجنبر|دجمبر|december|dec|décembre|decembre",
)
HIJRI_MONTHS: Final = _numbered(
    "محرم|المحرم|محرم الحرام",
    "صفر",
    "ربيع الأول|ربيع أول",
    "ربيع الثاني|ربيع الآخر|ربيع ثاني|ربيع ثان",
    "جمادى الأولى|جمادى الأول|جماد الأول|جماد أول",
    "جمادى الآخرة|جمادى الثانية|جمادى الثاني|جمادى الآخر|جماد الثاني|جماد ثاني",
    "رجب",
    "شعبان",
    "رمضان",
    "شوال",
    "ذو القعدة|ذي القعدة",
    "ذو الحجة|ذي الحجة",
)
WEEKDAYS: Final = _numbered(
    "الاثنين|اثنين|الإتنين|monday|mon|lundi",
    "الثلاثاء|ثلاثاء|الثلاثا|tuesday|tue|mardi",
    "الأربعاء|أربعاء|الأربعا|wednesday|wed|mercredi",
    "الخميس|خميس|thursday|thu|jeudi",
    "الجمعة|جمعة|friday|fri|vendredi",
    "السبت|سبت|saturday|sat|samedi",
    "الأحد|أحد|sunday|sun|dimanche",
)
COUNTS: Final = {
    **_numbered("واحد|واحدة", "اثنين|اثنتين", "ثلاث|ثلاثة", "أربع|أربعة", "خمس|خمسة", "ست|ستة"),
    **{
        name: n + 6
        for name, n in _numbered("سبع|سبعة", "ثمان|ثماني|ثمانية", "تسع|تسعة", "عشر|عشرة").items()
    },
    **{
        name: n + 10
        for name, n in _numbered(
            "إحدى عشرة|أحد عشر",
            "اثنتي عشرة|اثني عشر",
            "ثلاث عشرة|ثلاثة عشر",
            "أربع عشرة|أربعة عشر",
            "خمس عشرة|خمسة عشر",
            "ست عشرة|ستة عشر",
            "سبع عشرة|سبعة عشر",
            "ثماني عشرة|ثمانية عشر",
            "تسع عشرة|تسعة عشر",
        ).items()
    },
    **{
        name: 10 * n + 10
        for name, n in _numbered(
            "عشرين|عشرون", "ثلاثين|ثلاثون", "أربعين|أربعون", "خمسين|خمسون"
        ).items()
    },
}
# Parts of an hour and more, with "of an": «ربع ساعة» is fifteen minutes.
FRACTIONS: Final = {
    name.translate(FOLD): part
    for names, part in (("نصف", 1 / 2), ("ربع", 1 / 4), ("ثلث", 1 / 3), ("ثلثي", 2 / 3))
    for name in names.split("|")
}
# Seconds, and how many a word means without a number before it: one, two, or (0) an unknown number.
UNITS: Final = {
    word.translate(FOLD): (seconds, count)
    for seconds, *forms in (
        (1, "ثانية|second|sec", "ثانيتين", "ثواني|ثوان|ثوانٍ|seconds"),
        (60, "دقيقة|minute|min", "دقيقتين", "دقائق|minutes|mins"),
        (3600, "ساعة|hour", "ساعتين", "ساعات|hours"),
        (86_400, "يوم|يوما|day", "يومين", "أيام|days"),
        (604_800, "أسبوع|أسبوعا|week", "أسبوعين", "أسابيع|weeks"),
        (2_592_000, "شهر|شهرا|month", "شهرين", "أشهر|شهور|months"),
        (31_536_000, "سنة|عام|عاما|year", "سنتين|عامين", "سنوات|أعوام|years"),
    )
    for count, group in zip((1, 2, 0), forms, strict=True)
    for word in group.split("|")
}
_MORNING: Final = "ص|صباحا|فجرا|am|a.m.|قبل الظهر|بعد منتصف الليل"
_EVENING: Final = "م|مساء|مساءا|بعد الظهر|عصرا|pm|p.m."
_NIGHT: Final = "ليلا"
_NOON: Final = "ظهرا"
HALVES: Final = {
    half.translate(FOLD): name
    for name, group in (("am", _MORNING), ("pm", _EVENING), ("night", _NIGHT), ("noon", _NOON))
    for half in group.split("|")
}
ZONES: Final[dict[str, float | str]] = {
    name.translate(FOLD): offset
    for names, offset in (
        ("gmt|utc|z|ut|غرينتش|جرينتش|غرينيتش|جرينيتش|غرينتيش|العالمي|ت.غ", 0),
        ("تونس|الجزائر|المغرب|الرباط|cet", 1),
        ("الخرطوم|السودان|طرابلس|ليبيا|eet|cest", 2),
        # AST is Arabia's own name for its time; the Atlantic's has no place on Arabic pages.
        ("مكة المكرمة|مكة|السعودية|الرياض|بغداد|العراق|الكويت|قطر|الدوحة", 3),
        ("البحرين|المنامة|صنعاء|عدن|اليمن", 3),
        ("عمان|الأردن|دمشق|سوريا|موسكو|إسطنبول|أنقرة|تركيا|ast|ksa|msk|eest", 3),
        ("أبوظبي|أبو ظبي|الإمارات|دبي|مسقط|سلطنة عمان|gst", 4),
        ("طهران|إيران", 3.5),
        ("القاهرة|مصر", "Africa/Cairo"),
        ("بيروت|لبنان", "Asia/Beirut"),
        ("القدس|فلسطين|غزة", "Asia/Jerusalem"),
        ("لندن", "Europe/London"),
        ("باريس", "Europe/Paris"),
        ("واشنطن|نيويورك", "America/New_York"),
        ("est", -5),
        ("edt", -4),
    )
    for name in names.split("|")
}
# Words that may stand beside a date without making the line more than a date.
LABELS: Final = frozenset(
    word
    for words in (
        "تاريخ التاريخ الخبر المقال الإدراج النشر نشر نشرت نُشر منشور منشورة",
        "بتاريخ تأريخ بتأريخ تحريرا في يوم اليوم على",
        "آخر تحديث التحديث محدث حدث تم كان أضيف أضيفت إضافة الإضافة تعديل التعديل كتب كتبت",
        "الموافق هجري ميلادي هجرية ميلادية هـ م الساعة وقت توقيت بتوقيت التوقيت بالتوقيت المحلي",
        "published updated posted modified publication update date last on at the",
        "publié modifié mis à jour le",
    )
    for word in words.translate(FOLD).split()
) | frozenset(word for name in WEEKDAYS for word in name.split())
